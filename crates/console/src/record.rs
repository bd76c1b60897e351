//! How a check is remembered: its documents before they are read, its findings when they are known.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::PathBuf;
use std::time::SystemTime;

use portreeve::Verdict;
use portreeve::checks::{Finding, Outcome as Checked, ServerState};
use portreeve::engine::Index;
use portreeve::explain::{Explainer, Lookup, Options as How, exposure};
use portreeve::load::{LoadError, documents};
use portreeve::model::Estate;
use portreeve::report::Status;
use portreeve_store::{
    Asked, Ended, Exposure, Found, Moment, NewRun, Outcome, RunId, RunWriter, Store, StoreError,
};

use crate::wide::counted;

/// Whose check is remembered, and of what.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// The sources, as they are given to the loader.
    pub sources: &'a [String],
    /// What the store calls them.
    pub estate: &'a str,
    /// Who runs the check.
    pub who: &'a str,
}

/// Why a check cannot be remembered.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Standard input can be read only once.
    #[error("the store cannot keep standard input: save it to a file and name that")]
    StandardInput,
    /// A source cannot be listed.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A document cannot be opened.
    #[error("`{path}` could not be read: {why}")]
    Unreadable {
        /// The document.
        path: String,
        /// What the system says.
        why: io::Error,
    },
    /// The store has trouble, or a document changed while it was read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A check that is being remembered. Dropped before [`Recorded::finish`], it leaves no trace.
#[derive(Debug)]
pub struct Recorded<'s> {
    store: &'s Store,
    writer: RunWriter<'s>,
    /// The files, with their size and when they were last written.
    files: Vec<(PathBuf, Stamp)>,
}

/// What changes when a file is written to.
type Stamp = (u64, Option<SystemTime>);

/// Now.
pub(crate) fn now() -> Moment {
    Moment(jiff::Timestamp::now().as_millisecond())
}

impl<'s> Recorded<'s> {
    /// Keeps the documents, which have to be loaded after this.
    ///
    /// # Errors
    /// When a source cannot be read twice or at all, and when the store fails.
    pub fn begin(store: &'s Store, record: Record<'_>) -> Result<Self, RecordError> {
        if record.sources.iter().any(|source| source == "-") {
            return Err(RecordError::StandardInput);
        }
        let paths = documents(record.sources)?;
        let program = concat!("portreeve ", env!("CARGO_PKG_VERSION"));
        let Record { estate, who, .. } = record;
        let mut writer = store.begin(&NewRun { estate, started: now(), who, program })?;
        let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        let files = paths.into_iter().map(stamped).collect::<Result<Vec<_>, _>>()?;
        writer.documents(
            names.iter().zip(&files).map(|(name, (path, _))| (&**name, move || File::open(path))),
        )?;
        Ok(Self { store, writer, files })
    }

    /// Keeps what was found, and gives the number of the run.
    ///
    /// # Errors
    /// When a document was written to since it was kept, and when the store fails.
    pub fn finish(
        self,
        estate: &Estate,
        outcome: &Checked,
        statuses: &[Status],
        verdict: Verdict,
    ) -> Result<RunId, RecordError> {
        for (path, before) in &self.files {
            if stamp(path).ok().as_ref() != Some(before) {
                return Err(StoreError::Changed(path.display().to_string()).into());
            }
        }
        let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let items: Vec<Asked<'_>> = outcome
            .items
            .iter()
            .zip(&outcome.at_risk)
            .map(|(item, at_risk)| Asked {
                item: &item.id,
                asked: item.enabled,
                security_groups: count(at_risk.security_groups),
                servers: count(at_risk.servers),
            })
            .collect();
        let ended = Ended { finished: now(), verdict: verdict.code(), items: &items };
        let status = |at| statuses.get(at).map_or("open", Status::as_str);
        let findings = outcome.findings.iter().enumerate();
        let found = findings.map(|(at, finding)| found(estate, outcome, finding, status(at)));
        let id = self.writer.finish(&ended, found)?;
        // The run is remembered whatever becomes of this: it can be counted again from the documents.
        drop(self.store.keep_exposure(id, exposed(estate)));
        Ok(id)
    }
}

/// How much the internet can reach.
fn exposed(estate: &Estate) -> Exposure {
    let (index, lookup) = (Index::new(estate), Lookup::new(estate));
    counted(&exposure(&Explainer::new(&index, &lookup, How::default()), None, 1))
}

fn stamped(path: PathBuf) -> Result<(PathBuf, Stamp), RecordError> {
    match stamp(&path) {
        Ok(stamp) => Ok((path, stamp)),
        Err(why) => Err(RecordError::Unreadable { path: path.display().to_string(), why }),
    }
}

fn stamp(path: &PathBuf) -> io::Result<Stamp> {
    let known = fs::metadata(path)?;
    Ok((known.len(), known.modified().ok()))
}

/// A finding as the store takes it.
fn found<'a>(estate: &'a Estate, outcome: &'a Checked, finding: &'a Finding, status: &'a str) -> Found<'a> {
    let group = finding.group.and_then(|ix| estate.groups.get(ix.at()));
    let interface = finding.servers.first().and_then(|server| estate.interfaces.get(server.interface.at()));
    let (subject, name) = match (group, interface) {
        (Some(group), _) => (estate.text(group.id), estate.text(group.name)),
        (None, Some(interface)) => (estate.text(interface.id), ""),
        (None, None) => ("", ""),
    };
    let at_risk = finding.servers.iter().filter(|server| server.state == ServerState::AtRisk);
    let servers: BTreeSet<_> = at_risk
        .filter_map(|server| estate.interfaces.get(server.interface.at()))
        .filter_map(|interface| interface.instance)
        .collect();
    let item = outcome.item(finding);
    let outcome = Outcome {
        extent: finding.fingerprint.extent.0,
        risk: item.risk.as_str(),
        certainty: finding.certainty.as_str(),
        exposure: finding.exposure.as_str(),
        status,
        servers: u32::try_from(servers.len()).unwrap_or(u32::MAX),
        subject,
        name,
    };
    Found { item: &item.id, cause: finding.fingerprint.cause, outcome }
}
