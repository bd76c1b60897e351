//! `portreeve store`, and how a check is remembered.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::SystemTime;

use portreeve::checks::{Finding, Outcome as Checked, ServerState};
use portreeve::load::documents;
use portreeve::model::Estate;
use portreeve::report::{Status, plain};
use portreeve::{Verdict, parse_fingerprint};
use portreeve_store::{
    Asked, By, Ended, Found, Life, Moment, NewRun, Outcome, Place, Policy, RunWriter, Store, StoreError,
};

use crate::args::{self, Check, Global, History, Prune, StoreVerb};
use crate::fail::Fail;

/// Opens a store for a check, and makes it where there is none.
pub(crate) fn open(place: impl AsRef<str>) -> Result<Store, StoreError> {
    Store::open(&place.as_ref().parse()?)
}

/// Does what was asked of a store.
pub(crate) fn run(options: &args::Store, global: &Global) -> Result<Verdict, Fail> {
    let place: Place = options.store.parse()?;
    let who = who();
    let by = By { who: &who, at: now() };
    match &options.what {
        StoreVerb::History(history) => tell(&Store::existing(&place)?, history)?,
        StoreVerb::Backup { file } => Store::existing(&place)?.backup(file)?,
        StoreVerb::Restore { file } => Store::open(&place)?.restore(by, file)?,
        StoreVerb::Prune(prune) => give_up(&Store::existing(&place)?, by, prune, global)?,
    }
    Ok(Verdict::Clean)
}

fn now() -> Moment {
    Moment(jiff::Timestamp::now().as_millisecond())
}

/// Who runs the program, as the system knows them.
fn who() -> String {
    let named = ["USER", "LOGNAME", "USERNAME"].iter().find_map(std::env::var_os);
    named.map_or_else(|| "unknown".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// A check that is being remembered. Its documents are stored before they are read.
pub(crate) struct Remembered<'s> {
    writer: RunWriter<'s>,
    /// The files, with their size and when they were last written.
    files: Vec<(PathBuf, Stamp)>,
}

/// What changes when a file is written to.
type Stamp = (u64, Option<SystemTime>);

impl<'s> Remembered<'s> {
    pub(crate) fn begin(store: &'s Store, options: &Check) -> Result<Self, Fail> {
        if options.sources.iter().any(|source| source == "-") {
            let message = "`--store` cannot keep standard input: save it to a file and name that";
            return Err(Fail::Message(message.to_owned()));
        }
        let paths = documents(&options.sources)?;
        let name = options.estate.clone().unwrap_or_else(|| options.sources.join(" "));
        let program = concat!("portreeve ", env!("CARGO_PKG_VERSION"));
        let run = NewRun { estate: &name, started: now(), who: &who(), program };
        let mut writer = store.begin(&run)?;
        let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        let files =
            paths.into_iter().map(|path| Ok((stamp(&path)?, path))).collect::<io::Result<Vec<_>>>()?;
        writer.documents(
            names.iter().zip(&files).map(|(name, (_, path))| (&**name, move || File::open(path))),
        )?;
        Ok(Self { writer, files: files.into_iter().map(|(stamp, path)| (path, stamp)).collect() })
    }

    pub(crate) fn finish(
        self,
        estate: &Estate,
        outcome: &Checked,
        statuses: &[Status],
        verdict: Verdict,
    ) -> Result<(), Fail> {
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
        self.writer
            .finish(&ended, findings.map(|(at, finding)| found(estate, outcome, finding, status(at))))?;
        Ok(())
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

fn give_up(store: &Store, by: By<'_>, prune: &Prune, global: &Global) -> Result<(), Fail> {
    let policy = Policy { last: prune.keep_last, daily: prune.keep_daily, weekly: prune.keep_weekly };
    let pruned = store.prune(by, policy, prune.dry_run)?;
    if global.quiet {
        return Ok(());
    }
    let verb = if prune.dry_run { "would give up" } else { "gave up" };
    let text = format!(
        "{verb} the documents of {}, {} that never ended, and with them {} of {} bytes\n",
        counted(pruned.runs, "run"),
        counted(pruned.unfinished, "run"),
        counted(pruned.documents, "document"),
        pruned.bytes
    );
    print(&text)
}

fn counted(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn print(text: &str) -> Result<(), Fail> {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(|error| Fail::writing("standard output", &error))
}

fn tell(store: &Store, history: &History) -> Result<(), Fail> {
    let Some(typed) = &history.fingerprint else { return tell_runs(store, history) };
    let Some(fingerprint) = parse_fingerprint(typed) else {
        let message =
            format!("`{typed}` is no fingerprint: reports show one with each finding, 24 digits long");
        return Err(Fail::Message(message));
    };
    let mut text = String::new();
    for estate in store.estates()? {
        if history.estate.as_ref().is_some_and(|wanted| *wanted != estate.name) {
            continue;
        }
        for life in store.life(&estate.name, fingerprint.cause)? {
            text += &life_of(&estate.name, &life);
        }
    }
    if text.is_empty() {
        let message = format!("`{typed}` was never found by a run in `{}`", store.place());
        return Err(Fail::Message(message));
    }
    print(&text)
}

// Writing to a string cannot fail.
fn tell_runs(store: &Store, history: &History) -> Result<(), Fail> {
    let mut text = String::new();
    for run in store.runs(history.estate.as_deref(), history.last)? {
        let tallies = store.tallies(run.id)?;
        let sum = |count: fn(&portreeve_store::Tally) -> u64| tallies.iter().map(count).sum::<u64>();
        let _ = writeln!(
            text,
            "run {}  {}  {}  {}: {} new, {} reopened, {} changed, {} fixed{}",
            run.id,
            day(run.finished),
            plain(&run.estate),
            counted(sum(|it| it.found), "finding"),
            sum(|it| it.fresh),
            sum(|it| it.reopened),
            sum(|it| it.changed),
            sum(|it| it.fixed),
            if run.pruned.is_some() { "; its documents were given up" } else { "" }
        );
    }
    print(&text)
}

fn life_of(estate: &str, life: &Life) -> String {
    let last = life.spans.last().map(|span| &span.outcome);
    let (subject, name) = last.map_or(("", ""), |outcome| (&*outcome.subject, &*outcome.name));
    let mut text =
        format!("{} on {} {} in {}\n", plain(&life.item), plain(subject), plain(name), plain(estate));
    let fixed = life.fixed.map_or_else(|| "not fixed".to_owned(), |at| format!("fixed {}", day(at)));
    let _ = writeln!(
        text,
        "  first seen {}, last seen {}, {fixed}, reopened {}",
        day(life.first_seen),
        day(life.last_seen),
        counted(life.reopened as u64, "time")
    );
    for span in &life.spans {
        let outcome = &span.outcome;
        let _ = writeln!(
            text,
            "  {} to {}  {}, {}, {}, {}, {} at risk",
            day(span.since),
            span.closed.map_or_else(|| "now".to_owned(), |(_, at)| day(at)),
            plain(&outcome.risk),
            plain(&outcome.certainty),
            plain(&outcome.exposure),
            plain(&outcome.status),
            counted(u64::from(outcome.servers), "server")
        );
    }
    text
}

/// A moment to the minute, as `2026-11-21 14:05Z`.
fn day(moment: Moment) -> String {
    let known = jiff::Timestamp::from_millisecond(moment.0).unwrap_or_default();
    known.strftime("%Y-%m-%d %H:%MZ").to_string()
}
