//! `--certificate` and `portreeve verify`: what is written holds, and what is not so is refuted.

use serde_json::json;

use crate::common::{Scratch, source};

/// A run that writes a certificate, verified against the same documents.
fn certified(scratch: &Scratch, args: &[&str], source: &str) -> String {
    let ran = scratch.run(&[args, &["--certificate", "proof.json", "--format", "json"]].concat());
    assert!(ran.code != 2, "{}", ran.err);
    scratch.run(&["verify", "proof.json", source]).ended(0);
    scratch.read("proof.json")
}

#[test]
fn every_kind_of_certificate_of_the_example_holds() {
    let scratch = Scratch::new();
    let example = source("examples/alibaba");
    let checked = certified(&scratch, &["check", &example], &example);
    assert!(checked.contains("\"open-ssh\""), "{checked}");
    certified(&scratch, &["exposure", &example], &example);
    for question in [
        ["--from", "internet", "--to", "shop-web-1", "--port", "443"],
        ["--from", "203.0.113.99", "--to", "shop-web-1", "--port", "22"],
    ] {
        certified(&scratch, &[&["explain", &example][..], &question].concat(), &example);
    }
    // The same twice makes the same bytes, on however many threads.
    let again = certified(&scratch, &["check", &example, "--threads", "3"], &example);
    assert_eq!(checked, again);
}

#[test]
fn samples_of_both_clouds_hold() {
    let scratch = Scratch::new();
    for name in ["fixtures/alibaba", "fixtures/huawei"] {
        let folder = std::path::PathBuf::from(source(name));
        let mut verified = 0;
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let path = entry.display().to_string();
            let ran =
                scratch.run(&["check", &path, "--certificate", "proof.json", "--keep-going", "--quiet"]);
            if ran.code != 2 {
                scratch.run(&["verify", "proof.json", &path, "--keep-going"]).ended(0);
                verified += 1;
            }
        }
        assert!(verified > 0, "{name} has no account that could be read");
    }
}

#[test]
fn what_is_not_so_is_refuted_and_named() {
    let scratch = Scratch::new();
    let example = source("examples/alibaba");
    let text = certified(&scratch, &["check", &example], &example);
    let cases = [
        // A verdict.
        ("\"sure\":true", "\"sure\":false", "Finding"),
        // Whom a proof is about.
        ("[\"1.0.0.0\",", "[\"10.0.0.1\",", "openness"),
        // What decides.
        ("\"by\":[\"default\"", "\"by\":[{\"unread\":null}", "openness"),
        // The ports of an item.
        ("\"tcp\":[[22,22]]", "\"tcp\":[[2222,2222]]", "open-ssh"),
    ];
    for (old, new, named) in cases {
        assert!(text.contains(old), "`{old}` is not in the certificate");
        scratch.write("forged.json", text.replacen(old, new, 1));
        let ran = scratch.run(&["verify", "forged.json", &example]).ended(1);
        assert!(ran.out.starts_with("refuted: ") && ran.out.contains(named), "{old}: {}", ran.out);
        let json = scratch.run(&["verify", "forged.json", &example, "--format", "json"]).ended(1).json();
        assert_eq!((&json["schema"], &json["verified"]), (&json!("portreeve/verify/1"), &json!(false)));
    }
}

#[test]
fn what_is_no_certificate_is_an_error() {
    let scratch = Scratch::new();
    let example = source("examples/alibaba");
    scratch.write("text.json", "not JSON");
    scratch.write("other.json", "{\"schema\":\"portreeve/certificate/9\",\"proves\":{\"paths\":[]}}");
    scratch.run(&["verify", "text.json", &example]).refused(&["certificate `text.json`", "line 1"]);
    scratch.run(&["verify", "other.json", &example]).refused(&["portreeve/certificate/9"]);
    scratch.run(&["verify", "missing.json", &example]).refused(&["certificate `missing.json`"]);
    scratch.write("change.json", "{\"schema\":\"portreeve/certificate/1\",\"proves\":{\"change\":{\"unwanted\":null,\"cleared\":[],\"opens\":false,\"closes\":false,\"differences\":[]}}}");
    let ran = scratch.run(&["verify", "change.json", &example]).ended(1);
    assert!(ran.out.contains("after"), "{}", ran.out);
    scratch.run(&["verify", "change.json", &example, "--after", &example]).ended(0);
}
