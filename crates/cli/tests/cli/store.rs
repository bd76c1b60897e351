//! What a check remembers, and the verb that looks after it.

use std::fs;

use portreeve_store::{Place, Store, Wanted};

use crate::common::{Scratch, source};

/// The documents of the example, in a folder that may be written to.
fn account(folder: &Scratch) {
    fs::create_dir(folder.path("account")).unwrap();
    for entry in fs::read_dir(source("examples/alibaba")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            fs::copy(&path, folder.path("account").join(path.file_name().unwrap())).unwrap();
        }
    }
}

/// What was stored is what was read: checked again from the store, it gives the same report.
#[test]
fn a_run_can_be_computed_again_from_its_documents() {
    let folder = Scratch::new();
    account(&folder);
    let check = ["check", "account", "--format", "json", "--store", "s.db", "--today", "2026-11-21"];
    let first = folder.run(&check).ended(1).json();
    let store = Store::existing(&Place::File(folder.path("s.db"))).unwrap();
    let run = store.runs(Some("account"), 1).unwrap().remove(0);
    fs::remove_dir_all(folder.path("account")).unwrap();
    fs::create_dir(folder.path("account")).unwrap();
    for document in store.documents(run.id).unwrap() {
        store.read_document(&document, &mut fs::File::create(folder.path(&document.path)).unwrap()).unwrap();
    }
    let again = folder.run(&check).ended(1).json();
    assert_eq!(first, again);
    let wanted = Wanted { limit: 10_000, ..Wanted::default() };
    let held = store.findings("account", &wanted).unwrap();
    let mut kept: Vec<String> =
        held.iter().map(|it| format!("{:016x}{:08x}", it.cause, it.outcome.extent)).collect();
    let findings = first["findings"].as_array().unwrap();
    let mut told: Vec<&str> = findings.iter().map(|it| it["fingerprint"].as_str().unwrap()).collect();
    kept.sort();
    told.sort_unstable();
    assert_eq!(kept, told);
    // The second run found what the first did: nothing is newer than run 1.
    assert!(held.iter().all(|it| it.since == run.id));
    for item in store.latest("account").unwrap().unwrap().items {
        let shown = first["items"].as_array().unwrap().iter().find(|it| it["id"] == *item.item).unwrap();
        assert_eq!(shown["at_risk"]["servers"], item.servers, "{}", item.item);
        assert_eq!(shown["at_risk"]["security_groups"], item.security_groups, "{}", item.item);
    }
}

#[test]
fn a_store_is_looked_after() {
    let folder = Scratch::new();
    account(&folder);
    let check = ["check", "account", "--quiet", "--store", "portreeve.db", "--estate", "production"];
    let report = folder.run(&[&check[..], &["--format", "json"]].concat()).ended(1).json();
    folder.run(&[&check[..], &["--items", "open-rdp"]].concat());
    let runs = folder.run(&["store", "history"]).ended(0).out;
    let lines: Vec<&str> = runs.lines().collect();
    assert!(lines[0].starts_with("run 2 ") && lines[1].starts_with("run 1 "), "{runs}");
    assert!(lines[1].contains("production") && lines[0].contains("0 fixed"), "{runs}");
    let fingerprint = report["findings"][0]["fingerprint"].as_str().unwrap();
    let life = folder.run(&["store", "history", fingerprint]).ended(0).out;
    assert!(life.contains(" in production\n") && life.contains("not fixed, reopened 0 times"), "{life}");
    folder.run(&["store", "backup", "b.db"]).ended(0);
    folder.run(&["store", "backup", "b.db"]).refused(&["`b.db` exists already"]);
    folder.run(&["store", "restore", "b.db"]).refused(&["`portreeve.db` is not empty"]);
    folder.run(&["store", "restore", "b.db", "--store", "c.db"]).ended(0);
    assert_eq!(folder.run(&["store", "history", "--store", "c.db"]).ended(0).out, runs);
    let prune = ["store", "prune", "--keep-last", "1", "--keep-daily", "0", "--keep-weekly", "0"];
    let told = folder.run(&prune).ended(0).out;
    assert!(told.starts_with("gave up the documents of 1 run, 0 runs that never ended"), "{told}");
    assert!(folder.run(&["store", "history"]).ended(0).out.contains("documents were given up"));
}

#[test]
fn what_cannot_be_remembered_is_refused() {
    let folder = Scratch::new();
    folder.run(&["store", "history"]).refused(&["there is no store at `portreeve.db`"]);
    folder.run(&["check", "-", "--store", "s.db"]).refused(&["the store cannot keep standard input"]);
    folder
        .run(&["check", "x", "--store", "mysql://me:secret@c/d"])
        .refused(&["`mysql://c/d` names no store"]);
    folder.run(&["check", "x", "--estate", "y"]).refused(&["--store"]);
    let unreachable = "postgres://me:secret@127.0.0.1:1/x";
    let refused = folder.run(&["store", "history", "--store", unreachable]);
    assert!(!refused.err.contains("secret"), "{}", refused.err);
    refused.refused(&["`postgres://127.0.0.1:1/x` could not be opened"]);
}
