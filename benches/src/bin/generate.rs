//! Writes an Alibaba estate of any size as the documents that the vendor's API gives.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use portreeve_benches::error::GenerateError;
use portreeve_benches::estate::{Estate, Size};
use portreeve_benches::output::{Folder, Layout};
use portreeve_benches::{groups, instances, networks, prefix_lists};

/// Writes an Alibaba estate as API documents; the same arguments always give the same bytes.
#[derive(Debug, Parser)]
struct Arguments {
    /// Security groups, with ten rules each on average
    #[arg(long, default_value_t = 1_000)]
    groups: u32,
    /// Instances, with one interface each
    #[arg(long, default_value_t = 10_000)]
    instances: u32,
    /// Distinct lists of one to three groups that interfaces have
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..))]
    lists: u32,
    /// What all random choices follow from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Indent with tabs, as the vendor's command line prints, instead of one response a line
    #[arg(long)]
    pretty: bool,
    /// Size after which a new file begins, in millions of bytes
    #[arg(long, default_value_t = 500)]
    split: u64,
    /// Folder to write into; it is made if need be
    folder: PathBuf,
}

fn main() -> ExitCode {
    match generate(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn generate(arguments: &Arguments) -> Result<(), GenerateError> {
    let start = Instant::now();
    let layout = if arguments.pretty { Layout::Pretty } else { Layout::Compact };
    let &Arguments { groups, instances, lists, seed, .. } = arguments;
    let estate = Estate::plan(Size { groups, instances, lists, seed })?;
    let folder = Folder::new(&arguments.folder, layout, arguments.split * 1_000_000)?;
    let of_groups = groups::write(&estate, &folder)?;
    let of_instances = instances::write(&estate, &folder)?;
    let of_networks = networks::write(&estate, &folder, &of_instances.in_network)?;
    let of_lists = prefix_lists::write(&estate, &folder, &of_groups.list_uses)?;
    let bytes = of_groups.bytes + of_instances.bytes + of_networks + of_lists;
    println!(
        "{groups} groups with {} rules, {instances} instances in {} networks, {} prefix lists: {} MB in {:.1} s",
        of_groups.rules,
        estate.networks,
        estate.prefix_lists,
        bytes / 1_000_000,
        start.elapsed().as_secs_f64()
    );
    Ok(())
}
