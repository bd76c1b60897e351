//! A million findings written, written again and read: `cargo bench -p portreeve-benches --bench store`.
//!
//! On a file in the temporary folder, or on the empty `PostgreSQL` database that `PORTREEVE_STORE` names.

#![expect(clippy::expect_used, reason = "a benchmark that cannot set itself up has nothing to say")]

use std::io::Cursor;
use std::time::Instant;

use portreeve_store::{
    Asked, Compared, Difference, Ended, Found, Moment, NewRun, Outcome, Place, Policy, RunId, Store, Wanted,
};

const FINDINGS: u32 = 1_000_000;
const ITEMS: u32 = 60;
/// How often a question is asked.
const TIMES: u32 = 100;

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let place: Place = match std::env::var("PORTREEVE_STORE") {
        Ok(place) => place.parse().expect("a place"),
        Err(_) => Place::File(folder.path().join("portreeve.db")),
    };
    let store = timed("open and make the tables", || Store::open(&place).expect("an empty store"));
    let texts = Texts::make();
    timed("write 1,000,000 new findings", || write(&store, &texts, 1, 1));
    timed("write the same again", || write(&store, &texts, 2, 1));
    timed("write as many, all of them changed", || write(&store, &texts, 3, 2));
    timed("the latest results, the first time", || store.latest("production").expect("results"));
    average("the latest results", || store.latest("production").expect("results"));
    let item = texts.items.first().expect("items");
    let page = Wanted { item: Some(item), limit: 50, ..Wanted::default() };
    average("50 findings of an item", || store.findings("production", &page).expect("findings"));
    average("the life of a finding", || store.life("production", spread(77)).expect("a life"));
    average("the trend of all findings", || store.trend("production", None, 100).expect("a trend"));
    average("a session", || store.session(&[0; 32], Moment(3)).expect("an answer"));
    let runs = [RunId(2), RunId(3)];
    timed("how far two runs are apart", || {
        store.apart("production", runs[0], runs[1], None).expect("a count")
    });
    let changed = Compared {
        from: runs[0],
        to: runs[1],
        difference: Difference::Changed,
        items: Some(&[item]),
        after: None,
        limit: 50,
    };
    timed("50 findings of an item that changed", || {
        store.difference("production", &changed).expect("findings")
    });
    timed("forget and count a run again", || {
        store.forget_derived().expect("forgotten");
        store.latest("production").expect("results")
    });
    let by = portreeve_store::By { who: "bench", at: Moment(4) };
    let policy = Policy { last: 1, daily: 0, weekly: 0 };
    timed("prune", || store.prune(by, policy, false).expect("pruned"));
    timed("backup", || store.backup(&folder.path().join("backup.db")).expect("a backup"));
}

/// What findings are made of.
struct Texts {
    items: Vec<String>,
    subjects: Vec<String>,
}

impl Texts {
    fn make() -> Self {
        let items = (0..ITEMS).map(|item| format!("open-service-{item}")).collect();
        let subjects = (0..FINDINGS / 10).map(|group| format!("sg-bp1{group:018}")).collect();
        Self { items, subjects }
    }
}

/// Fingerprints are hashes: they come in no order.
fn spread(number: u32) -> u64 {
    u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
}

fn write(store: &Store, texts: &Texts, at: i64, extent: u32) {
    let new = NewRun { estate: "production", started: Moment(at), who: "bench", program: "bench" };
    let mut writer = store.begin(&new).expect("a run");
    writer.document("groups.json", Cursor::new(format!("{{\"run\": {at}}}"))).expect("a document");
    let items: Vec<Asked<'_>> =
        texts.items.iter().map(|item| Asked { item, asked: true, security_groups: 1, servers: 1 }).collect();
    let findings = (0..FINDINGS).zip(texts.items.iter().cycle()).zip(texts.subjects.iter().cycle());
    let findings = findings.map(|((number, item), subject)| Found {
        item,
        cause: spread(number),
        outcome: Outcome {
            extent,
            risk: "high",
            certainty: "sure",
            exposure: "internet",
            status: "open",
            servers: number % 7,
            subject,
            name: "web-frontend",
        },
    });
    let ended = Ended { finished: Moment(at), verdict: 1, items: &items };
    writer.finish(&ended, findings).expect("a finished run");
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    println!("{what}: {:.1?}", start.elapsed());
    result
}

fn average<T>(what: &str, work: impl Fn() -> T) {
    let start = Instant::now();
    for _ in 0..TIMES {
        work();
    }
    println!("{what}: {:.2?}", start.elapsed() / TIMES);
}
