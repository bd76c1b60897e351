//! The sample project of `fixtures/huawei`.

use std::fs;
use std::path::Path;

use portreeve_model::Listing;

use super::{gaps, group, read, rules_of};
use crate::Assembled;

/// Reads folders below `fixtures/huawei`, their files in the order of their names.
fn folders(names: &[&str]) -> Assembled {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/huawei");
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
fn the_project_is_read_whole() {
    let Assembled { estate, notes, .. } = folders(&["sample"]);
    assert_eq!(notes, []);
    assert_eq!(gaps(&estate), [] as [&str; 0]);
    let coverage = estate.coverage;
    let all = [
        coverage.groups,
        coverage.instances,
        coverage.interfaces,
        coverage.networks,
        coverage.subnets,
        coverage.acls,
        coverage.public_addresses,
        coverage.route_tables,
        coverage.peerings,
    ];
    assert_eq!(all, [Listing::Complete; 9]);
    assert_eq!([coverage.nats, coverage.balancers], [Listing::Absent; 2]);
}

#[test]
fn the_traps_of_the_project_are_read_as_they_are_meant() {
    let estate = folders(&["sample"]).estate;
    let name = |id| estate.text(id);
    let rules = |wanted: &str| {
        let found = estate.groups.iter().find(|group| name(group.name) == wanted).unwrap();
        rules_of(&estate, name(found.id))
    };
    let has = |group: &str, part: &str| {
        let rules = rules(group);
        assert!(rules.iter().any(|rule| rule.contains(part)), "{part} in {rules:#?}");
    };
    has("sg-ops", "p1 never allow tcp 3389 from 0.0.0.0/0");
    has("sg-ops", "p5 allow 47 * from");
    has("sg-web", "p10 allow tcp 80,443 from ::/0");
    has("sg-web", "p1 allow tcp 22 from list 18fc1de7-1a92-519b-a7c2-cfef26ce09e2");
    has("sg-legacy-open", "allow all * from 0.0.0.0/0");
    // Two servers have the same groups in opposite order; version 1 of the ports tells it.
    let order = |address: &str| -> Vec<&str> {
        let owns = |interface: &&portreeve_model::Interface| {
            interface.addresses.iter().any(|own| own.private.to_string() == address)
        };
        let list = estate.interfaces.iter().find(owns).and_then(|interface| interface.groups).unwrap();
        estate.group_list(list).iter().map(|id| name(group(&estate, name(*id)).name)).collect()
    };
    assert_eq!(order("10.20.2.31"), ["sg-baseline", "sg-db"]);
    assert_eq!(order("10.20.2.32"), ["sg-db", "sg-baseline"]);
    let unfiltered = estate.interfaces.iter().filter(|interface| !interface.filtered);
    assert!(unfiltered.clone().count() > 0 && unfiltered.clone().all(|interface| interface.managed));
}

#[test]
fn the_first_page_alone_is_not_whole() {
    let both = folders(&["paged"]).estate;
    assert_eq!(both.coverage.groups, Listing::Complete);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/huawei/paged");
    let first = fs::read_to_string(root.join("security_groups_v3_page1_limit4.json")).unwrap();
    assert!(matches!(read(&[&first]).estate.coverage.groups, Listing::Partial(_)));
}

/// All the shapes of errors, each within an object of the one who saved them: nobody's documents, until taken out.
#[test]
fn saved_errors_are_read_in_all_their_shapes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/huawei/errors");
    let text = fs::read_to_string(root.join("all.json")).unwrap();
    let saved: serde_json::Value = serde_json::from_str(&text).unwrap();
    let bodies: Vec<String> = saved.as_array().unwrap().iter().map(|one| one["body"].to_string()).collect();
    let estate = read(&bodies.iter().map(String::as_str).collect::<Vec<_>>()).estate;
    // Eight, of which one is a trial run that passed.
    assert_eq!(estate.unread.len(), 7, "{:?}", gaps(&estate));
    for service in ["the VPC API", "the API gateway", "`SecurityGroupRuleExists`"] {
        assert!(gaps(&estate).iter().any(|gap| gap.contains(service)), "{service}");
    }
}
