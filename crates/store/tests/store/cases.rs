//! What a store has to do, whatever the database.

use std::fs;
use std::io::Cursor;

use portreeve_store::{
    Covered, Cursor as At, NewRun, Place, Policy, Pruned, Store, StoreError, Tally, Wanted,
};

use crate::common::{ITEMS, Site, by, day, everything, found, run, run_of};
use crate::postgres::Cluster;

pub(crate) type Case = fn(&Site<'_>);

pub(crate) const ALL: [(&str, Case); 11] = [
    ("documents_come_back_byte_for_byte", documents_come_back_byte_for_byte),
    ("the_same_document_is_kept_once", the_same_document_is_kept_once),
    ("a_life_is_told", a_life_is_told),
    ("what_is_not_asked_stays", what_is_not_asked_stays),
    ("estates_do_not_touch_each_other", estates_do_not_touch_each_other),
    ("what_is_derived_may_be_forgotten", what_is_derived_may_be_forgotten),
    ("findings_come_in_pages", findings_come_in_pages),
    ("settings_are_kept_and_audited", settings_are_kept_and_audited),
    ("hostile_texts_are_data", hostile_texts_are_data),
    ("pruning_keeps_the_history", pruning_keeps_the_history),
    ("many_threads_use_one_store", many_threads_use_one_store),
];

fn documents_come_back_byte_for_byte(site: &Site<'_>) {
    let store = site.store();
    // More than two pieces of a mebibyte, that do not compress away; every byte; nothing.
    let long: Vec<u8> =
        (0..2_500_000_u32).map(|at| at.wrapping_mul(2_654_435_761).to_le_bytes()[2]).collect();
    let documents = [("a/long.json", long), ("bytes", (0..=255).collect()), ("empty.json", Vec::new())];
    let new = NewRun { estate: "production", started: day(1), who: "ann", program: "test" };
    let mut writer = store.begin(&new).unwrap();
    for (path, bytes) in &documents {
        writer.document(path, Cursor::new(bytes)).unwrap();
    }
    let ended = portreeve_store::Ended { finished: day(2), verdict: 0, items: &[] };
    let run = writer.finish(&ended, []).unwrap();
    let kept = store.documents(run).unwrap();
    assert_eq!(kept.len(), documents.len());
    for ((path, bytes), document) in documents.iter().zip(&kept) {
        let mut read = Vec::new();
        store.read_document(document, &mut read).unwrap();
        assert!(read == *bytes, "{path}");
        assert_eq!((&*document.path, document.bytes), (*path, bytes.len() as u64));
    }
    // SHA-256 of nothing, as FIPS 180-4 has it.
    assert!(kept[2].hash.starts_with("e3b0c44298fc1c14"));
    let known = store.run(run).unwrap();
    assert_eq!((known.started, known.finished, known.verdict), (day(1), day(2), 0));
}

fn the_same_document_is_kept_once(site: &Site<'_>) {
    let store = site.store();
    let (one, two) = (run(&store, 1, &ITEMS, &[]), run(&store, 2, &ITEMS, &[]));
    let hashes =
        |run| store.documents(run).unwrap().into_iter().map(|document| document.hash).collect::<Vec<_>>();
    assert_ne!(hashes(one)[0], hashes(two)[0]);
    assert_eq!(hashes(one)[1], hashes(two)[1]);
    // Giving up the first run takes the one document along that only it had: `{"day": 1}`.
    let policy = Policy { last: 1, daily: 0, weekly: 0 };
    let pruned = store.prune(by("ann", 3), policy, false).unwrap();
    assert_eq!(pruned, Pruned { runs: 1, unfinished: 0, documents: 1, bytes: 10 });
    assert_eq!(hashes(two).len(), 2);
    assert!(hashes(one).is_empty());
}

fn tally(store: &Store, run: portreeve_store::RunId, item: &str) -> [u64; 5] {
    let all = store.tallies(run).unwrap();
    let sum = |count: fn(&Tally) -> u64| all.iter().filter(|tally| tally.item == item).map(count).sum();
    [sum(|it| it.found), sum(|it| it.fresh), sum(|it| it.reopened), sum(|it| it.changed), sum(|it| it.fixed)]
}

fn a_life_is_told(site: &Site<'_>) {
    let store = site.store();
    let ssh = |extent| found("open-ssh", 7, extent);
    // Found, the same, grown, fixed, still fixed, back, and the same; beside it one that stays.
    let other = found("open-ssh", u64::MAX, 1);
    let days: [&[_]; 7] = [
        &[ssh(1), other],
        &[ssh(1), other],
        &[ssh(3), other],
        &[other],
        &[other],
        &[ssh(1), other],
        &[ssh(1), other, ssh(1)],
    ];
    let runs: Vec<_> = (1..).zip(days).map(|(day, findings)| run(&store, day, &ITEMS, findings)).collect();
    let expected = [
        [2, 2, 0, 0, 0],
        [2, 0, 0, 0, 0],
        [2, 0, 0, 1, 0],
        [1, 0, 0, 0, 1],
        [1, 0, 0, 0, 0],
        [2, 0, 1, 0, 0],
    ];
    for (run, expected) in runs.iter().zip(expected) {
        assert_eq!(tally(&store, *run, "open-ssh"), expected, "run {run}");
    }
    assert_eq!(tally(&store, runs[6], "open-ssh"), [2, 0, 0, 0, 0]);
    let life = &store.life("production", 7).unwrap()[0];
    assert_eq!((life.first_seen, life.last_seen, life.fixed, life.reopened), (day(1), day(7), None, 1));
    let spans: Vec<_> = life
        .spans
        .iter()
        .map(|span| (span.outcome.extent, span.since, span.last_seen, span.closed.map(|(_, at)| at)))
        .collect();
    let expected =
        [(1, day(1), day(2), Some(day(3))), (3, day(3), day(3), Some(day(4))), (1, day(6), day(7), None)];
    assert_eq!(spans, expected);
    let still = &store.life("production", u64::MAX).unwrap()[0];
    assert_eq!((still.first_seen, still.last_seen, still.spans.len()), (day(1), day(7), 1));
    assert!(store.life("production", 8).unwrap().is_empty());
    let both = store.lives("production", &[8, u64::MAX, 7]).unwrap();
    let told: Vec<_> = both.iter().map(|(cause, life)| (*cause, life.reopened)).collect();
    assert_eq!(told.len(), 2, "nothing is known of 8: {told:?}");
    assert!(told.contains(&(7, 1)) && told.contains(&(u64::MAX, 0)), "{told:?}");
    assert!(store.lives("production", &[]).unwrap().is_empty());
    let gone = Wanted { at: Some(runs[3]), limit: 10, ..Wanted::default() };
    let causes: Vec<u64> =
        store.findings("production", &gone).unwrap().iter().map(|held| held.cause).collect();
    assert_eq!(causes, [u64::MAX], "travels back to day 4");
    let then = store.run_at("production", portreeve_store::Moment(day(4).0 + 5)).unwrap().unwrap();
    assert_eq!(then.id, runs[3]);
    assert_eq!(store.run_at("production", day(0)).unwrap(), None);
}

fn what_is_not_asked_stays(site: &Site<'_>) {
    let store = site.store();
    let both = [found("open-ssh", 1, 1), found("open-rdp", 2, 1)];
    let first = run(&store, 1, &ITEMS, &both);
    let second = run(&store, 2, &["open-ssh"], &[]);
    let latest = store.latest("production").unwrap().unwrap();
    let seen: Vec<_> = latest
        .items
        .iter()
        .map(|it| (&*it.item, it.asked, it.seen, it.tallies[0].found, it.servers))
        .collect();
    assert_eq!(seen, [("open-ssh", true, Some(second), 0, 0), ("open-rdp", false, Some(first), 1, 1)]);
    let rdp = &store.life("production", 2).unwrap()[0];
    assert_eq!((rdp.last_seen, rdp.fixed), (day(1), None));
    run(&store, 3, &["open-rdp"], &[]);
    let rdp = &store.life("production", 2).unwrap()[0];
    assert_eq!((rdp.last_seen, rdp.fixed), (day(1), Some(day(3))));
    let ssh = &store.life("production", 1).unwrap()[0];
    assert_eq!((ssh.last_seen, ssh.fixed), (day(1), Some(day(2))));
}

fn estates_do_not_touch_each_other(site: &Site<'_>) {
    let store = site.store();
    assert_eq!(store.latest("a").unwrap(), None);
    run_of(&store, "a", 1, &ITEMS, &[found("open-ssh", 1, 1)]).unwrap();
    run_of(&store, "b", 2, &ITEMS, &[]).unwrap();
    run_of(&store, "b", 3, &ITEMS, &[found("open-ssh", 1, 1)]).unwrap();
    assert_eq!(store.life("a", 1).unwrap()[0].fixed, None);
    assert_eq!(store.life("b", 1).unwrap()[0].first_seen, day(3));
    let runs =
        |estate| store.runs(estate, 10).unwrap().into_iter().map(|run| run.started).collect::<Vec<_>>();
    assert_eq!(runs(None), [day(3), day(2), day(1)]);
    assert_eq!(runs(Some("b")), [day(3), day(2)]);
    assert_eq!(runs(Some("c")), []);
    let fresh: u64 =
        store.tallies(store.latest("b").unwrap().unwrap().run.id).unwrap().iter().map(|it| it.fresh).sum();
    assert_eq!(fresh, 1);
}

fn what_is_derived_may_be_forgotten(site: &Site<'_>) {
    let store = site.store();
    for (day, extent) in [(1_i64, 1), (2, 2), (4, 2)] {
        let findings: Vec<_> =
            (0..50).map(|cause| found("open-ssh", cause * day.unsigned_abs(), extent)).collect();
        run(&store, day, &ITEMS, &findings);
    }
    let before = everything(&store);
    store.forget_derived().unwrap();
    assert_eq!(everything(&store), before);
}

fn findings_come_in_pages(site: &Site<'_>) {
    let store = site.store();
    // More than one page of the comparison and of the statements.
    let findings: Vec<_> = (0..12_345).map(|at| found(ITEMS[(at % 2) as usize], at, 1)).collect();
    run(&store, 1, &ITEMS, &findings);
    let second = run(&store, 2, &ITEMS, &findings[1..]);
    assert_eq!(tally(&store, second, "open-ssh"), [6172, 0, 0, 0, 1]);
    let (mut after, mut seen) = (None, Vec::new());
    loop {
        let wanted = Wanted { item: Some("open-rdp"), after, limit: 1000, ..Wanted::default() };
        let page = store.findings("production", &wanted).unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.cursor);
        seen.extend(page.iter().map(|held| held.cause));
    }
    assert_eq!(seen, (0..12_345).filter(|at| at % 2 == 1).collect::<Vec<_>>());
    let none = Wanted { item: Some("no-such"), limit: 10, ..Wanted::default() };
    assert!(store.findings("production", &none).unwrap().is_empty());
    let behind = Wanted { after: Some(At { item: i64::MAX, finding: 0 }), limit: 10, ..Wanted::default() };
    assert!(store.findings("production", &behind).unwrap().is_empty());
}

