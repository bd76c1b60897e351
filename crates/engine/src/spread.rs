//! Work over many items, spread over threads.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many items a thread takes at a time: enough that taking costs nothing, few enough that no thread waits long.
const BITE: usize = 64;

/// Does the same for every item, on up to `threads` threads, and gives the results in the order of the items.
pub fn spread<T: Sync, R: Send>(items: &[T], threads: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    spread_in_bites(items, threads, BITE, work)
}

/// As [`spread`], for items of which each is work enough that a thread takes only `bite` of them at a time.
pub fn spread_in_bites<T: Sync, R: Send>(
    items: &[T],
    threads: usize,
    bite: usize,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let bite = bite.max(1);
    let threads = NonZeroUsize::new(threads.min(items.len().div_ceil(bite))).map_or(1, NonZeroUsize::get);
    if threads == 1 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let bites = std::thread::scope(|scope| {
        let worker = || {
            let mut done: Vec<(usize, Vec<R>)> = Vec::new();
            loop {
                let start = next.fetch_add(bite, Ordering::Relaxed);
                let Some(rest) = items.get(start..).filter(|rest| !rest.is_empty()) else { return done };
                done.push((start, rest.iter().take(bite).map(&work).collect()));
            }
        };
        let workers: Vec<_> = (1..threads).map(|_| scope.spawn(worker)).collect();
        let mut all = worker();
        for worker in workers {
            match worker.join() {
                Ok(done) => all.extend(done),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    });
    let mut bites = bites;
    bites.sort_by_key(|(start, _)| *start);
    bites.into_iter().flat_map(|(_, results)| results).collect()
}

#[cfg(test)]
mod tests {
    use super::spread;

    #[test]
    fn results_keep_the_order_of_items_whatever_the_threads() {
        let items: Vec<u32> = (0..1000).collect();
        let expected: Vec<u32> = items.iter().map(|n| n * 2).collect();
        for threads in [0, 1, 2, 3, 50] {
            assert_eq!(spread(&items, threads, |n| n * 2), expected, "{threads} threads");
        }
        assert!(spread(&[0u32; 0], 4, |n| *n).is_empty());
    }
}
