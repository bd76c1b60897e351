//! Many questions, one to a line, answered on several threads and told in order.

use std::io::{self, BufRead, Write};

use portreeve_engine::spread;
use portreeve_explain::{Explainer, Lookup};
use portreeve_model::Estate;
use portreeve_report::{Explained, write_answer_line};

use super::{AskError, Query};

/// Lines that are read before they are answered together.
const LINES: usize = 2048;

/// What questions are asked of.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'e> {
    /// The estate.
    pub estate: &'e Estate,
    /// Its names and addresses.
    pub lookup: &'e Lookup,
    /// The explainer.
    pub explainer: &'e Explainer<'e>,
    /// On how many threads.
    pub threads: usize,
}

/// Answers questions, one JSON object to a line, with one line each, in order. A line that is no question, or has no answer, gives
/// `{"error": "…"}`.
///
/// # Errors
/// When reading or writing fails.
pub fn answer_lines(batch: Batch<'_>, input: &mut dyn BufRead, out: &mut dyn Write) -> io::Result<()> {
    let mut out = io::BufWriter::with_capacity(1 << 16, out);
    let mut lines: Vec<Vec<u8>> = Vec::new();
    loop {
        lines.clear();
        while lines.len() < LINES {
            let mut line = Vec::new();
            if input.read_until(b'\n', &mut line)? == 0 {
                break;
            }
            if !line.trim_ascii().is_empty() {
                lines.push(line);
            }
        }
        if lines.is_empty() {
            return out.flush();
        }
        for answer in spread(&lines, batch.threads, |line| answer(batch, line)) {
            out.write_all(&answer)?;
        }
    }
}

fn answer(batch: Batch<'_>, line: &[u8]) -> Vec<u8> {
    let told = |error: &AskError| {
        let mut line = serde_json::json!({ "error": error.to_string() }).to_string().into_bytes();
        line.push(b'\n');
        line
    };
    let query: Query = match serde_json::from_slice(line) {
        Ok(query) => query,
        Err(error) => {
            let wanted = "write one question to a line, as in {\"from\": \"internet\", \"to\": \"web-1\", \"port\": 22}";
            return told(&AskError::NotAQuestion(format!("not a question: {error}; {wanted}")));
        }
    };
    match query.ask(batch.explainer, batch.estate, batch.lookup) {
        Err(error) => told(&error),
        Ok(answer) => {
            let mut line = Vec::with_capacity(512);
            let explained =
                Explained { estate: batch.estate, asked: query.asked(), answer: &answer, commands: &[] };
            match write_answer_line(&explained, &mut line) {
                Ok(()) => line,
                Err(error) => told(&AskError::NotAQuestion(error.to_string())),
            }
        }
    }
}