fn settings_are_kept_and_audited(site: &Site<'_>) {
    let store = site.store();
    store.switch(by("ann", 1), "open-ssh", false).unwrap();
    store.switch(by("bob", 2), "open-ssh", true).unwrap();
    let switches = store.switches().unwrap();
    assert_eq!((switches.len(), &*switches[0].who, switches[0].enabled), (1, "bob", true));
    let covered = Covered { fingerprint: "", item: "open-ssh", subject: "sg-1" };
    let waiver = store.waive(by("ann", 3), covered, "bastion", "2026-12-31").unwrap();
    assert_eq!(store.waivers().unwrap()[0].withdrawn, None);
    store.withdraw(by("bob", 4), waiver).unwrap();
    assert_eq!(store.waivers().unwrap()[0].withdrawn, Some(day(4)));
    assert!(matches!(store.withdraw(by("bob", 5), waiver), Err(StoreError::Unknown { .. })));
    store.note(by("eve", 6), "login", "console", "refused").unwrap();
    let log: Vec<_> =
        store.audit_log(None, 10).unwrap().into_iter().map(|it| (it.who, it.action, it.detail)).collect();
    let expected = [
        ("eve", "login", "refused"),
        ("bob", "withdraw", ""),
        ("ann", "waive", "bastion"),
        ("bob", "switch", "on"),
        ("ann", "switch", "off"),
    ];
    assert_eq!(
        log,
        expected.map(|(who, action, detail)| (who.to_owned(), action.to_owned(), detail.to_owned()))
    );
    assert_eq!(store.audit_log(Some(3), 1).unwrap()[0].id, 2);
}

