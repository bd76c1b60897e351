//! What a check found, in the formats that people and programs read.
//!
//! Every format is one file with one function that *streams*: findings are written one by one, borrowing from the
//! estate, so that an estate with hundreds of thousands of findings needs no more memory than one with three.
//!
//! Names and descriptions are other people's words. Each format defuses them in its own way (see the `escape`
//! module): no escape sequence reaches a terminal, no formula a spreadsheet, no markup a page.

mod alike;
mod csv;
mod diff;
mod escape;
mod explain;
mod fix;
mod format;
pub mod html;
mod items;
mod json;
mod junit;
mod markdown;
mod ocsf;
mod report;
mod sarif;
pub mod say;
mod show;
mod tally;
mod text;
mod words;

#[cfg(test)]
mod sample;

pub use diff::{
    DiffFormat, DiffReport, EffectTale, FindingChange, FindingChangeKind, FindingTale, ShiftTale, Tale, tale,
    write_diff, write_diff_json,
};
pub use escape::plain;
pub use explain::{
    Asked, Explained, ExposureReport, WhoReport, write_answer, write_answer_json, write_answer_line,
    write_exposure, write_exposure_json, write_who, write_who_json,
};
pub use fix::{Chosen, FixReport, PlanReport, write_fix, write_fix_json};
pub use format::{Format, Options, UnknownFormat, write};
pub use items::{ItemsFormat, write_item, write_items};
pub use report::{Locate, Notice, NoticeKind, Report, Status};
pub use show::{Flow, Place, Ruled, flows, missing, place, ruled_by};
