//! `portreeve fix`.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use portreeve::certificate::write_fix;
use portreeve::checks::{Outcome, check};
use portreeve::fix::{Choice, Fixing, Wishes, fix, write_fixed};
use portreeve::report::{Options, write_fix as write_plans, write_fix_json};
use portreeve::{Judge, Tool, Verdict, items};

use super::{certify, check::today, config, items::unknown, read, threads};
use crate::args::{Fix, FixFormat, FixOutput, Global};
use crate::fail::Fail;
use crate::terminal;

/// Computes plans for findings, and writes them as they were asked for.
pub(crate) fn run(options: &Fix, global: &Global) -> Result<Verdict, Fail> {
    let mut config = config(options.input.config.as_deref())?;
    config.settings.threads = threads(options.input.threads);
    if !options.item.is_empty() {
        let known = items(&config.settings);
        if let Some(id) = options.item.iter().find(|id| !known.iter().any(|item| item.id == id.trim())) {
            return Err(unknown(id, known.iter().map(|item| &*item.id)));
        }
        config.settings.only = Some(options.item.iter().map(|id| id.trim().to_owned()).collect());
    }
    differ(&options.format)?;
    let wishes = wishes(options)?;
    let threads = config.settings.threads;
    let loaded = read(&options.input.sources, options.input.keep_going, threads, global)?;
    let estate = &loaded.estate;
    let outcome = check(estate, &config.settings);
    let today = options.today.unwrap_or_else(today);
    let partial = !options.item.is_empty();
    let judge = Judge { estate, outcome: &outcome, baseline: None, waivers: &config.waivers, today, partial };
    let statuses = judge.judge().statuses;
    let fixing = fix(estate, &outcome, &statuses, &wishes)?;
    if let Some(folder) = &options.write {
        write_fixed(&options.input.sources, fixing.estate(), &fixing.edits(), folder)?;
        if let Some(path) = &options.certificate {
            let folder = folder.display().to_string();
            let after = read(&[folder], options.input.keep_going, threads, global)?;
            certify(path, |file| write_fix(&fixing, estate, &after.estate, threads, file))?;
        }
    }
    for output in &options.format {
        match print(global, output, &fixing, &outcome) {
            // Whoever reads standard output has seen enough. The other formats and the exit code are still wanted.
            Err(Fail::ClosedPipe) => {}
            printed => printed?,
        }
    }
    Ok(fixing.verdict(&outcome, &statuses))
}

fn wishes(options: &Fix) -> Result<Wishes, Fail> {
    let keep = options.keep.as_deref().map(|path| {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| Fail::Message(format!("`{name}` could not be read: {error}")))?;
        Ok::<_, Fail>((name, text))
    });
    Ok(Wishes {
        choice: Choice {
            items: options.item.clone(),
            findings: options.finding.clone(),
            groups: options.group.clone(),
        },
        allow: options.allow.clone(),
        keep: keep.transpose()?,
        strategy: options.strategy.clone(),
        only: options.only.clone(),
    })
}

/// No two formats go to the same place.
fn differ(outputs: &[FixOutput]) -> Result<(), Fail> {
    for (at, output) in outputs.iter().enumerate() {
        if outputs.iter().skip(at + 1).any(|other| other.file == output.file) {
            let place = output.file.as_deref().map_or("standard output".to_owned(), named);
            return Err(Fail::Message(format!(
                "several formats would go to {place}: give each a file of its own, as in `--format rollback=undo.sh`"
            )));
        }
    }
    Ok(())
}

fn named(path: &Path) -> String {
    format!("`{}`", path.display())
}

fn print(global: &Global, output: &FixOutput, fixing: &Fixing, outcome: &Outcome) -> Result<(), Fail> {
    let mut bytes = Vec::new();
    let stdout = io::stdout();
    let how = Options {
        width: if output.file.is_none() { terminal::width() } else { terminal::DEFAULT_WIDTH },
        color: output.file.is_none() && terminal::colored(global.color, &stdout),
        ..Options::default()
    };
    match output.format {
        FixFormat::Text => fixing.report(outcome, |report| write_plans(report, &mut bytes, &how))?,
        FixFormat::Json => fixing.report(outcome, |report| write_fix_json(report, &mut bytes))?,
        FixFormat::Aliyun => bytes.extend(fixing.script(outcome, Tool::Aliyun).into_bytes()),
        FixFormat::Hcloud => bytes.extend(fixing.script(outcome, Tool::Hcloud).into_bytes()),
        FixFormat::Terraform => bytes.extend(fixing.script(outcome, Tool::Terraform).into_bytes()),
        FixFormat::Rollback => bytes.extend(fixing.rollback(outcome)?.into_bytes()),
    }
    match &output.file {
        None => {
            let mut out = stdout.lock();
            let written = out.write_all(&bytes).and_then(|()| out.flush());
            written.map_err(|error| Fail::writing("standard output", &error))
        }
        Some(path) => {
            let written = File::create(path).and_then(|mut file| file.write_all(&bytes));
            written.map_err(|error| Fail::writing(&path.display().to_string(), &error))
        }
    }
}
