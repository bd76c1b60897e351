//! What lies between runs: trends and differences, held against the findings as they were at each run.

use std::collections::BTreeMap;

use portreeve_store::{
    Apart, Compared, Difference, Exposure, Found, Held, Moment, Place, Policy, RiskCount, RunId, Store,
    StoreError, TrendPoint, Wanted,
};

use crate::cases::Case;
use crate::common::{ITEMS, Site, by, day, found, run, run_of};

pub(crate) const ALL: [(&str, Case); 4] = [
    ("a_trend_is_what_there_was_at_each_run", a_trend_is_what_there_was_at_each_run),
    ("a_trend_is_told_by_risk", a_trend_is_told_by_risk),
    ("two_runs_differ_by_what_each_has", two_runs_differ_by_what_each_has),
    (
        "exposures_are_kept_for_as_long_as_nobody_can_count_again",
        exposures_are_kept_for_as_long_as_nobody_can_count_again,
    ),
];

/// A number that looks like chance, from 0 to 2^32, and is the same each time.
fn chance(a: u64, b: u64) -> u64 {
    (a.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ b.wrapping_mul(0xbf58_476d_1ce4_e5b9))
        .wrapping_mul(0x94d0_49bb_1331_11eb)
        >> 32
}

/// Runs in which findings come, change, go and come back; sometimes only one item is asked. Another estate is between them.
fn lives(store: &Store) -> Vec<RunId> {
    let mut runs = Vec::new();
    for on in 1..=9_u64 {
        let here = (0..40_u64).filter(|cause| !chance(on, *cause).is_multiple_of(3));
        let findings: Vec<Found<'_>> = here
            .map(|cause| {
                let mut found =
                    found(ITEMS[(cause % 2) as usize], cause, u32::from(chance(cause, on).is_multiple_of(4)));
                found.outcome.risk = ["high", "low"][(chance(cause, 99) % 2) as usize];
                found.outcome.status =
                    ["open", "grown", "known", "waived"][(chance(cause, on / 3) % 4) as usize];
                found
            })
            .collect();
        let asked: &[&str] = match on {
            3 | 4 => &ITEMS[..1],
            6 => &ITEMS[1..],
            8 => &[],
            _ => &ITEMS,
        };
        let findings: Vec<_> = findings.into_iter().filter(|found| asked.contains(&found.item)).collect();
        let day = i64::try_from(on).unwrap();
        runs.push(run(store, day, asked, &findings));
        run_of(store, "other", day, &ITEMS, &findings[..findings.len() / 2]).unwrap();
    }
    runs
}

fn at(store: &Store, run: RunId, items: Option<&[&str]>) -> Vec<Held> {
    let wanted = Wanted { at: Some(run), limit: 1000, ..Wanted::default() };
    let mut held = store.findings("production", &wanted).unwrap();
    held.retain(|held| items.is_none_or(|items| items.contains(&&*held.item)));
    held
}

fn a_trend_is_what_there_was_at_each_run(site: &Site<'_>) {
    let store = site.store();
    let runs = lives(&store);
    for items in [
        None,
        Some(&["open-ssh"][..]),
        Some(&["open-rdp"]),
        Some(&["no-such"]),
        Some(&[]),
        Some(&["open-rdp", "open-ssh"]),
    ] {
        let expected: Vec<_> = (1_i64..)
            .zip(&runs)
            .map(|(on, run)| {
                let mut counts: BTreeMap<String, [u64; 2]> = BTreeMap::new();
                for held in at(&store, *run, items) {
                    let count = counts.entry(held.outcome.risk).or_default();
                    let is_open = matches!(&*held.outcome.status, "open" | "grown");
                    *count = [count[0] + 1, count[1] + u64::from(is_open)];
                }
                (*run, day(on), counts)
            })
            .collect();
        let told = |last| {
            let points = store.trend("production", items, last).unwrap().into_iter();
            let counts = |risks: Vec<RiskCount>| {
                risks
                    .into_iter()
                    .map(|count| (count.risk, [count.found, count.open]))
                    .collect::<BTreeMap<_, _>>()
            };
            points
                .map(|point| (point.run, point.at, counts(point.risks)))
                .collect::<Vec<(RunId, Moment, _)>>()
        };
        assert_eq!(told(100), expected, "{items:?}");
        assert_eq!(told(0), []);
        for last in 1..9 {
            assert_eq!(told(last), expected[9 - last as usize..], "the last {last} of {items:?}");
            // Whatever of it is forgotten is counted again.
            store.forget_derived().unwrap();
            assert_eq!(
                told(last),
                expected[9 - last as usize..],
                "the last {last} of {items:?}, counted anew"
            );
        }
    }
    assert_eq!(store.trend("no such", None, 10).unwrap(), []);
}

