//! Many questions, one to a line, answered on several threads and told in order.

use std::io::{self, BufRead, Write};
use std::sync::Mutex;

use portreeve_engine::spread_in_bites;
use portreeve_explain::{Explainer, Lookup};
use portreeve_model::Estate;
use portreeve_report::{Explained, write_answer_line};

use super::{AskError, Query};

/// Bytes of questions that are read before they are answered together.
const BLOCK: usize = 1 << 19;
/// Lines that one thread answers at a time, into one text.
const LINES: usize = 256;

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
    let mut text = Vec::with_capacity(2 * BLOCK);
    // Memory that answers were written to is used again: getting it anew would cost as much as the answers.
    let spare: Mutex<Vec<Vec<u8>>> = Mutex::default();
    loop {
        text.clear();
        while text.len() < BLOCK && input.read_until(b'\n', &mut text)? > 0 {}
        if text.is_empty() {
            return out.flush();
        }
        let lines: Vec<&[u8]> = text
            .split(|byte| *byte == b'\n')
            .map(<[u8]>::trim_ascii)
            .filter(|line| !line.is_empty())
            .collect();
        let parts: Vec<&[&[u8]]> = lines.chunks(LINES).collect();
        let answers = spread_in_bites(&parts, batch.threads, 1, |part| {
            let mut answers = spare.lock().ok().and_then(|mut spare| spare.pop()).unwrap_or_default();
            part.iter().for_each(|line| answer(batch, line, &mut answers));
            answers
        });
        for mut answers in answers {
            out.write_all(&answers)?;
            answers.clear();
            if let Ok(mut spare) = spare.lock() {
                spare.push(answers);
            }
        }
    }
}

fn answer(batch: Batch<'_>, line: &[u8], out: &mut Vec<u8>) {
    let told = match serde_json::from_slice::<Query>(line) {
        Err(error) => {
            let wanted = "write one question to a line, as in {\"from\": \"internet\", \"to\": \"web-1\", \"port\": 22}";
            Err(AskError::NotAQuestion(format!("not a question: {error}; {wanted}")))
        }
        Ok(query) => query.ask(batch.explainer, batch.estate, batch.lookup).and_then(|answer| {
            let estate = batch.estate;
            let explained = Explained { estate, asked: query.asked(), answer: &answer, commands: &[] };
            write_answer_line(&explained, out).map_err(|error| AskError::NotAQuestion(error.to_string()))
        }),
    };
    if let Err(error) = told {
        out.extend_from_slice(serde_json::json!({ "error": error.to_string() }).to_string().as_bytes());
        out.push(b'\n');
    }
}