fn hostile_texts_are_data(site: &Site<'_>) {
    let store = site.store();
    let long = "x'\"\u{0}é".repeat(200_000);
    let hostile =
        ["", "'; DROP TABLE span; --", "a\0b\0", "\u{1a}0\u{1a}", "?$1:name%_\\", "\u{202e}🦀\n\r", &long];
    for (at, text) in (0..).zip(hostile) {
        let mut finding = found(text, at, 1);
        finding.outcome.subject = text;
        finding.outcome.name = text;
        finding.outcome.status = text;
        let new = NewRun { estate: text, started: day(1), who: text, program: text };
        let mut writer = store.begin(&new).unwrap();
        writer.document(text, Cursor::new(text)).unwrap();
        let asked = portreeve_store::Asked { item: text, asked: true, security_groups: 0, servers: 0 };
        let ended = portreeve_store::Ended { finished: day(1), verdict: 0, items: &[asked] };
        let run = writer.finish(&ended, [finding]).unwrap();
        let held = &store.findings(text, &Wanted { limit: 10, ..Wanted::default() }).unwrap()[0];
        assert!([&held.item, &held.outcome.subject, &held.outcome.name, &held.outcome.status] == [text; 4]);
        let known = store.run(run).unwrap();
        assert!([known.estate, known.who, known.program] == [text; 3]);
        assert!(store.documents(run).unwrap()[0].path == text);
        assert!(store.latest(text).unwrap().unwrap().items[0].item == text);
        store.switch(by(text, 1), text, true).unwrap();
        let covered = Covered { fingerprint: text, item: text, subject: text };
        store.waive(by(text, 1), covered, text, text).unwrap();
        let waiver = store.waivers().unwrap().pop().unwrap();
        assert!([waiver.reason, waiver.until, waiver.who, waiver.covered.subject] == [text; 4]);
        assert!(store.switches().unwrap().iter().any(|switch| switch.item == text && switch.who == text));
    }
    assert_eq!(store.estates().unwrap().len(), hostile.len());
}

