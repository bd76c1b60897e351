//! `portreeve store`, and how a check is remembered.

use std::fmt::Write as _;
use std::io::{self, Write};

use portreeve::report::plain;
use portreeve::{Verdict, parse_fingerprint};
use portreeve_console::{Record, Recorded};
use portreeve_store::{By, Life, Moment, Place, Policy, Store, StoreError};

use crate::args::{self, Check, Global, History, Prune, StoreVerb};
use crate::fail::Fail;

/// Opens a store for a check, and makes it where there is none.
pub(crate) fn open(place: impl AsRef<str>) -> Result<Store, StoreError> {
    Store::open(&place.as_ref().parse()?)
}

/// Does what was asked of a store.
pub(crate) fn run(options: &args::Store, global: &Global) -> Result<Verdict, Fail> {
    let place: Place = options.at.store.parse()?;
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

pub(super) fn now() -> Moment {
    Moment(jiff::Timestamp::now().as_millisecond())
}

/// Who runs the program, as the system knows them.
pub(super) fn who() -> String {
    let named = ["USER", "LOGNAME", "USERNAME"].iter().find_map(std::env::var_os);
    named.map_or_else(|| "unknown".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// Begins to remember a check: keeps its documents.
pub(crate) fn begin<'s>(store: &'s Store, options: &Check) -> Result<Recorded<'s>, Fail> {
    let estate = options.estate.clone().unwrap_or_else(|| options.sources.join(" "));
    Ok(Recorded::begin(store, Record { sources: &options.sources, estate: &estate, who: &who() })?)
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

pub(super) fn print(text: &str) -> Result<(), Fail> {
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