fn a_trend_is_told_by_risk(site: &Site<'_>) {
    let store = site.store();
    let (mut low, mut waived) = (found("open-rdp", 2, 1), found("open-ssh", 3, 1));
    low.outcome.risk = "low";
    waived.outcome.status = "waived";
    let first = run(&store, 1, &ITEMS, &[found("open-ssh", 1, 1), low, waived]);
    let second = run(&store, 2, &["open-ssh"], &[waived]);
    let count = |risk: &str, found, open| RiskCount { risk: risk.to_owned(), found, open };
    let expected = [
        TrendPoint { run: first, at: day(1), risks: vec![count("high", 2, 1), count("low", 1, 1)] },
        TrendPoint { run: second, at: day(2), risks: vec![count("high", 1, 0), count("low", 1, 1)] },
    ];
    assert_eq!(store.trend("production", None, 10).unwrap(), expected);
}

fn compared(
    store: &Store,
    from: RunId,
    to: RunId,
    difference: Difference,
    items: Option<&[&str]>,
) -> Vec<Held> {
    let all = Compared { from, to, difference, items, after: None, limit: 1000 };
    let whole = store.difference("production", &all).unwrap();
    let (mut paged, mut after) = (Vec::new(), None);
    loop {
        let page = store.difference("production", &Compared { after, limit: 7, ..all }).unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.cursor);
        paged.extend(page);
    }
    assert_eq!(paged, whole);
    whole
}

fn two_runs_differ_by_what_each_has(site: &Site<'_>) {
    let store = site.store();
    let runs = lives(&store);
    let key = |held: &Held| (held.item.clone(), held.cause);
    let mut seen = [0; 3];
    for (from, to) in runs.iter().flat_map(|from| runs.iter().map(move |to| (*from, *to))) {
        for items in [None, Some(&["open-rdp"][..]), Some(&ITEMS), Some(&[])] {
            let (old, new) = (at(&store, from, items), at(&store, to, items));
            let other = |all: &[Held], held: &Held| all.iter().find(|other| key(other) == key(held)).cloned();
            let appeared = new.iter().filter(|held| other(&old, held).is_none());
            let disappeared = old.iter().filter(|held| other(&new, held).is_none());
            let changed = new
                .iter()
                .filter(|held| other(&old, held).is_some_and(|before| before.outcome != held.outcome));
            let expected: [Vec<Held>; 3] =
                [appeared.cloned().collect(), disappeared.cloned().collect(), changed.cloned().collect()];
            let differences = [Difference::Appeared, Difference::Disappeared, Difference::Changed];
            for (at, (difference, expected)) in differences.into_iter().zip(&expected).enumerate() {
                assert_eq!(
                    compared(&store, from, to, difference, items),
                    *expected,
                    "{from} {to} {difference:?}"
                );
                seen[at] += expected.len();
            }
            let [appeared, disappeared, changed] = expected.map(|all| all.len() as u64);
            let apart = store.apart("production", from, to, items).unwrap();
            assert_eq!(apart, Apart { appeared, disappeared, changed });
        }
    }
    assert!(seen.iter().all(|count| *count > 100), "{seen:?}");
    // Runs of the other estate, and none.
    for (estate, to) in
        [("production", RunId(2)), ("production", RunId(4711)), ("production", RunId(0)), ("none", runs[0])]
    {
        let apart = store.apart(estate, runs[0], to, None);
        assert!(matches!(apart, Err(StoreError::Unknown { .. })), "{estate} {to}");
    }
}

fn exposures_are_kept_for_as_long_as_nobody_can_count_again(site: &Site<'_>) {
    let store = site.store();
    let runs = [1, 2, 3].map(|on| run(&store, on, &ITEMS, &[]));
    let of = |surely| Exposure { surely, possibly: 1, addresses: surely + 1 };
    let told = |store: &Store, last| {
        let points = store.exposures("production", last).unwrap().into_iter();
        points.map(|point| (point.run, point.at, point.pruned, point.exposure)).collect::<Vec<_>>()
    };
    // Nothing at all is something else than not known.
    store.keep_exposure(runs[0], of(0)).unwrap();
    store.keep_exposure(runs[2], of(5)).unwrap();
    store.keep_exposure(runs[2], of(7)).unwrap();
    let expected = [
        (runs[0], day(1), false, Some(of(0))),
        (runs[1], day(2), false, None),
        (runs[2], day(3), false, Some(of(7))),
    ];
    assert_eq!(told(&store, 10), expected);
    assert_eq!(told(&store, 2), expected[1..]);
    assert_eq!(store.exposures("no such", 10).unwrap(), []);
    let unknown = store.keep_exposure(RunId(99), of(1));
    assert!(matches!(unknown, Err(StoreError::Unknown { .. })));
    // The documents of the last run are always kept: it can be counted again, the others cannot.
    store.prune(by("ann", 9), Policy { last: 1, daily: 0, weekly: 0 }, false).unwrap();
    store.forget_derived().unwrap();
    let expected =
        [(runs[0], day(1), true, Some(of(0))), (runs[1], day(2), true, None), (runs[2], day(3), false, None)];
    assert_eq!(told(&store, 10), expected);
    let file = site.file("backup");
    store.backup(&file).unwrap();
    assert_eq!(told(&Store::existing(&Place::from(&*file)).unwrap(), 10), expected, "a backup has it");
}
