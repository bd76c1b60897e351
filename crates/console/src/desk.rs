//! Threads that answer about one snapshot.
//!
//! An explainer borrows the estate that it is about, so it cannot be kept beside it in a struct. Here both live on the stack of a thread, and
//! requests come as jobs. When the desk is dropped, its threads end and the snapshot is freed.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use portreeve::engine::Index;
use portreeve::explain::{Explainer, Lookup, Options as How};
use tokio::sync::oneshot;

use crate::problem::Problem;
use crate::scene::{Decided, Scene, Snapshot};
use crate::wide::Wide;

type Job = Box<dyn FnOnce(&Scene<'_>) + Send>;

/// Threads that answer about one snapshot.
#[derive(Debug)]
pub(crate) struct Desk {
    /// What the snapshot is.
    pub(crate) snapshot: Arc<Snapshot>,
    jobs: Mutex<Sender<(Arc<Decided>, Job)>>,
}

impl Desk {
    /// Opens a desk with so many threads.
    pub(crate) fn open(snapshot: Arc<Snapshot>, how: How, threads: usize) -> std::io::Result<Self> {
        let (sender, receiver) = channel();
        let own = Arc::clone(&snapshot);
        thread::Builder::new()
            .name("desk".to_owned())
            .spawn(move || sit(&own, how, threads, &receiver.into()))?;
        Ok(Self { snapshot, jobs: Mutex::new(sender) })
    }

    /// Has a job done, and waits for its result.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        decided: Arc<Decided>,
        job: impl FnOnce(&Scene<'_>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let (answer, waiting) = oneshot::channel();
        let job: Job = Box::new(move |scene| {
            // Whoever asked may have gone.
            drop(answer.send(job(scene)));
        });
        let sent = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).send((decided, job));
        sent.map_err(|_| Problem::Internal)?;
        // A job that panics drops its sender.
        waiting.await.map_err(|_| Problem::Internal)?
    }
}

/// Prepares what all jobs need, and does jobs until the desk is dropped.
fn sit(snapshot: &Arc<Snapshot>, how: How, threads: usize, jobs: &Mutex<Receiver<(Arc<Decided>, Job)>>) {
    let index = Index::new(&snapshot.estate);
    let lookup = Lookup::new(&snapshot.estate);
    let explainer = Explainer::new(&index, &lookup, how);
    thread::scope(|scope| {
        scope.spawn(|| {
            // Without this, the pages that need it say so.
            let wide = catch_unwind(AssertUnwindSafe(|| Wide::of(&explainer, threads)));
            if let Ok(wide) = wide {
                // Only this thread sets it.
                drop(snapshot.wide.set(wide));
            }
        });
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                loop {
                    let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok((decided, job)) = next else { break };
                    let scene = Scene { snapshot, decided, explainer: &explainer, lookup: &lookup };
                    // A fault in one answer must not take the threads away from the others.
                    drop(catch_unwind(AssertUnwindSafe(|| job(&scene))));
                }
            });
        }
    });
}
