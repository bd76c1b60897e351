//! What comparing two accounts costs beside loading them: `cargo bench -p portreeve-benches --bench diff`.
//!
//! Both are the same generated account, or the one in the folder `PORTREEVE_ACCOUNT`; in the second one rule is changed. The goal is that
//! loading and comparing take at most 1.2 times as long as loading.

#![expect(clippy::expect_used, reason = "a benchmark that cannot set itself up has nothing to say")]

use std::path::Path;
use std::time::{Duration, Instant};

use portreeve::checks::Settings;
use portreeve::engine::{Index, diff};
use portreeve::load::{LoadOptions, Loaded, Unwatched, load};
use portreeve::model::{Edit, GroupIx, Ports, Rule};
use portreeve::{Comparing, Date};
use portreeve_benches::estate::{Estate, Size};
use portreeve_benches::output::{Folder, Layout};
use portreeve_benches::{groups, instances, networks, prefix_lists};

const ROUNDS: usize = 5;

fn main() {
    let scratch = tempfile::tempdir().expect("a folder for the account");
    let folder = std::env::var("PORTREEVE_ACCOUNT").unwrap_or_else(|_| {
        generate(scratch.path());
        scratch.path().display().to_string()
    });
    let best = |times: Vec<Duration>| times.into_iter().min().unwrap_or_default();
    let (mut loads, mut diffs, mut wholes) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let (old, mut new) = (read(&folder), read(&folder));
        loads.push(start.elapsed());
        change(&mut new);
        let options = LoadOptions::default();
        let settings = Settings { threads: options.threads, ..Settings::default() };
        let start = Instant::now();
        let differences = diff(&Index::new(&old.estate), &Index::new(&new.estate), options.threads);
        diffs.push(start.elapsed());
        assert_eq!(differences.rules.len(), 1, "one rule was changed");
        let start = Instant::now();
        let comparing = Comparing { settings: &settings, waivers: &[], today: Date::constant(2026, 1, 1) };
        comparing.compare(&old.estate, &new.estate, false);
        wholes.push(start.elapsed());
    }
    let (load, diff, whole) = (best(loads), best(diffs), best(wholes));
    let ratio = |more: Duration| (load + more).as_secs_f64() / load.as_secs_f64();
    println!("loading both      {load:?}");
    println!("differences       {diff:?}, {:.2} x with loading", ratio(diff));
    println!("with the findings {whole:?}, {:.2} x with loading (the goal is 1.2)", ratio(whole));
}

fn generate(folder: &Path) {
    let plan = Estate::plan(Size { groups: 1_000, instances: 10_000, lists: 200, seed: 1 });
    let estate = plan.expect("the size is one that the generator takes");
    let folder = Folder::new(folder, Layout::Compact, 500_000_000).expect("a folder");
    let of_groups = groups::write(&estate, &folder).expect("groups");
    let of_instances = instances::write(&estate, &folder).expect("instances");
    networks::write(&estate, &folder, &of_instances.in_network).expect("networks");
    prefix_lists::write(&estate, &folder, &of_groups.list_uses).expect("prefix lists");
}

fn read(folder: &str) -> Loaded {
    load(&[folder.to_owned()], &LoadOptions::default(), &Unwatched).expect("the account is readable")
}

/// Opens all ports where the first rule of the first group that has one opens some.
fn change(loaded: &mut Loaded) {
    let group = loaded.estate.groups.iter().position(|group| !group.rules.is_empty()).expect("a rule");
    let group = GroupIx::new(group);
    let rule = loaded.estate.group(group).rules.first().expect("a rule").clone();
    let wider = Rule { ports: Ports::All, ..rule };
    Edit::ChangeRule(group, 0, Box::new(wider)).apply(&mut loaded.estate);
}
