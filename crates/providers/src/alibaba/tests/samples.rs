//! The sample account of `fixtures/alibaba`, and the documents beside it.

use std::fs;
use std::path::Path;

use portreeve_model::{Listing, SameGroup};

use super::{gaps, group, read, rules_of};
use crate::Assembled;

/// Reads folders below `fixtures/alibaba`, their files in the order of their names.
fn folders(names: &[&str]) -> Assembled {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/alibaba");
    let mut texts = Vec::new();
    for name in names {
        let mut paths: Vec<_> =
            fs::read_dir(root.join(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        texts.extend(paths.iter().map(|path| fs::read_to_string(path).unwrap()));
    }
    read(&texts.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn the_account_is_read_whole() {
    let Assembled { estate, notes, .. } = folders(&["sample"]);
    assert_eq!(notes, []);
    assert_eq!(
        gaps(&estate),
        [
            "sg-bp1app0tier00demo02/sgr-bp1demo0000000000013: security group sg-bp1partner00acct0002 belongs to account \
          1200000000000002, whose members are not in the input"
        ]
    );
    let coverage = estate.coverage;
    assert_eq!(
        [coverage.groups, coverage.instances, coverage.interfaces, coverage.networks],
        [Listing::Complete; 4]
    );
    assert_eq!([coverage.subnets, coverage.acls, coverage.public_addresses], [Listing::Complete; 3]);
    // The counts of the sample's own listing.
    let rules: Vec<(&str, usize)> =
        estate.groups.iter().map(|group| (estate.text(group.id), group.rules.len())).collect();
    for (id, count) in [
        ("sg-bp1edge0web00demo01", 9),
        ("sg-bp1app0tier00demo02", 8),
        ("sg-bp1db00tier00demo03", 4),
        ("sg-bp1ent0batch00demo4", 4),
        ("sg-bp1default0old0demo5", 3),
        ("sg-bp1managed0nat0demo6", 1),
    ] {
        assert!(rules.contains(&(id, count)), "{id} {count} in {rules:?}");
    }
    assert_eq!((estate.groups.len(), estate.instances.len(), estate.interfaces.len()), (6, 4, 6));
    assert_eq!((estate.networks.len(), estate.subnets.len(), estate.acls.len()), (1, 2, 1));
    assert_eq!((estate.address_lists.len(), estate.port_lists.len(), estate.references.len()), (2, 1, 3));
    assert_eq!(estate.providers, ["alibaba"]);
}

#[test]
fn the_traps_of_the_account_are_read_as_they_are_meant() {
    let estate = folders(&["sample"]).estate;
    let legacy = group(&estate, "sg-bp1default0old0demo5");
    assert_eq!(legacy.same_group, SameGroup::Allow);
    assert!(legacy.rules.iter().all(|rule| rule.priority == 110), "priorities that are text");
    assert!(group(&estate, "sg-bp1managed0nat0demo6").managed);
    let app = rules_of(&estate, "sg-bp1app0tier00demo02");
    assert_eq!(
        app[2],
        "ingress#3 p5 allow udp 53-53 from 10.20.0.0/16 source-ports 1024-65535 local 10.20.1.10/32"
    );
    assert_eq!(app[3], "ingress#4 p20 allow tcp 8443-8443 from sg-bp1partner00acct0002@1200000000000002?");
    assert_eq!(app[7], "egress#3 p100 deny all * from 0.0.0.0/0");
    let enterprise = rules_of(&estate, "sg-bp1ent0batch00demo4");
    assert_eq!(enterprise[2], "ingress#3 p10 allow tcp prl-bp1appports0demo001 from 10.20.0.0/16");
    let ports: Vec<(u16, u16)> =
        estate.port_lists[0].entries.iter().map(|range| (range.first(), range.last())).collect();
    assert_eq!(ports, [(80, 80), (6379, 6379), (8000, 8999)]);
    let publics: Vec<(String, String)> = estate
        .interfaces
        .iter()
        .flat_map(|interface| &interface.addresses)
        .filter_map(|address| Some((address.private.to_string(), address.public?.to_string())))
        .filter(|(private, _)| !private.contains(':'))
        .collect();
    for pair in
        [("10.20.1.10", "203.0.113.10"), ("10.20.1.30", "203.0.113.20"), ("10.20.1.52", "203.0.113.30")]
    {
        assert!(publics.contains(&(pair.0.to_owned(), pair.1.to_owned())), "{pair:?} in {publics:?}");
    }
    assert_eq!(publics.len(), 3);
    assert!(estate.interfaces.iter().all(|interface| interface.public_known));
}

#[test]
fn pages_of_the_account_unite_to_the_same() {
    let whole = folders(&["sample"]).estate;
    let paged = folders(&["sample", "paged"]).estate;
    assert_eq!(gaps(&paged), gaps(&whole));
    assert_eq!(paged.coverage, whole.coverage);
    assert_eq!(paged.groups.len(), whole.groups.len());
}

#[test]
fn errors_and_results_beside_the_account_are_told() {
    let Assembled { estate, notes, .. } = folders(&["sample", "errors", "other"]);
    assert_eq!(estate.unread.len(), 3);
    assert_eq!(notes.len(), 3, "two changes and one result of the vendor's check: {notes:?}");
}
