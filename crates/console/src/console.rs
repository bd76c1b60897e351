//! The state of a console: its store, its last results, what people decided, and the run under way.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use portreeve::checks::Fingerprint;
use portreeve::report::plain;
use portreeve::{Covers, Date, Waiver, parse_fingerprint};
use portreeve_store::{By, Covered, Marked, Store, StoreError};
use tokio::sync::watch;

use crate::access::{Gate, secret};
use crate::api::Figures;
use crate::desk::Desk;
use crate::options::{ConsoleError, Options};
use crate::past::Past;
use crate::problem::Problem;
use crate::record::now;
use crate::run::Progress;
use crate::scene::{Decided, Scene};

/// How many characters the reason of a waiver and the note of a mark may have.
pub(crate) const LONGEST_NOTE: usize = 1000;

/// A console, as all requests share it.
#[derive(Debug)]
pub(crate) struct Console {
    pub(crate) options: Options,
    pub(crate) store: Store,
    /// Counts and measures.
    pub(crate) figures: Figures,
    /// Decides who comes in.
    pub(crate) gate: Gate,
    /// Tells those who wait how far the run under way is.
    pub(crate) progress: watch::Sender<Progress>,
    /// What a form must carry that comes from a visitor without a session.
    pub(crate) token: Arc<str>,
    /// What was read back of earlier runs.
    pub(crate) past: Past,
    current: RwLock<Option<Current>>,
    /// Held while something is decided, so that what is shown is what was decided last.
    deciding: Mutex<()>,
}

/// The last results, and what people decided about them.
#[derive(Debug, Clone)]
pub(crate) struct Current {
    pub(crate) desk: Arc<Desk>,
    pub(crate) decided: Arc<Decided>,
}

impl Console {
    /// A console without results.
    pub(crate) fn open(options: Options) -> Result<Self, ConsoleError> {
        let store = Store::open(&options.store)?;
        let token = secret()?.into();
        let gate = Gate::new(options.listen, &options.access).map_err(ConsoleError::Header)?;
        let (progress, _) = watch::channel(Progress::default());
        let (current, deciding) = (RwLock::default(), Mutex::default());
        let (figures, past) = (Figures::new(), Past::default());
        Ok(Self { options, store, figures, gate, progress, token, past, current, deciding })
    }

    /// The last results, if there are any.
    pub(crate) fn current(&self) -> Option<Current> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts new results in place of the last ones. Those of an older run never replace those of a newer one.
    pub(crate) fn show(&self, desk: Desk) -> Result<(), StoreError> {
        let _deciding = self.deciding.lock().unwrap_or_else(PoisonError::into_inner);
        if self.current().is_some_and(|current| current.desk.snapshot.run.id > desk.snapshot.run.id) {
            return Ok(());
        }
        let desk = Arc::new(desk);
        let decided = self.decided(&desk)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(Current { desk, decided });
        Ok(())
    }

