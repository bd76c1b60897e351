//! Stores that an older program made.

use portreeve_store::{Exposure, NewUser, Place, RunId, Store};

use crate::cases::Case;
use crate::common::{Site, address, by, day, everything, found, raw, run};

pub(crate) const ALL: [(&str, Case); 3] = [
    ("version_1_is_brought_to_the_newest", version_1_is_brought_to_the_newest),
    ("version_2_is_brought_to_the_newest", version_2_is_brought_to_the_newest),
    ("an_upgrade_that_fails_leaves_the_store_as_it_was", an_upgrade_that_fails_leaves_the_store_as_it_was),
];

/// A store of version 1.
fn old(site: &Site<'_>) -> Place {
    let place = site.place("store.db");
    raw(&address(&place), include_str!("version-1.sql"));
    place
}

fn version_1_is_brought_to_the_newest(site: &Site<'_>) {
    let place = old(site);
    let store = Store::existing(&place).unwrap();
    let life = &store.life("production", 7).unwrap()[0];
    assert_eq!((life.first_seen, life.fixed), (day(1), Some(day(2))));
    let latest = store.latest("production").unwrap().unwrap();
    // What is new is counted: of the two findings, one was waived.
    let counts: Vec<_> = latest
        .items
        .iter()
        .flat_map(|item| &item.tallies)
        .map(|tally| (&*tally.item, tally.found, tally.open, tally.fixed))
        .collect();
    assert_eq!(counts, [("open-ssh", 0, 0, 1), ("open-rdp", 1, 0, 0)]);
    assert_eq!(store.switches().unwrap().len(), 1);
    assert_eq!(store.waivers().unwrap()[0].reason, "bastion");
    assert_eq!(store.users().unwrap(), []);
    store.add_user(by("ann", 3), &NewUser { name: "ann", password_hash: "x", role: "admin" }).unwrap();
    assert_eq!(store.audit_log(None, 1).unwrap()[0].id, 3);
    assert_eq!(run(&store, 3, &["open-ssh"], &[found("open-ssh", 7, 1)]).0, 3);
    assert_eq!(store.life("production", 7).unwrap()[0].reopened, 1);
    let before = everything(&store);
    drop(store);
    assert_eq!(everything(&Store::existing(&place).unwrap()), before, "opened once more");
}

fn version_2_is_brought_to_the_newest(site: &Site<'_>) {
    let place = site.place("store.db");
    raw(&address(&place), include_str!("version-2.sql"));
    let store = Store::existing(&place).unwrap();
    assert_eq!(store.setting("schedule.minutes").unwrap().as_deref(), Some("15"));
    assert_eq!(store.users().unwrap()[0].name, "ann");
    assert_eq!(store.marks("production").unwrap()[0].note, "on Monday");
    let told = |store: &Store| {
        let points = store.exposures("production", 10).unwrap().into_iter();
        points.map(|point| (point.run.0, point.exposure.map(|it| it.surely))).collect::<Vec<_>>()
    };
    // Nobody has counted, which is not the same as nothing.
    assert_eq!(told(&store), [(1, None), (2, None)]);
    let counted = Exposure { surely: 3, possibly: 1, addresses: 4 };
    store.keep_exposure(RunId(2), counted).unwrap();
    assert_eq!(told(&store), [(1, None), (2, Some(3))]);
    drop(store);
    assert_eq!(told(&Store::existing(&place).unwrap()), [(1, None), (2, Some(3))], "opened once more");
}

fn an_upgrade_that_fails_leaves_the_store_as_it_was(site: &Site<'_>) {
    let place = old(site);
    // Version 2 makes a table of this name, after several others.
    raw(&address(&place), "CREATE TABLE mark (id INTEGER)");
    let error = Store::existing(&place).map(drop).unwrap_err().to_string();
    assert!(error.contains("already exists"), "{error}");
    raw(&address(&place), "DROP TABLE mark");
    let store = Store::existing(&place).unwrap();
    assert_eq!(store.runs(None, 10).unwrap().len(), 2);
}
