//! `portreeve explain`.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};

use portreeve::ask::{Batch, Query, Word, answer_lines, end};
use portreeve::certificate::{AskedFor, write_explain};
use portreeve::engine::Index;
use portreeve::explain::{Explainer, Lookup, Options as How, Verdict as Says};
use portreeve::load::load_host;
use portreeve::netset::protocol::has_ports;
use portreeve::report::{
    Explained, Options, WhoReport, write_answer, write_answer_json, write_who, write_who_json,
};
use portreeve::{Verdict, commands};

use super::{certify, config, read, threads, told};
use crate::args::{AnswerFormat, Explain, Global};
use crate::fail::Fail;
use crate::terminal;

/// Answers one question, or a file of them.
pub(crate) fn run(options: &Explain, global: &Global) -> Result<Verdict, Fail> {
    let input = &options.input;
    let config = config(input.config.as_deref())?;
    let threads = threads(input.threads);
    let mut loaded = read(&input.sources, input.keep_going, threads, global)?;
    for host in &options.host {
        for warning in load_host(&mut loaded.estate, host)?.iter().filter(|_| !global.quiet) {
            terminal::warning(&told(warning), global.color);
        }
    }
    let estate = &loaded.estate;
    let (index, lookup) = (Index::new(estate), Lookup::new(estate));
    let how = How { smtp_unblocked: config.settings.smtp_unblocked, trace: options.trace, ..How::default() };
    let explainer = Explainer::new(&index, &lookup, How { plans: options.questions.is_none(), ..how });
    let ended = if let Some(file) = &options.questions {
        many(Batch { estate, lookup: &lookup, explainer: &explainer, threads }, file)
    } else if options.from.as_deref() == Some("any") {
        who(options, &explainer, &lookup, threads)
    } else {
        one(options, global, &explainer, &lookup)
    };
    drop(explainer);
    std::mem::forget((index, lookup));
    std::mem::forget(loaded);
    ended
}

fn many(batch: Batch<'_>, file: &str) -> Result<Verdict, Fail> {
    let mut input: Box<dyn BufRead> = if file == "-" {
        Box::new(io::stdin().lock())
    } else {
        let opened = File::open(file)
            .map_err(|error| Fail::Message(format!("questions `{file}` could not be read: {error}")))?;
        Box::new(BufReader::with_capacity(1 << 16, opened))
    };
    answer_lines(batch, &mut input, &mut io::stdout().lock())
        .map_err(|error| Fail::writing("standard output", &error))?;
    Ok(Verdict::Clean)
}

/// Who can reach an end.
fn who(
    options: &Explain,
    explainer: &Explainer<'_>,
    lookup: &Lookup,
    threads: usize,
) -> Result<Verdict, Fail> {
    let query = query(options);
    let estate = explainer.estate();
    let Some(number) = query.protocol_number()? else {
        return Err(Fail::Message(
            "`--from any` asks about one protocol: name it with `--protocol`".to_owned(),
        ));
    };
    if query.port.is_none() && has_ports(number) {
        return Err(Fail::Message("`--from any` asks about one port: name it with `--port`".to_owned()));
    }
    let who = explainer.who(&end(estate, lookup, &query.to)?, number, query.port, threads)?;
    let groups: Vec<Vec<&str>> = who.senders.iter().map(|it| explainer.group_ids(it.class)).collect();
    let report = WhoReport { estate, asked: query.asked(), who: &who, groups: &groups };
    let mut out = io::stdout().lock();
    let written = match options.format {
        AnswerFormat::Json => write_who_json(&report, &mut out),
        AnswerFormat::Text => write_who(&report, &mut out),
    };
    written.map_err(|error| Fail::writing("standard output", &error))?;
    Ok(ended(who.verdict))
}

/// The question as it was typed.
fn query(options: &Explain) -> Query {
    Query {
        from: options.from.clone().unwrap_or_default(),
        to: options.to.clone().unwrap_or_default(),
        protocol: options.protocol.clone().map(Word::Text),
        port: options.port,
        source_port: options.source_port,
    }
}

/// The exit code of an answer.
fn ended(says: Says) -> Verdict {
    match says {
        Says::Allowed | Says::Partly => Verdict::Clean,
        Says::Denied => Verdict::Findings,
        Says::Unknown => Verdict::Undecided,
    }
}

fn one(
    options: &Explain,
    global: &Global,
    explainer: &Explainer<'_>,
    lookup: &Lookup,
) -> Result<Verdict, Fail> {
    let query = query(options);
    let estate = explainer.estate();
    let answer = query.ask(explainer, estate, lookup)?;
    if let Some(path) = &options.certificate {
        let protocol = query.protocol_number()?;
        let asked = AskedFor { protocol, port: query.port, source_port: query.source_port };
        certify(path, |file| write_explain(estate, &asked, &answer, file))?;
    }
    let plans = answer.decisive().map_or(&[][..], |part| &part.plans);
    let commands: Vec<Vec<String>> = plans.iter().map(|plan| commands(estate, plan)).collect();
    let told = Explained { estate, asked: query.asked(), answer: &answer, commands: &commands };
    let mut out = io::stdout().lock();
    let written = match options.format {
        AnswerFormat::Json => write_answer_json(&told, &mut out),
        AnswerFormat::Text => {
            let color = terminal::colored(global.color, &io::stdout());
            let how = Options { width: terminal::width(), color, ..Options::default() };
            write_answer(&told, &mut out, &how)
        }
    };
    written.and_then(|()| out.flush()).map_err(|error| Fail::writing("standard output", &error))?;
    Ok(ended(answer.verdict))
}
