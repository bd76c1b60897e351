//! Baselines, written and read back.

use super::*;
use crate::sample::Sample;

fn written(sample: &Sample, statuses: &[Status]) -> String {
    let mut out = Vec::new();
    Baseline::write(&sample.estate, &sample.outcome, statuses, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn what_is_written_is_sorted_and_leaves_waived_findings_out() {
    let mut sample = Sample::new();
    sample.find("open-ssh", 2, 0x1f);
    sample.find("open-rdp", 3, 3);
    sample.find("open-ssh", 1, 5);
    sample.find("open-ssh", 3, 5);
    let waived = Status::Waived { reason: "lab".into(), until: "2026-12-31".into() };
    let statuses = [Status::Open, Status::Known, Status::Grown, waived];
    let expected = "\
{\"schema\": \"portreeve/baseline/1\", \"findings\": [
{\"fingerprint\":\"000000000000000100000003\",\"item\":\"open-rdp\",\"group\":\"sg-3\"},
{\"fingerprint\":\"000000000000000200000005\",\"item\":\"open-ssh\",\"group\":\"sg-1\"},
{\"fingerprint\":\"00000000000000000000001f\",\"item\":\"open-ssh\",\"group\":\"sg-2\"}
]}
";
    assert_eq!(written(&sample, &statuses), expected);
    assert_eq!(Baseline::read(expected.as_bytes()).unwrap().len(), 3);
}

#[test]
fn an_empty_run_gives_an_empty_baseline() {
    let baseline = Baseline::read(written(&Sample::new(), &[]).as_bytes()).unwrap();
    assert!(baseline.is_empty());
}

#[test]
fn growth_is_any_bit_that_was_not_there() {
    let mut sample = Sample::new();
    sample.find("open-ssh", 1, 0b0111);
    let baseline = Baseline::read(written(&sample, &[]).as_bytes()).unwrap();
    let cases = [
        (0, 0b0111, Compared::Known),
        (0, 0b0001, Compared::Known),
        (0, 0b1111, Compared::Grown),
        (0, 0b1000, Compared::Grown),
        (1, 0b0111, Compared::New),
    ];
    for (cause, extent, expected) in cases {
        let found = Fingerprint { cause, extent: Extent(extent) };
        assert_eq!(baseline.compare(found), expected, "{found}");
    }
}

#[test]
fn two_entries_of_one_cause_are_not_added_up() {
    let mut sample = Sample::new();
    sample.find("open-ssh", 1, 0b01);
    sample.find("open-ssh", 1, 0b10).fingerprint.cause = 0;
    let baseline = Baseline::read(written(&sample, &[]).as_bytes()).unwrap();
    let compare = |extent| baseline.compare(Fingerprint { cause: 0, extent: Extent(extent) });
    assert_eq!([1, 2, 3].map(compare), [Compared::Known, Compared::Known, Compared::Grown]);
}

#[test]
fn a_fingerprint_reads_back() {
    let fingerprint = Fingerprint { cause: 0xfedc_ba98_7654_3210, extent: Extent(0x8000_0001) };
    assert_eq!(parse_fingerprint(&fingerprint.to_string()), Some(fingerprint));
    for bad in [
        "",
        "0",
        "00000000000000000000001",
        "0000000000000000000000001",
        "+00000000000000000000001",
        "ü".repeat(12).as_str(),
    ] {
        assert_eq!(parse_fingerprint(bad), None, "{bad}");
    }
}

#[test]
fn a_broken_baseline_says_what_to_do() {
    let cases = [
        ("<html>", "no baseline: expected value at line 1 column 1; write one with `--write-baseline`"),
        ("{}", "no baseline: missing field `schema` at line 1 column 2; write one with `--write-baseline`"),
        (
            r#"{"schema": "portreeve/check/1", "findings": [{"fingerprint": "00"}]}"#,
            "no baseline: its schema is `portreeve/check/1`, not `portreeve/baseline/1`; write one with `--write-baseline`",
        ),
        (
            r#"{"schema": "portreeve/baseline/1", "findings": [{"fingerprint": "00"}]}"#,
            "broken baseline: `00` is no fingerprint; write it again with `--write-baseline`",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(Baseline::read(text.as_bytes()).unwrap_err().to_string(), expected);
    }
}
