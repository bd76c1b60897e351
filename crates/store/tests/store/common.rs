//! Places for stores, runs in a line each, and everything that a store holds as one text.

use std::fmt::Write;
use std::io::Cursor;

use portreeve_store::{
    Asked, By, Ended, Found, Latest, Moment, NewRun, Outcome, Place, RunId, Store, StoreError, Wanted,
};
use sqlx::{AnyConnection, Connection, Executor};
use tempfile::TempDir;

use crate::postgres::Cluster;

/// Gives places for new stores.
pub(crate) struct Site<'c> {
    folder: TempDir,
    cluster: Option<&'c Cluster>,
}

impl<'c> Site<'c> {
    pub(crate) fn files() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), cluster: None }
    }

    pub(crate) fn databases(cluster: &'c Cluster) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), cluster: Some(cluster) }
    }

    /// A place where there is no store yet; `name` names the file.
    pub(crate) fn place(&self, name: &str) -> Place {
        match self.cluster {
            Some(cluster) => cluster.database(),
            None => Place::File(self.file(name)),
        }
    }

    /// A file in a folder that ends with the test.
    pub(crate) fn file(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn store(&self) -> Store {
        Store::open(&self.place("store.db")).unwrap()
    }
}

/// The address of a place, as the library takes it.
pub(crate) fn address(place: &Place) -> String {
    match place {
        Place::File(path) => format!("sqlite://{}?mode=rwc", path.display()),
        Place::Server(address) => address.clone(),
    }
}

/// Runs a statement past the store.
pub(crate) fn raw(address: &str, sql: &str) {
    sqlx::any::install_default_drivers();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut connection = AnyConnection::connect(address).await.unwrap();
        connection.execute(sql).await.unwrap();
        connection.close().await.unwrap();
    });
}

pub(crate) const fn day(day: i64) -> Moment {
    Moment(day * 86_400_000)
}

/// Somebody, on a day.
pub(crate) fn by(who: &str, on: i64) -> By<'_> {
    By { who, at: day(on) }
}

/// A finding of an item, which reaches `extent` far.
pub(crate) fn found(item: &str, cause: u64, extent: u32) -> Found<'_> {
    let outcome = Outcome {
        extent,
        risk: "high",
        certainty: "sure",
        exposure: "internet",
        status: "open",
        servers: 1,
        subject: "sg-1",
        name: "web",
    };
    Found { item, cause, outcome }
}

pub(crate) const ITEMS: [&str; 2] = ["open-ssh", "open-rdp"];

/// A run of one estate: it begins and ends on a day, asks some items, and finds something.
pub(crate) fn run(store: &Store, on: i64, asked: &[&str], findings: &[Found<'_>]) -> RunId {
    run_of(store, "production", on, asked, findings).unwrap()
}

pub(crate) fn run_of(
    store: &Store,
    estate: &str,
    on: i64,
    asked: &[&str],
    findings: &[Found<'_>],
) -> Result<RunId, StoreError> {
    let new = NewRun { estate, started: day(on), who: "ann", program: "portreeve 0.1.0" };
    let mut writer = store.begin(&new)?;
    writer.document("account/groups.json", Cursor::new(format!("{{\"day\": {on}}}")))?;
    writer.document("account/same.json", Cursor::new("{\"same\": true}"))?;
    let item = |item| {
        let at_risk = findings.iter().filter(|found| found.item == item).count() as u64;
        Asked { item, asked: asked.contains(&item), security_groups: at_risk, servers: at_risk }
    };
    let items = ITEMS.map(item);
    writer.finish(&Ended { finished: day(on), verdict: 1, items: &items }, findings.iter().copied())
}

/// Everything that a store tells, as a text that can be compared.
pub(crate) fn everything(store: &Store) -> String {
    let mut text = String::new();
    let estates = store.estates().unwrap();
    for run in store.runs(None, 1000).unwrap() {
        writeln!(text, "{run:?}\n{:?}", store.tallies(run.id).unwrap()).unwrap();
        for document in store.documents(run.id).unwrap() {
            let mut bytes = Vec::new();
            store.read_document(&document, &mut bytes).unwrap();
            writeln!(text, "{} {} {:?}", document.path, document.hash, String::from_utf8_lossy(&bytes))
                .unwrap();
        }
    }
    for estate in estates {
        let latest: Latest = store.latest(&estate.name).unwrap().unwrap();
        writeln!(text, "{estate:?}\n{latest:?}").unwrap();
        let mut causes: Vec<u64> = Vec::new();
        for run in store.runs(Some(&estate.name), 1000).unwrap() {
            let wanted = Wanted { at: Some(run.id), limit: 1000, ..Wanted::default() };
            let held = store.findings(&estate.name, &wanted).unwrap();
            writeln!(text, "{} {held:?}", run.id).unwrap();
            causes.extend(held.iter().map(|held| held.cause));
        }
        causes.sort_unstable();
        causes.dedup();
        writeln!(text, "{:?}", store.trend(&estate.name, None, 1000).unwrap()).unwrap();
        writeln!(text, "{:?}", store.marks(&estate.name).unwrap()).unwrap();
        for cause in causes {
            writeln!(text, "{cause} {:?}", store.life(&estate.name, cause).unwrap()).unwrap();
        }
    }
    let (switches, waivers) = (store.switches().unwrap(), store.waivers().unwrap());
    writeln!(text, "{switches:?}\n{waivers:?}").unwrap();
    let (users, tokens, settings) =
        (store.users().unwrap(), store.tokens().unwrap(), store.settings().unwrap());
    writeln!(text, "{users:?}\n{tokens:?}\n{settings:?}").unwrap();
    text
}
