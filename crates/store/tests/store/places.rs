//! Places that cannot be a store.

use std::fs;

use portreeve_store::{Place, Store, StoreError};

use crate::common::{Site, address, raw};
use crate::postgres::Cluster;

fn refused(place: &Place, expected: &str) {
    let error = Store::open(place).map(drop).unwrap_err().to_string();
    assert!(error.contains(expected), "{error}");
}

fn newer_or_foreign(place: &Place, foreign: &Place) {
    drop(Store::open(place).unwrap());
    drop(Store::existing(place).unwrap());
    raw(&address(place), "UPDATE store_version SET version = 4711");
    refused(place, "has version 4711, and this program knows versions up to");
    raw(&address(foreign), "CREATE TABLE recipes (name TEXT)");
    refused(foreign, "is no store of portreeve");
}

#[test]
fn a_newer_or_foreign_file_is_refused() {
    let site = Site::files();
    newer_or_foreign(&site.place("newer.db"), &site.place("foreign.db"));
    let text = site.file("text.db");
    fs::write(&text, "This is a letter, and no database at all.".repeat(100)).unwrap();
    refused(&Place::from(&*text), "is no store of portreeve");
    assert!(fs::read_to_string(&text).unwrap().starts_with("This is a letter"));
    refused(&Place::File(site.file("")), "store");
    refused(&Place::File(site.file("no/such/folder.db")), "its folder");
    let missing = Store::existing(&site.place("missing.db"));
    assert!(matches!(missing, Err(StoreError::Missing(_))));
    assert!(!site.file("missing.db").exists());
}

pub(crate) fn a_newer_or_foreign_database_is_refused(cluster: &Cluster) {
    newer_or_foreign(&cluster.database(), &cluster.database());
    refused(&cluster.address("nowhere").parse().unwrap(), "\"nowhere\" does not exist");
}

#[test]
fn an_unreachable_server_is_an_error_without_the_password() {
    let place: Place = "postgres://me:secret@127.0.0.1:1/portreeve".parse().unwrap();
    let error = Store::open(&place).map(drop).unwrap_err().to_string();
    assert!(error.contains("`postgres://127.0.0.1:1/portreeve` could not be opened"), "{error}");
    assert!(!error.contains("secret"));
}

/// What the store says about bytes that were changed behind its back.
#[test]
fn a_damaged_document_is_told() {
    let site = Site::files();
    let store = site.store();
    let run = crate::common::run(&store, 1, &[], &[]);
    raw(&address(store.place()), "UPDATE piece SET data = x'00' WHERE document = 1");
    let documents = store.documents(run).unwrap();
    let damaged = store.read_document(&documents[0], &mut Vec::new()).unwrap_err().to_string();
    assert!(damaged.contains("document `account/groups.json` is damaged"), "{damaged}");
    store.read_document(&documents[1], &mut Vec::new()).unwrap();
}

/// Paths are no addresses: nothing in them means anything.
#[test]
fn files_may_have_any_name() {
    let site = Site::files();
    for name in ["a b.db", "a?mode=ro.db", "a%20b#c.db", "é🦀.db", ":memory:", "..db"] {
        drop(Store::open(&site.place(name)).unwrap());
        assert!(site.file(name).exists(), "{name}");
    }
}
