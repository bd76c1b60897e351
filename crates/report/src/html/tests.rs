//! The page, searched for what must and must not be in it.

use crate::Format;
use crate::sample::{Sample, hostile, ssh};

#[test]
fn a_finding_has_a_row() {
    let page = ssh().written(Format::Html);
    for part in [
        "<!doctype html>",
        "<p class=\"lead\">1 group and 1 server at risk: 1 high finding</p>",
        "<h2 id=\"open-ssh\"><span class=\"risk high\">high</span> SSH is open to everyone <code>open-ssh</code></h2>",
        "<a href=\"#open-ssh\">SSH is open to everyone</a>",
        "<div class=\"subject\">sg-web (web)</div>",
        "<li class=\"guilty\">",
        "<span class=\"mark high\">1 at risk</span> web-1 (i-1)<div class=\"faint\">its rules let everyone in</div>",
        "try <code>1.2.3.4 -&gt; 10.20.1.10 tcp/22</code>",
        // What the item is about comes with it.
        "<dt>What it asks</dt>",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
}

#[test]
fn tables_are_opened_and_closed_in_turn() {
    let mut sample = ssh();
    let group = sample.outcome.findings[0].group;
    sample.find("open-redis", group);
    sample.find("open-kafka", group);
    for (sample, tables) in [(sample, 4), (ssh(), 2), (Sample::new(), 0)] {
        let page = sample.written(Format::Html);
        let mut open = 0;
        let mut seen = 0;
        for line in page.lines() {
            if line.starts_with("<table") {
                (open, seen) = (open + 1, seen + 1);
            } else if line == "</table>" {
                open -= 1;
            }
            assert!((0..=1).contains(&open));
        }
        assert_eq!((open, seen), (0, tables));
    }
}

#[test]
fn nothing_is_loaded_or_run() {
    for sample in [ssh(), hostile()] {
        let page = sample.written(Format::Html).to_lowercase();
        for forbidden in ["<script", "<img", "<link", "src=", "@import", "url(", "onclick"] {
            assert!(!page.contains(forbidden), "{forbidden}");
        }
        assert!(!page.replace("href=\"#", "").contains("href="), "links lead to places of the page only");
        assert!(page.contains("default-src 'none'"));
    }
}
