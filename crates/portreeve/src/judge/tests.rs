//! Waivers and baselines against findings.

use portreeve_checks::{Extent, Fingerprint};

use super::*;
use crate::sample::Sample;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn waiver(covers: Covers) -> Waiver {
    Waiver { covers, reason: "lab only".into(), until: day("2026-12-31"), place: "portreeve.toml:7".into() }
}

fn fingerprint(cause: u64, extent: u32) -> Fingerprint {
    Fingerprint { cause, extent: Extent(extent) }
}

fn on(item: &str, group: &str, recorded: Option<Fingerprint>) -> Covers {
    Covers::Subject { item: item.to_owned(), group: group.to_owned(), recorded }
}

fn judge<'a>(sample: &'a Sample, waivers: &'a [Waiver]) -> Judge<'a> {
    let today = day("2026-06-15");
    Judge { estate: &sample.estate, outcome: &sample.outcome, baseline: None, waivers, today, partial: false }
}

/// One finding of open-ssh on sg-1 with cause 0 and extent 3.
fn ssh() -> Sample {
    let mut sample = Sample::new();
    sample.find("open-ssh", 1, 3);
    sample
}

#[test]
fn without_waivers_and_baseline_nothing_is_said_so_that_all_is_open() {
    let sample = ssh();
    assert_eq!(judge(&sample, &[]).judge(), Judgement::default());
}

#[test]
fn a_waiver_covers_what_it_names_and_nothing_that_grew() {
    use NoticeKind::{WaiverOutgrown, WaiverUnmatched};
    let cases = [
        (Covers::Finding(fingerprint(0, 3)), true, None),
        (Covers::Finding(fingerprint(0, 7)), true, None),
        (Covers::Finding(fingerprint(0, 1)), false, Some(WaiverOutgrown)),
        (Covers::Finding(fingerprint(9, 3)), false, Some(WaiverUnmatched)),
        (on("open-ssh", "sg-1", None), true, None),
        (on("open-ssh", "sg-2", None), false, Some(WaiverUnmatched)),
        (on("open-ssh", "sg-9", None), false, Some(WaiverUnmatched)),
        (on("open-rdp", "sg-1", None), false, Some(WaiverUnmatched)),
        (on("open-ssh", "sg-1", Some(fingerprint(0, 3))), true, None),
        (on("open-ssh", "sg-1", Some(fingerprint(0, 2))), false, Some(WaiverOutgrown)),
        (on("open-ssh", "sg-1", Some(fingerprint(8, 3))), false, Some(WaiverOutgrown)),
    ];
    for (covers, applies, notice) in cases {
        let sample = ssh();
        let waivers = [waiver(covers.clone())];
        let judgement = judge(&sample, &waivers).judge();
        let waived = Status::Waived { reason: "lab only".into(), until: "2026-12-31".into() };
        assert_eq!(judgement.statuses, [if applies { waived } else { Status::Open }], "{covers:?}");
        let kinds: Vec<_> = judgement.notices.iter().map(|notice| notice.kind).collect();
        assert_eq!(kinds, notice.into_iter().collect::<Vec<_>>(), "{covers:?}");
    }
}

#[test]
fn the_last_day_is_included() {
    for (today, applies) in [("2026-12-30", true), ("2026-12-31", true), ("2027-01-01", false)] {
        let sample = ssh();
        let waivers = [waiver(on("open-ssh", "sg-1", None))];
        let judgement = Judge { today: day(today), ..judge(&sample, &waivers) }.judge();
        assert_eq!(!judgement.statuses[0].counts(), applies, "{today}");
        assert_eq!(judgement.notices.is_empty(), applies, "{today}");
    }
}

#[test]
fn notices_name_the_waiver_and_what_to_do() {
    let cases = [
        (
            on("open-ssh", "sg-1", None),
            "2027-01-01",
            "waiver portreeve.toml:7 (open-ssh on sg-1) ended on 2026-12-31 and no longer applies: fix the finding, or \
             renew the waiver",
        ),
        (
            Covers::Finding(fingerprint(0, 1)),
            "2026-06-15",
            "waiver portreeve.toml:7 (000000000000000000000001) no longer applies: the finding has grown since; look at \
             it again, and record its fingerprint",
        ),
        (
            on("open-rdp", "sg-1", None),
            "2026-06-15",
            "waiver portreeve.toml:7 (open-rdp on sg-1) matches no finding any more: remove it",
        ),
    ];
    for (covers, today, expected) in cases {
        let sample = ssh();
        let waivers = [waiver(covers)];
        let judgement = Judge { today: day(today), ..judge(&sample, &waivers) }.judge();
        let texts: Vec<_> = judgement.notices.iter().map(|notice| notice.text.as_str()).collect();
        assert_eq!(texts, [expected]);
    }
}

#[test]
fn a_waiver_that_could_not_match_says_nothing() {
    let mut sample = ssh();
    let waivers = [waiver(on("open-rdp", "sg-1", None)), waiver(Covers::Finding(fingerprint(9, 1)))];
    assert_eq!(Judge { partial: true, ..judge(&sample, &waivers) }.judge().notices, []);
    let rdp = usize::from(sample.item("open-rdp").0);
    sample.outcome.items[rdp].enabled = false;
    let notices = judge(&sample, &waivers).judge().notices;
    assert_eq!(notices.len(), 1, "only the fingerprint: {notices:?}");
}

#[test]
fn of_several_waivers_one_that_applies_is_enough() {
    let sample = ssh();
    let waivers = [waiver(Covers::Finding(fingerprint(0, 1))), waiver(on("open-ssh", "sg-1", None))];
    let judgement = judge(&sample, &waivers).judge();
    assert!(!judgement.statuses[0].counts());
    assert_eq!(judgement.notices, []);
}

fn baseline(entries: &[(u64, u32)]) -> Baseline {
    let rows: Vec<String> = entries
        .iter()
        .map(|(cause, extent)| format!(r#"{{"fingerprint": "{}"}}"#, fingerprint(*cause, *extent)))
        .collect();
    let text = format!(r#"{{"schema": "portreeve/baseline/1", "findings": [{}]}}"#, rows.join(","));
    Baseline::read(text.as_bytes()).unwrap()
}

#[test]
fn a_baseline_knows_what_has_not_grown() {
    let mut sample = Sample::new();
    sample.find("open-ssh", 1, 3);
    sample.find("open-ssh", 2, 3);
    sample.find("open-ssh", 3, 3);
    let old = baseline(&[(0, 3), (1, 1), (7, 1), (8, 1)]);
    let judging = Judge { baseline: Some(&old), ..judge(&sample, &[]) };
    let judgement = judging.judge();
    assert_eq!(judgement.statuses, [Status::Known, Status::Grown, Status::Open]);
    let text = "compared with a baseline of 4: 1 new, 1 grown, 1 known, 2 gone";
    assert_eq!(judgement.notices, [Notice { kind: NoticeKind::Baseline, text: text.to_owned() }]);
    let partial = Judge { partial: true, ..judging }.judge();
    assert_eq!(partial.notices[0].text, "compared with a baseline of 4: 1 new, 1 grown, 1 known");
}

#[test]
fn a_waiver_goes_before_the_baseline() {
    let sample = ssh();
    let old = baseline(&[(0, 3)]);
    let waivers = [waiver(on("open-ssh", "sg-1", None))];
    let judgement = Judge { baseline: Some(&old), ..judge(&sample, &waivers) }.judge();
    assert_eq!(judgement.statuses[0].as_str(), "waived");
    assert_eq!(judgement.notices[0].text, "compared with a baseline of 1: 0 new, 0 grown, 0 known, 0 gone");
}
