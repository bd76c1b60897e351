//! The Markdown, line by line.

use portreeve_checks::Certainty;

use crate::sample::{Sample, hostile, ssh, tcp, written};
use crate::{Format, Options, Report, Status};

#[test]
fn a_report_is_a_table_and_what_to_do() {
    let expected = "\
## Security group check

1 group and 1 server at risk: 1 high finding

| risk | item | where | servers | rules | try |
|---|---|---|---|---|---|
| high | `open-ssh` | `sg-web (web)` | `web-1 (i-1)`, 1 shielded | `sgr-1 allow tcp/22 from 0.0.0.0/0, priority 1, \"for the move\"` | `1.2.3.4 -> 10.20.1.10 tcp/22` |

### What to do

- `open-ssh`: Allow port 22 only from your administrators' addresses, or reach the server through a VPN or a bastion host.
";
    assert_eq!(ssh().written(Format::Markdown), expected);
}

#[test]
fn settled_findings_are_folded_away() {
    let sample = ssh();
    let status = Status::Waived { reason: "a *lab*".into(), until: "2026-12-31".into() };
    let text =
        written(Format::Markdown, &Report { statuses: &[status], ..sample.report() }, &Options::default());
    assert!(!text.contains("| risk |"), "{text}");
    assert!(text.contains("<summary>1 waived finding</summary>"));
    assert!(text.contains("\n- `open-ssh` on `sg-web (web)` until 2026-12-31: a \\*lab\\*\n"));
    let text = written(
        Format::Markdown,
        &Report { statuses: &[Status::Known], ..sample.report() },
        &Options::default(),
    );
    assert_eq!(text, "## Security group check\n\nnothing new found; 1 known\n");
}

#[test]
fn a_large_report_stays_within_the_limits_of_hosts() {
    let mut sample = Sample::new();
    for at in 0..5_000 {
        let group = sample.group(&format!("sg-{at:020}"), "a name of usual length");
        let finding = sample.find("open-ssh", Some(group));
        finding.traffic = vec![tcp(22, 22)];
        finding.certainty = Certainty::Possible;
        sample.estate.add_gap(format!("sg-{at}"), "prefix list is not in the input");
    }
    let text = sample.written(Format::Markdown);
    assert!(text.len() < 65_536, "{}", text.len());
    assert_eq!(text.matches("(possible)").count(), 100);
    assert!(text.contains("\n… 4,900 more; the JSON format has all\n"));
    assert!(text.contains("\n… 4,980 more; the JSON format has all\n"));
}

#[test]
fn hostile_words_keep_the_table_and_mention_nobody() {
    let text = hostile().written(Format::Markdown);
    let row = text.lines().find(|line| line.starts_with("| high")).unwrap();
    let bars = row.replace("\\|", "").matches('|').count();
    assert_eq!(bars, 7, "{row}");
    let gap = text.lines().find(|line| line.starts_with("- ``")).unwrap();
    let prose = gap.rsplit("``: ").next().unwrap();
    assert!(prose.contains("@&#8203;team") && prose.contains("&lt;script&gt;"), "{prose}");
}
