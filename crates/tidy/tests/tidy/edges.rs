//! Which room may use which: the table of the house, held against `cargo metadata` in both directions.

use std::collections::BTreeSet;

use cargo_metadata::{DependencyKind, MetadataCommand, Package};

use crate::files;

/// A room, the rooms its code uses, and the rooms that only its tests use.
struct Room {
    name: &'static str,
    uses: &'static [&'static str],
    tests_use: &'static [&'static str],
}

/// The whole house. An edge that is not here fails, and so does one that is here and not in the manifests.
///
/// `testkit`, `verify` and `certificate` never see `netset` or `engine`: none shares code with what it judges. `cli` sees only the façade, the store and the console.
const HOUSE: [Room; 17] = [
    Room { name: "netset", uses: &[], tests_use: &[] },
    Room { name: "model", uses: &[], tests_use: &[] },
    Room { name: "engine", uses: &["model", "netset"], tests_use: &["testkit"] },
    Room { name: "testkit", uses: &["model"], tests_use: &[] },
    Room { name: "verify", uses: &["model"], tests_use: &["testkit"] },
    Room { name: "certificate", uses: &["model", "verify"], tests_use: &[] },
    Room { name: "checks", uses: &["engine", "model", "netset"], tests_use: &["testkit"] },
    Room { name: "explain", uses: &["engine", "model", "netset"], tests_use: &["testkit"] },
    Room { name: "fix", uses: &["engine", "model", "netset"], tests_use: &["testkit"] },
    Room { name: "providers", uses: &["model"], tests_use: &[] },
    Room { name: "report", uses: &["checks", "engine", "explain", "fix", "model", "netset"], tests_use: &[] },
    Room {
        name: "portreeve",
        uses: &[
            "certificate",
            "checks",
            "engine",
            "explain",
            "fix",
            "model",
            "netset",
            "providers",
            "report",
        ],
        tests_use: &["testkit"],
    },
    Room { name: "store", uses: &[], tests_use: &[] },
    Room { name: "console", uses: &["portreeve", "store"], tests_use: &[] },
    Room { name: "cli", uses: &["console", "portreeve", "store"], tests_use: &[] },
    Room {
        name: "tidy",
        uses: &[],
        tests_use: &["certificate", "model", "netset", "portreeve", "providers", "testkit"],
    },
    Room {
        name: "benches",
        uses: &[],
        tests_use: &["engine", "explain", "fix", "model", "netset", "portreeve", "store", "testkit"],
    },
];

/// `portreeve-engine` is the room `engine`; the façade is called like the program.
fn room_of(package: &str) -> Option<&str> {
    package.strip_prefix("portreeve-").or((package == "portreeve").then_some("portreeve"))
}

fn edges(package: &Package, kind: DependencyKind) -> BTreeSet<&str> {
    package
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind == kind)
        .filter_map(|dependency| room_of(&dependency.name))
        .collect()
}

fn compare(complaints: &mut Vec<String>, what: &str, found: &BTreeSet<&str>, table: &[&'static str]) {
    let table: BTreeSet<&str> = table.iter().copied().collect();
    for extra in found.difference(&table) {
        complaints.push(format!("{what} `{extra}`: not in the table of the house"));
    }
    for unused in table.difference(found) {
        complaints.push(format!("{what} `{unused}`: in the table of the house, but not so"));
    }
}

#[test]
fn rooms_use_what_the_house_allows_and_nothing_else() {
    let metadata = MetadataCommand::new()
        .manifest_path(files::root().join("Cargo.toml"))
        .no_deps()
        .other_options(["--offline".to_owned()])
        .exec()
        .unwrap();
    let mut complaints = Vec::new();
    let mut seen = BTreeSet::new();
    for package in &metadata.packages {
        let name = room_of(&package.name).unwrap_or(&package.name);
        seen.insert(name);
        let Some(room) = HOUSE.iter().find(|room| room.name == name) else {
            complaints.push(format!("`{name}` is not in the table of the house"));
            continue;
        };
        compare(
            &mut complaints,
            &format!("`{name}` uses"),
            &edges(package, DependencyKind::Normal),
            room.uses,
        );
        let tests = edges(package, DependencyKind::Development);
        compare(&mut complaints, &format!("tests of `{name}` use"), &tests, room.tests_use);
    }
    complaints.extend(
        HOUSE
            .iter()
            .filter(|room| !seen.contains(room.name))
            .map(|room| format!("`{}` is in the table of the house, but not in the workspace", room.name)),
    );
    files::no_complaints(&complaints);
}
