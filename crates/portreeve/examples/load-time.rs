//! How long it takes to load sources: `cargo run --release --example load-time -p portreeve -- SOURCE...`.

use std::time::Instant;

use portreeve::load::{LoadOptions, Unwatched, load};

fn main() {
    let sources: Vec<String> = std::env::args().skip(1).collect();
    let threads = std::env::var("THREADS").ok().and_then(|threads| threads.parse().ok());
    let options =
        LoadOptions { threads: threads.unwrap_or(LoadOptions::default().threads), ..LoadOptions::default() };
    let start = Instant::now();
    match load(&sources, &options, &Unwatched) {
        Ok(loaded) => {
            let time = start.elapsed();
            let estate = &loaded.estate;
            let rules: usize = estate.groups.iter().map(|group| group.rules.len()).sum();
            println!(
                "{time:?}: {} groups, {rules} rules, {} instances, {} interfaces, {} group lists, {} texts, {} gaps",
                estate.groups.len(),
                estate.instances.len(),
                estate.interfaces.len(),
                estate.group_lists.len(),
                estate.texts.len(),
                estate.gaps.len()
            );
            for gap in estate.gaps.iter().take(20) {
                println!("gap {}: {}", gap.at, gap.what);
            }
            for warning in loaded.warnings.iter().take(20) {
                println!("warning {}: {}", warning.path, warning.text);
            }
            println!("{:?}", estate.coverage);
        }
        Err(error) => {
            eprintln!("error: {error}");
            std::process::exit(2);
        }
    }
}
