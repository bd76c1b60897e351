//! The XML, read back by a library that knows the format.

use portreeve_checks::Certainty;
use quick_junit::{NonSuccessKind, TestCaseStatus};

use crate::sample::{hostile, ssh, written};
use crate::{Format, Options, Report, Status};

fn read(report: &Report<'_>) -> quick_junit::Report {
    let text = written(Format::Junit, report, &Options::default());
    quick_junit::Report::deserialize_from_str(&text).unwrap()
}

/// Suite by suite: its id and how its one test case ended.
fn verdicts(report: &Report<'_>) -> Vec<(String, &'static str)> {
    let verdict = |status: &TestCaseStatus| match status {
        TestCaseStatus::Success { .. } => "passed",
        TestCaseStatus::NonSuccess { kind: NonSuccessKind::Failure, .. } => "failed",
        TestCaseStatus::NonSuccess { kind: NonSuccessKind::Error, .. } => "error",
        TestCaseStatus::Skipped { .. } => "skipped",
    };
    let read = read(report);
    assert_eq!(read.tests, read.test_suites.iter().map(|suite| suite.tests).sum::<usize>());
    let mut verdicts = Vec::new();
    for suite in &read.test_suites {
        let all: Vec<_> = suite.test_cases.iter().map(|case| verdict(&case.status)).collect();
        let number = |wanted| all.iter().filter(|verdict| **verdict == wanted).count();
        assert_eq!(suite.tests, all.len());
        assert_eq!(suite.failures, number("failed"), "{}", suite.name.as_str());
        assert_eq!(suite.errors, number("error"), "{}", suite.name.as_str());
        assert_eq!(suite.skipped, number("skipped"), "{}", suite.name.as_str());
        verdicts.extend(all.into_iter().map(|verdict| (suite.name.as_str().to_owned(), verdict)));
    }
    verdicts
}

#[test]
fn each_item_is_a_suite_and_each_finding_a_case() {
    let mut sample = ssh();
    sample.estate.add_gap("sg-1", "no rules");
    sample.outcome.affects = vec![vec![sample.item("open-kafka"), sample.item("open-egress")]];
    let expected = [
        ("open-all-ports", "passed"),
        ("open-ssh", "failed"),
        ("open-redis", "passed"),
        ("open-kafka", "error"),
        ("open-egress", "skipped"),
        ("excessive-groups", "passed"),
    ];
    let expected: Vec<_> = expected.map(|(id, verdict)| (id.to_owned(), verdict)).into();
    assert_eq!(verdicts(&sample.report()), expected);
}

#[test]
fn certainty_and_status_decide_the_verdict() {
    let waived = || Status::Waived { reason: "lab".into(), until: "2026-12-31".into() };
    let cases = [
        (Certainty::Sure, Status::Open, "failed"),
        (Certainty::Sure, Status::Grown, "failed"),
        (Certainty::Possible, Status::Open, "error"),
        (Certainty::Sure, Status::Known, "skipped"),
        (Certainty::Possible, waived(), "skipped"),
    ];
    for (certainty, status, expected) in cases {
        let mut sample = ssh();
        sample.outcome.findings[0].certainty = certainty;
        let report = Report { statuses: std::slice::from_ref(&status), ..sample.report() };
        assert_eq!(verdicts(&report)[1], ("open-ssh".to_owned(), expected), "{status:?}");
    }
}

#[test]
fn a_failure_tells_what_to_try_and_to_do() {
    let sample = ssh();
    let read = read(&sample.report());
    let case = &read.test_suites[1].test_cases[0];
    assert_eq!(case.name.as_str(), "sg-web (web)");
    let TestCaseStatus::NonSuccess { message, ty, description, .. } = &case.status else {
        panic!("{:?}", case.status)
    };
    assert_eq!(message.as_ref().map(quick_junit::XmlString::as_str), Some("SSH is open to everyone"));
    assert_eq!(ty.as_ref().map(quick_junit::XmlString::as_str), Some("high"));
    let text = description.as_ref().unwrap().as_str();
    assert!(text.contains("\ntry: 1.2.3.4 -> 10.20.1.10 tcp/22\ndo: "), "{text}");
}

#[test]
fn hostile_words_leave_the_xml_whole() {
    let text = hostile().written(Format::Junit);
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()));
    assert_eq!(verdicts(&hostile().report())[1].1, "failed");
    assert!(!text.contains("<script>"));
}
