//! `portreeve assert`.

use std::io::{self, Write};

use portreeve::Verdict;
use portreeve::ask::{ExpectationOutcome, Expectations};
use portreeve::engine::Index;
use portreeve::explain::{Answer, Explainer, Lookup, Options as How};
use portreeve::report::{Explained, Options, write_answer};

use super::{config, read, threads};
use crate::args::{Assert, Global};
use crate::fail::Fail;
use crate::terminal;

/// Checks every expectation of a file.
pub(crate) fn run(options: &Assert, global: &Global) -> Result<Verdict, Fail> {
    let input = &options.input;
    let path = options.file.display();
    let text = std::fs::read_to_string(&options.file)
        .map_err(|error| Fail::Message(format!("expectations `{path}` could not be read: {error}")))?;
    let expectations = Expectations::parse(&text)
        .map_err(|error| Fail::Message(format!("expectations `{path}`: {error}")))?;
    if expectations.expect.is_empty() {
        let message =
            format!("`{path}` expects nothing: write `[[expect]]` tables with name, from, to and verdict");
        return Err(Fail::Message(message));
    }
    let config = config(input.config.as_deref())?;
    let loaded = read(&input.sources, input.keep_going, threads(input.threads), global)?;
    let (index, lookup) = (Index::new(&loaded.estate), Lookup::new(&loaded.estate));
    let how = How { smtp_unblocked: config.settings.smtp_unblocked, plans: false, ..How::default() };
    let explainer = Explainer::new(&index, &lookup, how);
    let (mut failed, mut open) = (0, 0);
    let mut out = io::stdout().lock();
    for expectation in &expectations.expect {
        let outcome = expectation.check(&explainer, &loaded.estate, &lookup).map_err(|error| {
            Fail::Message(format!("`{path}`, expectation `{}`: {error}", expectation.name))
        })?;
        match &outcome {
            ExpectationOutcome::Holds(_) => writeln!(out, "holds      {}", expectation.name)?,
            ExpectationOutcome::Fails(query, answer, wanted) => {
                failed += 1;
                writeln!(out, "fails      {} (expected {wanted})", expectation.name)?;
                tell(&mut out, global, &loaded.estate, query.asked(), answer)?;
            }
            ExpectationOutcome::Undecided(query, answer) => {
                open += 1;
                writeln!(out, "undecided  {}", expectation.name)?;
                tell(&mut out, global, &loaded.estate, query.asked(), answer)?;
            }
        }
    }
    let all = expectations.expect.len();
    writeln!(out, "{} of {all} expectations hold, {failed} fail, {open} undecided", all - failed - open)?;
    Ok(match (failed, open) {
        (0, 0) => Verdict::Clean,
        (0, _) => Verdict::Undecided,
        _ => Verdict::Findings,
    })
}

fn tell(
    out: &mut dyn Write,
    global: &Global,
    estate: &portreeve::model::Estate,
    asked: portreeve::report::Asked<'_>,
    answer: &Answer,
) -> io::Result<()> {
    let color = terminal::colored(global.color, &io::stdout());
    let how = Options { width: terminal::width(), color, ..Options::default() };
    write_answer(&Explained { estate, asked, answer, commands: &[] }, out, &how)?;
    writeln!(out)
}