fn pruning_keeps_the_history(site: &Site<'_>) {
    let store = site.store();
    for on in 1..=10 {
        let findings: &[_] = if on % 3 == 0 { &[] } else { &[found("open-ssh", 1, 1)] };
        run(&store, on, &ITEMS, findings);
    }
    // Killed on day 8; another run is under way.
    for on in [8, 10] {
        let new = NewRun { estate: "production", started: day(on), who: "ann", program: "test" };
        let mut writer = store.begin(&new).unwrap();
        writer.document("half.json", Cursor::new(format!("half {on}"))).unwrap();
    }
    let life = store.life("production", 1).unwrap();
    let tallies = |store: &Store| {
        store.runs(None, 100).unwrap().iter().map(|run| store.tallies(run.id).unwrap()).collect::<Vec<_>>()
    };
    let counted = tallies(&store);
    let policy = Policy { last: 2, daily: 4, weekly: 0 };
    // Days 7 to 10 stay: six runs lose a document each, and `half 8` goes.
    let expected = Pruned { runs: 6, unfinished: 1, documents: 7, bytes: 6 * 10 + 6 };
    assert_eq!(store.prune(by("ann", 10), policy, true).unwrap(), expected);
    assert_eq!(store.prune(by("ann", 10), policy, false).unwrap(), expected);
    assert_eq!(store.prune(by("ann", 10), policy, false).unwrap(), Pruned::default());
    store.forget_derived().unwrap();
    assert_eq!(store.life("production", 1).unwrap(), life);
    assert_eq!(tallies(&store), counted);
    let pruned = store.runs(None, 100).unwrap().iter().filter(|run| run.pruned == Some(day(10))).count();
    assert_eq!(pruned, 6);
}

