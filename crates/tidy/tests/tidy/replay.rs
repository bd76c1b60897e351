//! Replays the inputs that fuzzing starts from and those that it once failed on.

use std::fs;

use crate::files;

#[path = "../../../../fuzz/src/lib.rs"]
#[expect(unreachable_pub, reason = "it is the library of the fuzz targets")]
mod properties;

/// Runs a property on every kept input, and on each of its beginnings, which is what a broken transfer leaves.
fn replay(target: &str, property: fn(&[u8])) {
    let folder = files::root().join("fuzz/seeds").join(target);
    let mut replayed = 0;
    for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let input = fs::read(entry.unwrap().path()).unwrap();
        let step = (input.len() / 64).max(1);
        for end in (0..input.len()).step_by(step).chain([input.len()]) {
            property(&input[..end]);
        }
        replayed += 1;
    }
    assert!(replayed > 0, "there is no input in {}", folder.display());
}

#[test]
fn alibaba_document() {
    replay("alibaba_document", properties::alibaba_document);
}

#[test]
fn certificate() {
    replay("certificate", properties::certificate);
}

#[test]
fn edit_words() {
    replay("edit_words", properties::edit_words);
}

#[test]
fn host_facts() {
    replay("host_facts", properties::host_facts);
}

#[test]
fn huawei_document() {
    replay("huawei_document", properties::huawei_document);
}

#[test]
fn notation() {
    replay("notation", properties::notation);
}

#[test]
fn netset_algebra() {
    replay("netset_algebra", properties::netset_algebra);
}
