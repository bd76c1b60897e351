//! A run: the sources are kept, read and checked, and what was found is remembered and shown.

use std::sync::{Arc, OnceLock};

use portreeve::checks::{Outcome, Settings, check};
use portreeve::explain::Options as How;
use portreeve::load::{LoadOptions, Loaded, Progress as Watch, load};
use portreeve::{Judge, verdict};
use portreeve_store::{Run, StoreError};
use serde::Serialize;
use tokio::sync::watch;

use crate::console::{Console, today};
use crate::desk::Desk;
use crate::problem::Problem;
use crate::record::{Record, Recorded, now};
use crate::scene::{Finds, Snapshot};

/// How far the run under way is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "lowercase")]
pub(crate) enum Progress {
    /// None is under way.
    #[default]
    Idle,
    /// One is under way.
    Running {
        /// When it began, in milliseconds since 1970.
        since: i64,
        /// What it does, in a word or two.
        stage: &'static str,
        /// How many bytes are read.
        done: u64,
        /// Of how many, where that is known.
        total: Option<u64>,
    },
    /// The last one failed.
    Failed {
        /// When, in milliseconds since 1970.
        at: i64,
        /// Why.
        why: String,
    },
}

/// Tells watchers how far the loader is.
struct Reading<'a> {
    progress: &'a watch::Sender<Progress>,
    since: i64,
}

impl Watch for Reading<'_> {
    fn advance(&self, done: u64, total: Option<u64>) {
        let now = Progress::Running { since: self.since, stage: "reading", done, total };
        self.progress.send_replace(now);
    }
}

impl Console {
    /// Starts a run, unless one is under way.
    pub(crate) fn obtain(self: &Arc<Self>, who: &str) -> Result<(), Problem> {
        let since = now().0;
        let started = self.progress.send_if_modified(|progress| {
            let free = !matches!(progress, Progress::Running { .. });
            if free {
                *progress = Progress::Running { since, stage: "keeping documents", done: 0, total: None };
            }
            free
        });
        if !started {
            return Err(Problem::Conflict("a run is under way: wait for its results".to_owned()));
        }
        let (console, who) = (Arc::clone(self), who.to_owned());
        tokio::task::spawn_blocking(move || {
            let ended = match console.run(&who, since) {
                Ok(()) => Progress::Idle,
                Err(why) => Progress::Failed { at: now().0, why: why.to_string() },
            };
            console.progress.send_replace(ended);
        });
        Ok(())
    }

    fn run(&self, who: &str, since: i64) -> Result<(), Box<dyn std::error::Error>> {
        let stage = |stage| {
            let now = Progress::Running { since, stage, done: 0, total: None };
            self.progress.send_replace(now);
        };
        let options = &self.options;
        let record = Record { sources: &options.sources, estate: &options.estate, who };
        let recorded = Recorded::begin(&self.store, record)?;
        let how = LoadOptions { keep_going: options.keep_going, threads: options.threads };
        let loaded = load(&options.sources, &how, &Reading { progress: &self.progress, since })?;
        stage("checking");
        let outcome = check(&loaded.estate, &self.every_item()?);
        stage("remembering");
        let waivers = self.waivers()?;
        let estate = loaded.estate;
        let judge = Judge {
            estate: &estate,
            outcome: &outcome,
            baseline: None,
            waivers: &waivers,
            today: today(),
            partial: false,
        };
        let statuses = judge.judge().statuses;
        let ended = verdict(&estate, &outcome, &statuses, options.config.fail_on);
        let id = recorded.finish(&estate, &outcome, &statuses, ended)?;
        let loaded = Loaded { estate, warnings: loaded.warnings };
        self.present(self.store.run(id)?, loaded, outcome)
    }

    /// Shows the results of the last run that the store has, so that they outlive the process.
    pub(crate) fn restore(&self) {
        let since = now().0;
        let Ok(Some(run)) =
            self.store.runs(Some(&self.options.estate), 1).map(|runs| runs.into_iter().next())
        else {
            return;
        };
        if run.pruned.is_some() {
            return;
        }
        self.progress.send_replace(Progress::Running {
            since,
            stage: "reading the last run",
            done: 0,
            total: None,
        });
        let id = run.id;
        let again = || -> Result<(), Box<dyn std::error::Error>> {
            let loaded = self.read_back(&run)?;
            let outcome = check(&loaded.estate, &self.every_item()?);
            self.present(run, loaded, outcome)
        };
        let ended = match again() {
            Ok(()) => Progress::Idle,
            Err(why) => {
                Progress::Failed { at: now().0, why: format!("run {id} cannot be shown again: {why}") }
            }
        };
        self.progress.send_replace(ended);
    }

    /// Shows what a run found.
    fn present(&self, run: Run, loaded: Loaded, outcome: Outcome) -> Result<(), Box<dyn std::error::Error>> {
        let Loaded { estate, warnings } = loaded;
        let warnings = warnings.iter().map(|warning| format!("{}: {}", warning.path, warning.text)).collect();
        let finds = Finds::of(&estate, &outcome);
        let snapshot = Snapshot { run, estate, outcome, warnings, finds, wide: OnceLock::new() };
        let options = &self.options;
        let how = How { smtp_unblocked: options.config.settings.smtp_unblocked, ..How::default() };
        self.show(Desk::open(Arc::new(snapshot), how, options.threads)?)?;
        Ok(())
    }

    /// Settings under which every item is asked: a switch hides what was found, so that it takes effect at once.
    pub(crate) fn every_item(&self) -> Result<Settings, StoreError> {
        let mut settings = self.settings()?;
        let all = portreeve::items(&settings).into_iter();
        settings.switches = all.map(|item| (item.id.into_owned(), true)).collect();
        settings.threads = self.options.threads;
        Ok(settings)
    }
}
