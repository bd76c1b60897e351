//! Every way in which a check can end.

use portreeve_checks::Certainty;
use portreeve_model::Listing;

use super::*;
use crate::sample::Sample;

fn ends(sample: &Sample, statuses: &[Status], fail_on: &str) -> Verdict {
    verdict(&sample.estate, &sample.outcome, statuses, fail_on.parse().unwrap())
}

fn waived() -> Status {
    Status::Waived { reason: "lab".into(), until: "2026-12-31".into() }
}

#[test]
fn an_empty_outcome_is_clean() {
    for fail_on in FailOn::WORDS {
        assert_eq!(ends(&Sample::new(), &[], fail_on), Verdict::Clean);
    }
}

#[test]
fn a_sure_finding_fails_from_its_risk_on() {
    // open-ssh is high, open-kafka medium, unused-group low, one-server-group info.
    let cases = [
        ("open-ssh", ["info", "low", "medium", "high"].as_slice()),
        ("open-kafka", &["info", "low", "medium"]),
        ("unused-group", &["info", "low"]),
        ("one-server-group", &["info"]),
    ];
    for (item, failing) in cases {
        let mut sample = Sample::new();
        sample.find(item, 1, 1);
        for fail_on in FailOn::WORDS {
            let expected = if failing.contains(&fail_on) { Verdict::Findings } else { Verdict::Clean };
            assert_eq!(ends(&sample, &[], fail_on), expected, "{item} with {fail_on}");
        }
    }
}

#[test]
fn what_is_settled_does_not_count() {
    let cases = [
        (Status::Open, Verdict::Findings),
        (Status::Grown, Verdict::Findings),
        (Status::Known, Verdict::Clean),
        (waived(), Verdict::Clean),
    ];
    for (status, expected) in cases {
        let mut sample = Sample::new();
        sample.find("open-ssh", 1, 1);
        assert_eq!(ends(&sample, &[status], "low"), expected);
    }
}

#[test]
fn a_possible_finding_leaves_it_undecided_whatever_fails() {
    let mut sample = Sample::new();
    sample.find("unused-group", 1, 0).certainty = Certainty::Possible;
    for fail_on in FailOn::WORDS {
        assert_eq!(ends(&sample, &[], fail_on), Verdict::Undecided);
    }
    sample.find("open-ssh", 2, 1);
    assert_eq!(ends(&sample, &[], "high"), Verdict::Findings, "a sure finding goes before");
}

#[test]
fn a_gap_matters_to_items_that_are_on() {
    let mut sample = Sample::new();
    sample.gap(&["open-ssh"]);
    assert_eq!(ends(&sample, &[], "low"), Verdict::Undecided);
    let ssh = usize::from(sample.item("open-ssh").0);
    sample.outcome.items[ssh].enabled = false;
    assert_eq!(ends(&sample, &[], "low"), Verdict::Clean);

    let mut sample = Sample::new();
    sample.gap(&[]);
    assert_eq!(ends(&sample, &[], "low"), Verdict::Clean, "it changes no answer");
}

#[test]
fn a_gap_is_settled_where_all_its_findings_are() {
    let cases = [
        (vec![waived(), waived()], Verdict::Clean),
        (vec![waived(), Status::Known], Verdict::Clean),
        (vec![waived(), Status::Open], Verdict::Undecided),
        (vec![], Verdict::Undecided),
    ];
    for (statuses, expected) in cases {
        let mut sample = Sample::new();
        let gap = sample.gap(&["open-ssh"]);
        for group in [1, 2] {
            let finding = sample.find("open-ssh", group, 0);
            finding.certainty = Certainty::Possible;
            finding.gaps = vec![gap];
        }
        assert_eq!(ends(&sample, &statuses, "low"), expected, "{statuses:?}");
    }
}

#[test]
fn a_waiver_on_one_item_settles_no_other() {
    let mut sample = Sample::new();
    let gap = sample.gap(&["open-ssh", "open-rdp"]);
    let finding = sample.find("open-ssh", 1, 0);
    finding.certainty = Certainty::Possible;
    finding.gaps = vec![gap];
    assert_eq!(ends(&sample, &[waived()], "low"), Verdict::Undecided);
}

#[test]
fn a_gap_that_hides_whole_groups_is_never_settled() {
    let mut sample = Sample::new();
    let gap = sample.gap(&["open-ssh"]);
    let finding = sample.find("open-ssh", 1, 0);
    finding.certainty = Certainty::Possible;
    finding.gaps = vec![gap];
    assert_eq!(ends(&sample, &[waived()], "low"), Verdict::Clean);
    sample.estate.coverage.groups = Listing::Partial(gap);
    assert_eq!(ends(&sample, &[waived()], "low"), Verdict::Undecided);
}

#[test]
fn what_could_not_be_read_never_ends_clean() {
    let mut sample = Sample::new();
    let gap = sample.estate.add_gap("a.json", "Throttling");
    sample.estate.unread.push(gap);
    for fail_on in FailOn::WORDS {
        assert_eq!(ends(&sample, &[], fail_on), Verdict::Undecided);
    }
}

#[test]
fn codes_and_words_are_those_of_the_contract() {
    let codes =
        [Verdict::Clean, Verdict::Findings, Verdict::CouldNotRun, Verdict::Undecided].map(Verdict::code);
    assert_eq!(codes, [0, 1, 2, 3]);
    for word in FailOn::WORDS {
        assert_eq!(word.parse::<FailOn>().unwrap().to_string(), word);
    }
    assert_eq!(FailOn::default().to_string(), "low");
    let error = "critical".parse::<FailOn>().unwrap_err().to_string();
    assert_eq!(error, "unknown risk `critical`: use `info`, `low`, `medium`, `high` or `never`");
}
