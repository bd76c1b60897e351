//! `portreeve exposure`.

use std::io;

use portreeve::Verdict;
use portreeve::ask::end;
use portreeve::certificate::write_exposure as write_exposure_proof;
use portreeve::engine::Index;
use portreeve::explain::{Explainer, Lookup, Options as How, exposure};
use portreeve::report::{ExposureReport, Options, write_exposure, write_exposure_json};

use super::{certify, config, read, threads};
use crate::args::{AnswerFormat, Exposure, Global};
use crate::fail::Fail;
use crate::terminal;

/// Shows what the internet may reach.
pub(crate) fn run(options: &Exposure, global: &Global) -> Result<Verdict, Fail> {
    let input = &options.input;
    let config = config(input.config.as_deref())?;
    let threads = threads(input.threads);
    let loaded = read(&input.sources, input.keep_going, threads, global)?;
    let estate = &loaded.estate;
    let (index, lookup) = (Index::new(estate), Lookup::new(estate));
    let only = options.to.as_deref().map(|word| end(estate, &lookup, word)).transpose()?;
    let how = How { smtp_unblocked: config.settings.smtp_unblocked, ..How::default() };
    let exposed = exposure(&Explainer::new(&index, &lookup, how), only.as_ref(), threads);
    if let Some(path) = &options.certificate {
        certify(path, |file| write_exposure_proof(estate, &exposed, threads, file))?;
    }
    let report = ExposureReport { estate, exposed: &exposed };
    let mut out = io::stdout().lock();
    let written = match options.format {
        AnswerFormat::Json => write_exposure_json(&report, &mut out),
        AnswerFormat::Text => {
            let color = terminal::colored(global.color, &io::stdout());
            write_exposure(
                &report,
                &mut out,
                &Options { width: terminal::width(), color, ..Options::default() },
            )
        }
    };
    written.map_err(|error| Fail::writing("standard output", &error))?;
    let doubtful = exposed.iter().any(|it| !it.unknown.is_empty()) || !estate.unread.is_empty();
    std::mem::forget((index, lookup));
    std::mem::forget(loaded);
    Ok(if doubtful { Verdict::Undecided } else { Verdict::Clean })
}
