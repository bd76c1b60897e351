//! `portreeve check`.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use portreeve::certificate::write_check;
use portreeve::checks::{Outcome, check};
use portreeve::load::Loaded;
use portreeve::report::{Format, Options, Report, write};
use portreeve::{Baseline, Config, Date, Judge, Judgement, Lines, Verdict, items, verdict};

use super::store;
use super::{certify, config, items::unknown, read, threads, told};
use crate::args::{Check, Global, Output};
use crate::fail::Fail;
use crate::terminal;

/// Reads the sources, checks them, and writes every report that was asked for.
pub(crate) fn run(options: &Check, global: &Global) -> Result<Verdict, Fail> {
    let mut config = config(options.config.as_deref())?;
    choose(options, &mut config)?;
    let outputs = outputs(options)?;
    let baseline = options.baseline.as_deref().map(read_baseline).transpose()?;
    let memory = options.store.as_ref().map(store::open).transpose()?;
    let remembered = memory.as_ref().map(|memory| store::begin(memory, options)).transpose()?;
    let loaded = read(&options.sources, options.keep_going, threads(options.threads), global)?;
    let outcome = check(&loaded.estate, &config.settings);
    let judgement = judge(options, &config, baseline.as_ref(), &loaded, &outcome);
    if let Some(path) = &options.write_baseline {
        let file = create(path)?;
        Baseline::write(&loaded.estate, &outcome, &judgement.statuses, file)
            .map_err(|error| Fail::writing(&path.display().to_string(), &error))?;
    }
    if let Some(path) = &options.certificate {
        certify(path, |file| write_check(&loaded.estate, &config.settings, &outcome, file))?;
    }
    let fail_on = options.fail_on.unwrap_or(config.fail_on);
    let ended = verdict(&loaded.estate, &outcome, &judgement.statuses, fail_on);
    if let Some(remembered) = remembered {
        remembered.finish(&loaded.estate, &outcome, &judgement.statuses, ended)?;
    }
    report(options, global, &outputs, &loaded, &outcome, &judgement)?;
    // The process ends here: giving a million objects back one by one would only take time.
    std::mem::forget((loaded, outcome, judgement));
    Ok(ended)
}

/// Takes the items and threads of the command line over into the settings.
fn choose(options: &Check, config: &mut Config) -> Result<(), Fail> {
    if let Some(typed) = &options.items {
        let ids: Vec<&str> = typed.iter().map(|id| id.trim()).filter(|id| !id.is_empty()).collect();
        if ids.is_empty() {
            let message = "`--items` names no item: `portreeve items` lists them all".to_owned();
            return Err(Fail::Message(message));
        }
        let known = items(&config.settings);
        if let Some(id) = ids.iter().find(|id| !known.iter().any(|item| item.id == **id)) {
            return Err(unknown(id, known.iter().map(|item| &*item.id)));
        }
        config.settings.only = Some(ids.into_iter().map(str::to_owned).collect());
    }
    config.settings.threads = threads(options.threads);
    Ok(())
}

/// The formats with their files: no two go to the same place.
fn outputs(options: &Check) -> Result<Vec<Output>, Fail> {
    let mut outputs = options.format.clone();
    if let Some(file) = options.output.as_deref().filter(|file| *file != Path::new("-")) {
        let mut nameless = outputs.iter_mut().filter(|output| output.file.is_none()).peekable();
        if nameless.peek().is_none() {
            let message = format!(
                "`--output` leaves nothing for `{}`: every `--format` has a file of its own",
                file.display()
            );
            return Err(Fail::Message(message));
        }
        nameless.for_each(|output| output.file = Some(file.to_path_buf()));
    }
    for (at, output) in outputs.iter().enumerate() {
        if let Some(other) = outputs.iter().skip(at + 1).find(|other| other.file == output.file) {
            let place =
                output.file.as_ref().map_or("standard output".to_owned(), |it| format!("`{}`", it.display()));
            let message = format!(
                "formats `{}` and `{}` would both go to {place}: give each a file of its own, as in `--format \
                 sarif=out.sarif`",
                output.format, other.format
            );
            return Err(Fail::Message(message));
        }
    }
    Ok(outputs)
}

fn read_baseline(path: &Path) -> Result<Baseline, Fail> {
    let named =
        |error: &dyn std::fmt::Display| Fail::Message(format!("baseline `{}`: {error}", path.display()));
    let file =
        File::open(path).map_err(|error| named(&format!("{error}; write one with `--write-baseline`")))?;
    Baseline::read(io::BufReader::new(file)).map_err(|error| named(&error))
}

fn judge(
    options: &Check,
    config: &Config,
    baseline: Option<&Baseline>,
    loaded: &Loaded,
    outcome: &Outcome,
) -> Judgement {
    let today = options.today.unwrap_or_else(today);
    let partial = options.items.is_some();
    Judge { estate: &loaded.estate, outcome, baseline, waivers: &config.waivers, today, partial }.judge()
}

/// The day where the program runs.
pub(super) fn today() -> Date {
    jiff::Zoned::now().date()
}

fn report(
    options: &Check,
    global: &Global,
    outputs: &[Output],
    loaded: &Loaded,
    outcome: &Outcome,
    judgement: &Judgement,
) -> Result<(), Fail> {
    let lines = outputs
        .iter()
        .any(|output| output.format == Format::Sarif)
        .then(|| Lines::of(&loaded.estate, outcome));
    let warnings: Vec<String> = loaded.warnings.iter().map(told).collect();
    let report = Report {
        statuses: &judgement.statuses,
        notices: &judgement.notices,
        warnings: &warnings,
        locate: lines.as_ref().map(|lines| lines as _),
        baseline: options.baseline.is_some(),
        ..Report::new(&loaded.estate, outcome)
    };
    for output in outputs {
        match print(options, global, output, &report) {
            // Whoever reads standard output has seen enough. The other reports and the exit code are still wanted.
            Err(Fail::ClosedPipe) => {}
            printed => printed?,
        }
    }
    Ok(())
}

fn print(options: &Check, global: &Global, output: &Output, report: &Report<'_>) -> Result<(), Fail> {
    let stdout = io::stdout();
    let color = output.file.is_none() && terminal::colored(global.color, &stdout);
    let time_ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    let how = Options {
        width: if output.file.is_none() { terminal::width() } else { terminal::DEFAULT_WIDTH },
        color,
        per_item: options.show,
        time_ms: i64::try_from(time_ms).unwrap_or(i64::MAX),
    };
    match &output.file {
        None => {
            let mut out = stdout.lock();
            let written = write(output.format, report, &mut out, &how).and_then(|()| out.flush());
            written.map_err(|error| Fail::writing("standard output", &error))
        }
        Some(path) => {
            let mut file = create(path)?;
            write(output.format, report, &mut file, &how)
                .map_err(|error| Fail::writing(&path.display().to_string(), &error))
        }
    }
}

fn create(path: &Path) -> Result<File, Fail> {
    File::create(path).map_err(|error| Fail::writing(&path.display().to_string(), &error))
}
