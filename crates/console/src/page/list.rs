//! What lists have in common: choices, findings by risk, and addresses of other pages of a list.

use maud::{Markup, html};
use portreeve::checks::{Finding, Risk};
use portreeve::model::Estate;
use portreeve::report::plain;
use portreeve::report::say::thousands;

use super::params::Params;
use crate::problem::Problem;
use crate::tally::Tally;

/// Networks that a list offers to choose from; of more, one is named by its id.
const OFFERED: usize = 200;

/// Findings by risk, the worst first; a dash where there are none.
pub(crate) fn tally(tally: Tally) -> Markup {
    html! {
        @if tally.is_empty() { span.faint { "–" } }
        @for risk in Risk::ALL.into_iter().rev() {
            @if tally.of(risk) > 0 {
                span class={ "risk " (risk.as_str()) } { (tally.of(risk)) " " (risk.as_str()) } " "
            }
        }
    }
}

/// The address of the page of a finding.
pub(crate) fn finding_address(finding: &Finding) -> String {
    format!("/finding/{}", finding.fingerprint)
}

/// The address of this list with another page.
pub(crate) fn page_link(path: &str, params: &Params, names: &[&str], param: &str, page: usize) -> String {
    let number = page.to_string();
    let kept = names.iter().filter(|name| **name != param).map(|name| (*name, params.text(name)));
    let all: Vec<(&str, &str)> = kept.chain([(param, &*number)]).collect();
    super::params::link(path, &all)
}

/// A field for the id of a network; a choice where there are few.
pub(crate) fn network_field(estate: &Estate, chosen: &str) -> Markup {
    html! {
        label {
            "Network"
            @if estate.networks.len() <= OFFERED {
                select name="network" data-submit="" {
                    option value="" { "all networks" }
                    @for network in &estate.networks {
                        @let id = estate.text(network.id);
                        option value=(id) selected[id == chosen] {
                            @if network.name.is_empty() { (plain(id)) } @else { (plain(estate.text(network.name))) }
                        }
                    }
                }
            } @else {
                input name="network" value=(chosen) placeholder="id of a network";
            }
        }
    }
}

/// The choices of what a list shows: what goes into the address, and what people read.
pub(crate) fn show_field(choices: &[(&str, &str)], chosen: &str) -> Markup {
    html! {
        label {
            "Show"
            select name="show" data-submit="" {
                @for (value, words) in choices {
                    option value=(value) selected[*value == chosen] { (words) }
                }
            }
        }
    }
}

/// Refuses a choice that is not offered.
pub(crate) fn must_be_one_of(choices: &[(&str, &str)], chosen: &str) -> Result<(), Problem> {
    if choices.iter().any(|(value, _)| *value == chosen) {
        return Ok(());
    }
    let offered: Vec<String> = choices.iter().skip(1).map(|(value, _)| format!("`{value}`")).collect();
    Err(Problem::Invalid(format!(
        "`show` cannot be `{chosen}`: write {} or leave it out",
        offered.join(", ")
    )))
}

/// How many rows were found: `3 of 17 security groups`.
pub(crate) fn found(shown: usize, all: usize, what: &str) -> Markup {
    html! {
        p.faint role="status" {
            @if shown < all { (thousands(shown)) " of " } (thousands(all)) " " (what)
        }
    }
}