fn many_threads_use_one_store(site: &Site<'_>) {
    let place = site.place("store.db");
    let stores: Vec<Store> = std::thread::scope(|scope| {
        let opened: Vec<_> = (0..4).map(|_| scope.spawn(|| Store::open(&place))).collect();
        opened.into_iter().map(|store| store.join().unwrap().unwrap()).collect()
    });
    std::thread::scope(|scope| {
        for (at, store) in (0..).zip(&stores) {
            scope.spawn(move || {
                for on in 1..=5 {
                    run(store, on, &ITEMS, &[found("open-ssh", at, 1)]);
                }
            });
            scope.spawn(move || (0..50).for_each(|_| drop(store.runs(None, 10).unwrap())));
        }
    });
    let runs = stores[0].runs(None, 100).unwrap();
    let numbers: Vec<i64> = runs.iter().map(|run| run.id.0).collect();
    assert_eq!(numbers, (1..=20).rev().collect::<Vec<_>>());
    // Each of the four was found five times, and each other run did not see it.
    let held = Wanted { limit: 10, ..Wanted::default() };
    assert_eq!(stores[1].findings("production", &held).unwrap().len(), 1);
}

/// A store with something of everything.
fn full(place: &Place) -> Store {
    let store = Store::open(place).unwrap();
    run(&store, 1, &ITEMS, &[found("open-ssh", 1, 1), found("open-rdp", 2, 1)]);
    run(&store, 2, &["open-ssh"], &[]);
    run(&store, 3, &ITEMS, &[found("open-ssh", 1, 1)]);
    run_of(&store, "a\0b", 4, &ITEMS, &[found("open-ssh", 1, 1)]).unwrap();
    store.switch(by("ann", 1), "open-rdp", false).unwrap();
    let covered = Covered { fingerprint: "0", item: "", subject: "" };
    store.waive(by("bob", 1), covered, "why\0not", "2027-01-01").unwrap();
    crate::console::fill(&store);
    store
}

/// From each database to a file and from there into each: always the same.
pub(crate) fn backups_cross(cluster: &Cluster) {
    let (files, databases) = (Site::files(), Site::databases(cluster));
    for (at, from) in [&files, &databases].into_iter().enumerate() {
        let store = full(&from.place("from.db"));
        let file = files.file(&format!("backup{at}.db"));
        store.backup(&file).unwrap();
        assert!(matches!(store.backup(&file), Err(StoreError::Exists(_))));
        let bytes = fs::read(&file).unwrap();
        assert_eq!(everything(&Store::existing(&Place::from(&*file)).unwrap()), everything(&store));
        for (to_at, to) in [&files, &databases].into_iter().enumerate() {
            let restored = Store::open(&to.place(&format!("to{at}{to_at}.db"))).unwrap();
            restored.restore(by("carl", 9), &file).unwrap();
            assert_eq!(everything(&restored), everything(&store));
            // It goes on where the other stopped.
            assert_eq!(run(&restored, 5, &ITEMS, &[]).0, 5);
            assert_eq!(restored.life("production", 1).unwrap()[0].fixed, Some(day(5)));
            assert!(matches!(restored.restore(by("carl", 9), &file), Err(StoreError::NotEmpty(_))));
        }
        assert!(!bytes.is_empty());
    }
}
