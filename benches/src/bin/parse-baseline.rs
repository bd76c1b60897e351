//! Measures what merely deserialising an estate into typed structs costs, with several JSON libraries.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser as _;
use portreeve_benches::blocks::{Blocks, documents};
use portreeve_benches::parse::{Counts, Library, Parser, Target};

/// Measures what merely deserialising an estate costs; the best of all rounds counts.
#[derive(Debug, clap::Parser)]
struct Arguments {
    /// Libraries to measure
    #[arg(long, value_delimiter = ',', default_values = ["serde-json", "simd-json", "sonic-rs"])]
    libraries: Vec<Library>,
    /// What becomes of the documents
    #[arg(long, value_delimiter = ',', default_values = ["typed"])]
    targets: Vec<Target>,
    /// Numbers of threads
    #[arg(long, value_delimiter = ',', default_values_t = [1, 2])]
    threads: Vec<usize>,
    /// How often each is measured
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Size of a block, in thousands of bytes
    #[arg(long, default_value_t = 2_000)]
    block: usize,
    /// Files and folders of documents, one after the other in a file, indented or not
    #[arg(required = true)]
    sources: Vec<PathBuf>,
}

fn main() -> ExitCode {
    match measure_all(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn measure_all(arguments: &Arguments) -> Result<(), String> {
    let files = files_of(&arguments.sources).map_err(|error| format!("cannot list the sources: {error}"))?;
    println!("library     target  threads   seconds      MB/s  MB/CPU-s  found");
    for &target in &arguments.targets {
        for &library in &arguments.libraries {
            for &threads in &arguments.threads {
                measure(arguments, &files, library, target, threads)?;
            }
        }
    }
    Ok(())
}

/// The files themselves and those directly in the folders, in the order of their names.
fn files_of(sources: &[PathBuf]) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for source in sources {
        if source.is_dir() {
            let inside: io::Result<Vec<PathBuf>> =
                source.read_dir()?.map(|entry| Ok(entry?.path())).collect();
            let mut inside = inside?;
            inside.retain(|path| is_json(path));
            inside.sort();
            files.append(&mut inside);
        } else {
            files.push(source.clone());
        }
    }
    Ok(files)
}

fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "json" || extension == "ndjson")
}

/// What one run took.
#[derive(Clone, Copy, Default)]
struct Cost {
    /// From start to end.
    time: Duration,
    /// On all processors together, where the system tells: other programs do not count in it.
    processor: Option<Duration>,
}

fn measure(
    arguments: &Arguments,
    files: &[PathBuf],
    library: Library,
    target: Target,
    threads: usize,
) -> Result<(), String> {
    let mut best: Option<Cost> = None;
    let mut found = Counts::default();
    for _ in 0..arguments.rounds.max(1) {
        let start = Instant::now();
        let blocks = Mutex::new(Blocks::new(files.to_vec(), arguments.block * 1_000));
        let (counts, processor) = run(&blocks, library, target, threads)?;
        let cost = Cost { time: start.elapsed(), processor };
        best = Some(best.map_or(cost, |best| Cost {
            time: best.time.min(cost.time),
            processor: best.processor.min(cost.processor),
        }));
        found = counts;
    }
    let Cost { time, processor } = best.unwrap_or_default();
    let throughput = |time: Duration| per_second(found.bytes, time);
    let (seconds, by_processor) = (time.as_secs_f64(), processor.map_or(0.0, throughput));
    let Counts { documents, rules, instances, .. } = found;
    println!(
        "{library:<11} {target:<7} {threads:>7} {seconds:>9.3} {:>9.0} {by_processor:>9.0}  \
         {documents} documents, {rules} rules, {instances} instances",
        throughput(time)
    );
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a throughput is not exact anyway")]
fn per_second(bytes: u64, time: Duration) -> f64 {
    bytes as f64 / 1e6 / time.as_secs_f64()
}

/// Lets threads take blocks from the same files until there are none; also says how long they were on a processor.
fn run(
    blocks: &Mutex<Blocks>,
    library: Library,
    target: Target,
    threads: usize,
) -> Result<(Counts, Option<Duration>), String> {
    thread::scope(|scope| {
        let workers: Vec<_> =
            (0..threads.max(1)).map(|_| scope.spawn(|| work(blocks, Parser::new(library, target)))).collect();
        let mut counts = Counts::default();
        let mut processor = Some(Duration::ZERO);
        for worker in workers {
            let (found, time) = worker.join().map_err(|_| "a thread panicked".to_owned())??;
            counts.add(&found);
            processor = processor.zip(time).map(|(sum, time)| sum + time);
        }
        Ok((counts, processor))
    })
}

fn work(blocks: &Mutex<Blocks>, mut parser: Parser) -> Result<(Counts, Option<Duration>), String> {
    let mut counts = Counts::default();
    let mut block = Vec::new();
    loop {
        let more = blocks.lock().unwrap_or_else(PoisonError::into_inner).next(&mut block);
        if !more.map_err(|error| format!("cannot read: {error}"))? {
            return Ok((counts, processor_time()));
        }
        for document in documents(&mut block) {
            counts.add(&parser.parse(document)?);
        }
    }
}

/// How long this thread was on a processor; Linux tells in the first of three numbers, in nanoseconds.
fn processor_time() -> Option<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}
