//! Answers about connections, and what the internet may reach.

pub(crate) mod exposure;
pub(crate) mod json;
mod text;
mod who;

use portreeve_explain::{Answer, Exposed};
use portreeve_model::Estate;

pub(crate) use json::{Name, named};

pub use exposure::{write_exposure, write_exposure_json};
pub use json::{write_answer_json, write_answer_line};
pub use text::write_answer;
pub use who::{WhoReport, write_who, write_who_json};

/// A question as it was typed.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Who opens the connection.
    pub from: &'a str,
    /// Who is to take it.
    pub to: &'a str,
    /// The number of the IP protocol; `None` is all of them.
    pub protocol: Option<u8>,
    /// The destination port, where one was asked for.
    pub port: Option<u16>,
    /// The client's port, where one was asked for.
    pub source_port: Option<u16>,
}

/// An answer with what is needed to tell it.
#[derive(Debug, Clone, Copy)]
pub struct Explained<'a> {
    /// The estate that was asked about.
    pub estate: &'a Estate,
    /// The question.
    pub asked: Asked<'a>,
    /// The answer.
    pub answer: &'a Answer,
    /// The commands of the vendor's own tool that carry out each plan of the decisive part, as far as they are known.
    pub commands: &'a [Vec<String>],
}

/// Interfaces that the internet may reach.
#[derive(Debug, Clone, Copy)]
pub struct ExposureReport<'a> {
    /// The estate.
    pub estate: &'a Estate,
    /// The interfaces, the most exposed first.
    pub exposed: &'a [Exposed],
}
