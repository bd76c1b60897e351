//! Earlier runs: their estates are read back from the documents that the store kept.

use std::sync::{Arc, Mutex, PoisonError};

use portreeve::Comparing;
use portreeve::engine::Index;
use portreeve::explain::{Explainer, Lookup, Options as How, exposure};
use portreeve::load::{LoadOptions, Loaded, Unwatched, load_documents};
use portreeve::model::Estate;
use portreeve::report::{Tale, tale};
use portreeve_store::{Run, RunId, StoreError};

use crate::console::{Console, today};
use crate::desk::Desk;
use crate::problem::Problem;
use crate::wide::{Exposures, counted};

/// How many earlier estates are kept in memory: as many as a comparison needs.
const KEPT: usize = 2;
/// How much of each kind a comparison tells.
const TOLD: usize = 50;

/// What was read back lately.
#[derive(Debug, Default)]
pub(crate) struct Past {
    estates: Mutex<Vec<(RunId, Arc<Old>)>>,
    tales: Mutex<Option<([RunId; 2], Arc<Tale>)>>,
    exposed: Mutex<Option<(RunId, Arc<Exposures>)>>,
}

/// The estate of an earlier run.
#[derive(Debug)]
pub(crate) enum Old {
    /// The one whose results are shown.
    Shown(Arc<Desk>),
    /// One that was read back.
    Read(Box<Loaded>),
}

impl Old {
    pub(crate) fn estate(&self) -> &Estate {
        match self {
            Self::Shown(desk) => &desk.snapshot.estate,
            Self::Read(loaded) => &loaded.estate,
        }
    }
}

impl Console {
    /// A run of this estate.
    pub(crate) fn run_of(&self, id: RunId) -> Result<Run, Problem> {
        match self.store.run(id) {
            Ok(run) if run.estate == self.options.estate => Ok(run),
            Ok(_) | Err(StoreError::Unknown { .. }) => {
                Err(Problem::NotFound(format!("there is no run {id} of `{}`", self.options.estate)))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Reads the documents of a run as if they had just been received.
    pub(crate) fn read_back(&self, run: &Run) -> Result<Loaded, Problem> {
        if run.pruned.is_some() {
            return Err(Problem::NotFound(format!(
                "the documents of run {} were given up: only what it found is left",
                run.id
            )));
        }
        let mut documents = Vec::new();
        for document in self.store.documents(run.id)? {
            let mut bytes = Vec::with_capacity(usize::try_from(document.bytes).unwrap_or(0));
            self.store.read_document(&document, &mut bytes)?;
            documents.push((document.path, bytes));
        }
        let how = LoadOptions { keep_going: true, threads: self.options.threads };
        let unreadable =
            |why| Problem::Conflict(format!("the documents of run {} cannot be read: {why}", run.id));
        load_documents(documents, &how, &Unwatched).map_err(unreadable)
    }

    /// The estate of a run.
    pub(crate) fn estate_of(&self, id: RunId) -> Result<Arc<Old>, Problem> {
        let run = self.run_of(id)?;
        if let Some(current) = self.current().filter(|current| current.desk.snapshot.run.id == id) {
            return Ok(Arc::new(Old::Shown(current.desk)));
        }
        // One at a time: two that read the same run would both fill the memory.
        let mut estates = self.past.estates.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = estates.iter().position(|(known, _)| *known == id) {
            let found = estates.remove(at);
            estates.push(found.clone());
            return Ok(found.1);
        }
        let read = Arc::new(Old::Read(Box::new(self.read_back(&run)?)));
        if estates.len() == KEPT {
            estates.remove(0);
        }
        estates.push((id, Arc::clone(&read)));
        Ok(read)
    }

    /// What differs between two runs, in words.
    pub(crate) fn difference(&self, [old, new]: [RunId; 2]) -> Result<Arc<Tale>, Problem> {
        let mut known = self.past.tales.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, told)) = known.as_ref().filter(|(runs, _)| *runs == [old, new]) {
            return Ok(Arc::clone(told));
        }
        let [was, is] = [self.estate_of(old)?, self.estate_of(new)?];
        let (settings, waivers) = (self.every_item()?, self.waivers()?);
        let comparing = Comparing { settings: &settings, waivers: &waivers, today: today() };
        let compared = comparing.compare(was.estate(), is.estate(), false);
        let report = compared.report([was.estate(), is.estate()], ["", ""], &[]);
        let told = Arc::new(tale(&report, TOLD));
        *known = Some(([old, new], Arc::clone(&told)));
        Ok(told)
    }

    /// What the internet could reach at the time of a run.
    pub(crate) fn exposed_at(&self, id: RunId) -> Result<(Arc<Old>, Arc<Exposures>), Problem> {
        let old = self.estate_of(id)?;
        let mut known = self.past.exposed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, exposed)) = known.as_ref().filter(|(run, _)| *run == id) {
            return Ok((old, Arc::clone(exposed)));
        }
        let (index, lookup) = (Index::new(old.estate()), Lookup::new(old.estate()));
        let how = How { smtp_unblocked: self.options.config.settings.smtp_unblocked, ..How::default() };
        let exposed = exposure(&Explainer::new(&index, &lookup, how), None, self.options.threads);
        // Whoever looks at an earlier run completes the trend; one that was given up since is no loss.
        drop(self.store.keep_exposure(id, counted(&exposed)));
        let exposed = Arc::new(Exposures::of(exposed));
        *known = Some((id, Arc::clone(&exposed)));
        Ok((old, exposed))
    }
}
