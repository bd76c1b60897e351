//! How much the internet could reach at each of the last runs.

use maud::{Markup, html};
use portreeve_store::{Exposure, ExposurePoint};

use crate::page::layout::moment;
use crate::page::runs::{count, day};
use crate::picture::trend::{Bar, Shown, trend};

/// The parts of a bar: a class of the style sheet, and the words.
const KINDS: [(&str, &str); 2] = [("high", "exposed"), ("medium", "in doubt")];
const ADDRESSES: &str = "public addresses";

/// The trend as a section of a page.
pub(super) fn section(points: &[ExposurePoint]) -> Markup {
    let bars: Vec<Bar> = points.iter().map(bar).collect();
    let words = format!("Exposed interfaces of {} runs", points.len());
    let shown = Shown { words: &words, kinds: &KINDS, line: Some(ADDRESSES) };
    let gaps = points.iter().any(|point| point.exposure.is_none());
    html! {
        h2 #trend { "Trend" }
        p.legend {
            @for (class, word) in KINDS { span { span class={ "dot bar-" (class) } {} "interfaces " (word) } }
            span { span.dot.over {} (ADDRESSES) }
        }
        div.wide { (trend(&bars, shown)) }
        @if gaps {
            p.faint { "Runs with a question mark were not counted. Whoever looks at the exposure of one has it counted, if its documents are still there." }
        }
        details {
            summary { "The numbers" }
            table.cards {
                thead {
                    tr {
                        th scope="col" { "Run" } th scope="col" { "Ended" } th.number scope="col" { "Interfaces exposed" }
                        th.number scope="col" { "In doubt" } th.number scope="col" { "Public addresses" }
                    }
                }
                tbody { @for point in points.iter().rev() { (row(point)) } }
            }
        }
    }
}

/// The page that tells what was exposed; where that cannot be told any more, the page of the run.
fn link(point: &ExposurePoint) -> String {
    if point.pruned { format!("/run/{}", point.run) } else { format!("/run/{}/exposure", point.run) }
}

fn bar(point: &ExposurePoint) -> Bar {
    Bar {
        label: format!("run {}", point.run),
        name: format!("Run {}, {}", point.run, day(point.at)),
        link: link(point),
        counts: point.exposure.map(|Exposure { surely, possibly, .. }| vec![surely, possibly]),
        line: point.exposure.map(|exposure| exposure.addresses),
    }
}

fn row(point: &ExposurePoint) -> Markup {
    html! {
        tr {
            td data-label="Run" { a href=(link(point)) { "Run " (point.run) } }
            td data-label="Ended" { (moment(point.at)) }
            @match point.exposure {
                Some(Exposure { surely, possibly, addresses }) => {
                    td.number data-label="Exposed" { (count(surely)) }
                    td.number data-label="In doubt" { (count(possibly)) }
                    td.number data-label="Addresses" { (count(addresses)) }
                }
                None => { td.number colspan="3" data-label="Exposed" { span.faint { "not known" } } }
            }
        }
    }
}
