//! A process that is killed in the middle of a run or of a write: what was finished before is there, and nothing else.

use std::io::{BufRead, BufReader, Cursor};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use portreeve_store::{Ended, NewRun, Place, Policy, Pruned, RunId, Store, Wanted};

use crate::common::{ITEMS, Site, by, day, everything, found, run};

const CHILD: &str = "PORTREEVE_TEST_STORE";
const STOPS: &str = "PORTREEVE_TEST_STOPS";

/// How many findings each run of the child has: writing them takes some hundredths of a second.
const FINDINGS: u64 = 3000;

/// Not a test of its own: what the killed process does. Run `n` finds everything anew, `n` far.
#[test]
fn child_writes_until_it_is_killed() {
    let Ok(place) = std::env::var(CHILD) else { return };
    let store = Store::open(&place.parse::<Place>().unwrap()).unwrap();
    let first = store.runs(None, 1).unwrap().first().map_or(1, |run| run.id.0 + 1);
    for n in first.. {
        let extent = u32::try_from(n).unwrap();
        let findings: Vec<_> = (0..FINDINGS).map(|cause| found("open-ssh", cause, extent)).collect();
        assert_eq!(run(&store, n, &ITEMS, &findings), RunId(n));
        println!("finished {n}");
    }
}

/// Not a test of its own: what the other killed process does. Its second run stops in the middle of the transaction that
/// writes the results.
#[test]
fn child_stops_while_it_writes() {
    let Ok(place) = std::env::var(STOPS) else { return };
    let store = Store::open(&place.parse::<Place>().unwrap()).unwrap();
    run(&store, 1, &ITEMS, &[found("open-ssh", 1, 1)]);
    let new = NewRun { estate: "production", started: day(2), who: "ann", program: "test" };
    let mut writer = store.begin(&new).unwrap();
    writer.document("half.json", Cursor::new("half")).unwrap();
    let findings = (0..20).map(|cause| {
        if cause == 10 {
            println!("writing");
            sleep(Duration::from_secs(600));
        }
        found("open-rdp", cause, 1)
    });
    writer.finish(&Ended { finished: day(2), verdict: 1, items: &[] }, findings).unwrap();
}

pub(crate) fn a_process_killed_while_it_writes_leaves_no_trace(site: &Site<'_>) {
    let place = site.place("store.db");
    let mut child = child("killed::child_stops_while_it_writes", STOPS, &place);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.ends_with("writing")));
    let before = everything(&Store::existing(&place).unwrap());
    child.kill().unwrap();
    child.wait().unwrap();
    let store = Store::existing(&place).unwrap();
    assert_eq!(everything(&store), before);
    assert_eq!(store.runs(None, 10).unwrap().len(), 1);
    assert_eq!(run(&store, 3, &ITEMS, &[]), RunId(2), "nothing holds the lock");
    // A day later nobody waits for it any more.
    let policy = Policy { last: 10, daily: 0, weekly: 0 };
    let pruned = store.prune(by("ann", 4), policy, false).unwrap();
    assert_eq!(pruned, Pruned { runs: 0, unfinished: 1, documents: 1, bytes: 4 });
}

fn child(test: &str, variable: &str, place: &Place) -> Child {
    let address = match place {
        Place::File(path) => path.display().to_string(),
        Place::Server(address) => address.clone(),
    };
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).env(variable, address).stdout(Stdio::piped());
    command.spawn().unwrap()
}

pub(crate) fn a_killed_process_loses_no_finished_run(site: &Site<'_>) {
    let place = site.place("store.db");
    for round in 0..6_u64 {
        let mut child = child("killed::child_writes_until_it_is_killed", CHILD, &place);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut finished = 0;
        for line in lines.by_ref() {
            // The harness prints the name of the test before the first of our lines.
            if let Some((_, n)) = line.split_once("finished ") {
                finished = n.parse().unwrap();
                break;
            }
        }
        // Somewhere in the next run or the one after: at another place each time.
        sleep(Duration::from_millis(7 * round * round));
        child.kill().unwrap();
        child.wait().unwrap();
        for line in lines {
            if let Some((_, n)) = line.split_once("finished ") {
                finished = n.parse().unwrap();
            }
        }
        holds(&place, finished);
    }
}

/// All runs up to `finished`, and at most one more that was killed before it could say so, each complete.
fn holds(place: &Place, finished: i64) {
    let store = Store::existing(place).unwrap();
    let runs = store.runs(None, 10_000).unwrap();
    let last = runs[0].id.0;
    assert!(last == finished || last == finished + 1, "{last} runs, of which {finished} were told of");
    let numbers: Vec<i64> = runs.iter().map(|run| run.id.0).collect();
    assert_eq!(numbers, (1..=last).rev().collect::<Vec<_>>());
    let wanted = Wanted { limit: u32::MAX, ..Wanted::default() };
    let held = store.findings("production", &wanted).unwrap();
    assert_eq!(held.len() as u64, FINDINGS);
    assert!(held.iter().all(|held| i64::from(held.outcome.extent) == last && held.since == RunId(last)));
    let tallies = store.tallies(RunId(last)).unwrap();
    assert_eq!(tallies.iter().map(|tally| tally.found).sum::<u64>(), FINDINGS);
    for document in store.documents(RunId(last)).unwrap() {
        store.read_document(&document, &mut Vec::new()).unwrap();
    }
}

#[test]
fn a_killed_process_loses_no_finished_run_of_a_file() {
    a_killed_process_loses_no_finished_run(&Site::files());
    a_process_killed_while_it_writes_leaves_no_trace(&Site::files());
}

/// A run that was given up leaves no trace but what `prune` clears away.
#[test]
fn a_run_that_does_not_end_was_never_made() {
    let site = Site::files();
    let store = site.store();
    run(&store, 1, &ITEMS, &[found("open-ssh", 1, 1)]);
    let new = NewRun { estate: "production", started: day(2), who: "ann", program: "test" };
    let mut writer = store.begin(&new).unwrap();
    writer.document("half.json", Cursor::new("half")).unwrap();
    drop(writer);
    assert_eq!(store.runs(None, 10).unwrap().len(), 1);
    assert_eq!(run(&store, 3, &ITEMS, &[]), RunId(2));
}