    /// Has a page or an answer made from the last results.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Scene<'_>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let Current { desk, decided } = self.current().ok_or(Problem::NoResults)?;
        desk.ask(decided, job).await
    }

    /// Does something that needs the store, on a thread that may block.
    pub(crate) async fn work<T: Send + 'static>(
        self: &Arc<Self>,
        job: impl FnOnce(&Self) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let console = Arc::clone(self);
        tokio::task::spawn_blocking(move || job(&console)).await.map_err(|_| Problem::Internal)?
    }

    /// Switches an item on or off. This takes effect at once.
    pub(crate) fn switch(&self, who: &str, item: &str, on: bool) -> Result<(), Problem> {
        let known = portreeve::items(&self.settings()?);
        // What the last run asked can be switched, too, until there is a next one.
        let shown = self.current();
        let shown = shown.iter().flat_map(|current| &current.desk.snapshot.outcome.items);
        if !known.iter().chain(shown).any(|known| known.id == item) {
            return Err(Problem::NotFound(format!("there is no check item `{item}`")));
        }
        self.decide(|store| store.switch(By { who, at: now() }, item, on))?;
        Ok(())
    }

    /// Accepts findings for a reason and until a day, and gives the number of the waiver.
    pub(crate) fn waive(
        &self,
        who: &str,
        covered: Covered<&str>,
        reason: &str,
        until: &str,
    ) -> Result<i64, Problem> {
        let (reason, until) = (reason.trim(), until.trim());
        if reason.is_empty() || reason.chars().count() > LONGEST_NOTE {
            let why = format!("a waiver needs a reason of at most {LONGEST_NOTE} characters");
            return Err(Problem::Invalid(why));
        }
        let last: Date = until.parse().map_err(|_| {
            Problem::Invalid(format!("`{}` is no day: write it as `2026-12-31`", plain(until)))
        })?;
        if last < today() {
            return Err(Problem::Invalid(format!("a waiver until {last} would be over already")));
        }
        let by = By { who, at: now() };
        Ok(self.decide(|store| store.waive(by, covered, reason, &last.to_string()))?)
    }

    /// Marks a finding of the last results as planned, with a note, or takes its mark back.
    pub(crate) async fn plan(
        self: &Arc<Self>,
        who: &Arc<str>,
        fingerprint: Fingerprint,
        note: Option<String>,
    ) -> Result<(), Problem> {
        let named = move |scene: &Scene<'_>| {
            let (at, finding) = scene.found(fingerprint)?;
            let item = scene.snapshot.outcome.item(finding).id.clone().into_owned();
            Ok((item, scene.decided.planned.contains_key(&at)))
        };
        let (item, has) = self.read(named).await?;
        let (who, cause) = (Arc::clone(who), fingerprint.cause);
        let write = move |console: &Self| {
            let by = By { who: &who, at: now() };
            let marked = Marked { estate: &console.options.estate, item: &item, cause };
            match note {
                Some(note) => console.decide(|store| store.mark(by, &marked, &note))?,
                None if has => console.decide(|store| store.unmark(by, &marked))?,
                // It is as it was wished already.
                None => {}
            }
            Ok(())
        };
        self.work(write).await
    }

    /// Writes a decision into the store, and holds the last results against it.
    pub(crate) fn decide<T>(
        &self,
        write: impl FnOnce(&Store) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let _deciding = self.deciding.lock().unwrap_or_else(PoisonError::into_inner);
        let written = write(&self.store)?;
        if let Some(Current { desk, .. }) = self.current() {
            let decided = self.decided(&desk)?;
            *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(Current { desk, decided });
        }
        Ok(written)
    }

    /// Does something while nobody else decides anything.
    pub(crate) fn alone<T>(&self, job: impl FnOnce() -> T) -> T {
        let _deciding = self.deciding.lock().unwrap_or_else(PoisonError::into_inner);
        job()
    }

    fn decided(&self, desk: &Desk) -> Result<Arc<Decided>, StoreError> {
        let switches = self.switches()?;
        let waivers = self.waivers()?;
        let marks = self.store.marks(&self.options.estate)?;
        Ok(Arc::new(Decided::of(&desk.snapshot, &switches, &waivers, marks, today())))
    }

    /// The switches of the configuration, under those that were set here.
    pub(crate) fn switches(&self) -> Result<HashMap<String, bool>, StoreError> {
        let configured = portreeve::items(&self.settings()?).into_iter();
        let mut switches: HashMap<String, bool> =
            configured.map(|item| (item.id.into_owned(), item.enabled)).collect();
        switches.extend(self.store.switches()?.into_iter().map(|switch| (switch.item, switch.enabled)));
        Ok(switches)
    }

    /// The waivers of the configuration, and those that were made here.
    pub(crate) fn waivers(&self) -> Result<Vec<Waiver>, StoreError> {
        let mut waivers = self.options.config.waivers.clone();
        let standing = self.store.waivers()?.into_iter().filter(|waiver| waiver.withdrawn.is_none());
        waivers.extend(standing.filter_map(|waiver| waiver_of(&waiver)));
        Ok(waivers)
    }
}

/// A waiver of the store, as the judge takes it. One that the console wrote is always understood.
fn waiver_of(waiver: &portreeve_store::Waiver) -> Option<Waiver> {
    let portreeve_store::Waiver { covered, reason, until, id, .. } = waiver;
    let recorded = parse_fingerprint(&covered.fingerprint);
    let covers = if covered.item.is_empty() {
        Covers::Finding(recorded?)
    } else {
        Covers::Subject { item: covered.item.clone(), group: covered.subject.clone(), recorded }
    };
    let place = format!("{id} of the console").into();
    Some(Waiver { covers, reason: reason.as_str().into(), until: until.parse().ok()?, place })
}

/// The day where the program runs.
pub(crate) fn today() -> Date {
    jiff::Zoned::now().date()
}
