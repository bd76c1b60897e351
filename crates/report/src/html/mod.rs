//! Markup: one self-contained page of a report, and the parts of it that the console shows too.
//!
//! The page has no script, loads nothing from elsewhere, is light and dark, and fit for printing. Parts are functions from a
//! [`Report`](crate::Report) to [`Markup`]; where their names lead is for the caller to say, with [`Links`].

mod finding;
mod item;
mod look;
mod page;
mod picture;
mod plan;
mod rule;

pub use finding::{exposure, finding_cells, gap_lines, opens, servers, status, subject};
pub use item::{item_text, prose};
pub use look::{Links, Look, NoLinks, Trial, trial};
pub use maud::Markup;
pub use picture::picture;
pub use plan::plan;
pub use rule::{guilty_rules, rules_table};

pub(crate) use page::write;

use maud::html;
use portreeve_checks::Risk;

/// The look that reports and the console share: colours in light and dark, tables, marks.
pub const STYLE: &str = include_str!("style.css");

/// A risk, as a coloured word.
pub fn risk(risk: Risk) -> Markup {
    html! { span class={ "risk " (risk.as_str()) } { (risk.as_str()) } }
}

/// A word in a frame of a colour, such as `high` or `good`; an empty kind is grey.
pub fn mark(kind: &str, words: &str) -> Markup {
    html! { span class={ "mark " (kind) } { (words) } }
}

/// A link where there is an address.
fn linked(address: Option<&str>, inner: &Markup) -> Markup {
    html! { @if let Some(address) = address { a href=(address) { (inner) } } @else { (inner) } }
}

#[cfg(test)]
mod tests;
