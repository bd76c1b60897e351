//! What can be typed.

mod fix;
mod serve;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use portreeve::report::Format;
use portreeve::{Date, FailOn};

pub(crate) use fix::{Fix, FixFormat, FixOutput};
pub(crate) use serve::{Serve, Users, UsersVerb};

/// Checks the security groups of a cloud estate, exactly.
#[derive(Debug, Parser)]
#[command(name = "portreeve", version, about, max_term_width = 100, arg_required_else_help = true)]
#[command(
    after_help = "Exit codes: 0 nothing found · 1 findings at or above --fail-on · 2 could not run · 3 undecided."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// Options of every verb.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// When to use colours; NO_COLOR is honoured
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) color: Color,
    /// Print no warnings and no progress
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Check which ports are open to everyone, and what else is risky
    Check(Check),
    /// Explain why a connection works or does not: every layer, every cause, every remedy
    Explain(Explain),
    /// Show everything that the internet may reach, as exact sets
    Exposure(Exposure),
    /// Hold the estate against a file of expectations
    Assert(Assert),
    /// Check a certificate against the documents, without the engine that wrote it
    Verify(Verify),
    /// Compute the smallest changes that close findings, each proved, with the way back
    Fix(Fix),
    /// List the check items, or explain one in full
    Items(Items),
    /// Compare two estates: what a change opens and closes, and for whom
    Diff(Diff),
    /// Try edits in memory: what they would open and close, and what is found then
    Whatif(Whatif),
    /// Open the console: a site on this machine with everything that portreeve knows
    Serve(Serve),
    /// Look after the users of the console
    Users(Users),
    /// Look after what `check --store` remembers
    Store(Store),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page, of the program or of one verb
    Man {
        /// The verb
        verb: Option<String>,
    },
}

/// `portreeve check`.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Files and folders of API responses as the vendor's tools print them; `-` is standard input
    #[arg(required = true, value_name = "SOURCE")]
    pub(crate) sources: Vec<String>,
    /// Run only these items, whatever their switches say
    #[arg(long, value_name = "ID,ID", value_delimiter = ',', help_heading = "What to check")]
    pub(crate) items: Option<Vec<String>>,
    /// The configuration, in place of the nearest portreeve.toml
    #[arg(long, value_name = "FILE", help_heading = "What to check")]
    pub(crate) config: Option<PathBuf>,
    /// Count only findings that are new or have grown since this baseline
    #[arg(long, value_name = "FILE", help_heading = "What to check")]
    pub(crate) baseline: Option<PathBuf>,
    /// Write what was found as a baseline for later runs
    #[arg(long, value_name = "FILE", help_heading = "What to check")]
    pub(crate) write_baseline: Option<PathBuf>,
    /// Exit with 1 from this risk on: info, low, medium, high or never [default: low]
    #[arg(long, value_name = "RISK", help_heading = "What to check")]
    pub(crate) fail_on: Option<FailOn>,
    /// Take documents that cannot be read as gaps, instead of stopping
    #[arg(long, help_heading = "What to check")]
    pub(crate) keep_going: bool,
    /// text, json, sarif, junit, csv, markdown, html or ocsf; may be given several times, each with a file of its own
    #[arg(long, value_name = "FORMAT[=FILE]", default_value = "text", help_heading = "Output")]
    pub(crate) format: Vec<Output>,
    /// Write the format that names no file of its own to this file
    #[arg(long, short, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
    /// Write a proof of what was found, for `portreeve verify`
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) certificate: Option<PathBuf>,
    /// How many findings of an item text and markdown show, or `all`
    #[arg(long, value_name = "N", default_value = "20", value_parser = shown, help_heading = "Output")]
    pub(crate) show: usize,
    /// Read and check on so many threads [default: one for each core]
    #[arg(long, value_name = "N", help_heading = "Output")]
    pub(crate) threads: Option<usize>,
    /// Remember the run: a file, which is made if need be, or `postgres://user@host/database`
    #[arg(long, value_name = "PLACE", help_heading = "Memory")]
    pub(crate) store: Option<String>,
    /// The name under which the store knows what is checked [default: the sources as typed]
    #[arg(long, value_name = "NAME", requires = "store", help_heading = "Memory")]
    pub(crate) estate: Option<String>,
    /// The day that waivers are held against, in place of the clock's
    #[arg(long, value_name = "YYYY-MM-DD", hide = true)]
    pub(crate) today: Option<Date>,
}

/// What is read, for verbs that ask questions.
#[derive(Debug, Args)]
pub(crate) struct Input {
    /// Files and folders of API responses as the vendor's tools print them; `-` is standard input
    #[arg(required = true, value_name = "SOURCE")]
    pub(crate) sources: Vec<String>,
    /// The configuration, in place of the nearest portreeve.toml
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Take documents that cannot be read as gaps, instead of stopping
    #[arg(long)]
    pub(crate) keep_going: bool,
    /// Read and ask on so many threads [default: one for each core]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
}

/// `portreeve explain`.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    #[command(flatten)]
    pub(crate) input: Input,
    /// What was collected on a server itself, its listeners or its firewall; may be given several times
    #[arg(long, value_name = "SERVER=FILE")]
    pub(crate) host: Vec<String>,
    /// Who opens the connection: a server's id or name, an interface's id, an address, or `internet`
    #[arg(long, value_name = "END", required_unless_present = "questions", help_heading = "The question")]
    pub(crate) from: Option<String>,
    /// Who is to take it
    #[arg(long, value_name = "END", required_unless_present = "questions", help_heading = "The question")]
    pub(crate) to: Option<String>,
    /// tcp, udp, icmp, icmpv6, gre, all or a number [default: tcp]
    #[arg(long, value_name = "P", help_heading = "The question")]
    pub(crate) protocol: Option<String>,
    /// The destination port; without it the answer is a set of ports
    #[arg(long, value_name = "N", help_heading = "The question")]
    pub(crate) port: Option<u16>,
    /// The client's port
    #[arg(long, value_name = "N", help_heading = "The question")]
    pub(crate) source_port: Option<u16>,
    /// Answer many questions: one JSON object to a line, one line each; `-` is standard input
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["from", "to", "protocol", "port", "source_port"],
        help_heading = "The question"
    )]
    pub(crate) questions: Option<String>,
    /// text or json
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t, help_heading = "Output")]
    pub(crate) format: AnswerFormat,
    /// Write a proof of what the groups and network ACLs say, for `portreeve verify`
    #[arg(long, value_name = "FILE", conflicts_with = "questions", help_heading = "Output")]
    pub(crate) certificate: Option<PathBuf>,
    /// Show every rule that matches, and not only the one that decides
    #[arg(long, help_heading = "Output")]
    pub(crate) trace: bool,
}

/// `portreeve exposure`.
#[derive(Debug, Args)]
pub(crate) struct Exposure {
    #[command(flatten)]
    pub(crate) input: Input,
    /// Only this server, interface or address
    #[arg(long, value_name = "END")]
    pub(crate) to: Option<String>,
    /// Write a proof of what the groups and network ACLs let in, for `portreeve verify`
    #[arg(long, value_name = "FILE")]
    pub(crate) certificate: Option<PathBuf>,
    /// text or json
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) format: AnswerFormat,
}

/// `portreeve assert`.
#[derive(Debug, Args)]
pub(crate) struct Assert {
    #[command(flatten)]
    pub(crate) input: Input,
    /// The expectations, as TOML
    #[arg(long, value_name = "FILE", required = true)]
    pub(crate) file: PathBuf,
}

/// `portreeve verify`.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// What `--certificate` wrote
    #[arg(value_name = "CERTIFICATE")]
    pub(crate) certificate: PathBuf,
    #[command(flatten)]
    pub(crate) input: Input,
    /// What the documents say after the change that the certificate is about; may be given several times
    #[arg(long, value_name = "SOURCE")]
    pub(crate) after: Vec<String>,
    /// text or json
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) format: AnswerFormat,
}

/// The store that a verb works on.
#[derive(Debug, Args)]
pub(crate) struct StoreAt {
    /// A file, or `postgres://user@host/database`
    #[arg(
        long,
        global = true,
        value_name = "PLACE",
        env = "PORTREEVE_STORE",
        hide_env_values = true,
        default_value = "portreeve.db"
    )]
    pub(crate) store: String,
}

/// `portreeve store`.
#[derive(Debug, Args)]
pub(crate) struct Store {
    #[command(flatten)]
    pub(crate) at: StoreAt,
    #[command(subcommand)]
    pub(crate) what: StoreVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum StoreVerb {
    /// List the runs, or tell the life of one finding
    History(History),
    /// Write everything into a new file, which is a store itself
    Backup {
        /// The file, which must not exist yet
        file: PathBuf,
    },
    /// Take over a backup into a store that is new or empty
    Restore {
        /// What `backup` wrote
        file: PathBuf,
    },
    /// Give up the documents of old runs; runs, results and histories stay
    Prune(Prune),
}

/// `portreeve store history`.
#[derive(Debug, Args)]
pub(crate) struct History {
    /// A finding, as reports name it
    pub(crate) fingerprint: Option<String>,
    /// Only this estate
    #[arg(long, value_name = "NAME")]
    pub(crate) estate: Option<String>,
    /// At most so many runs, the newest first
    #[arg(long, value_name = "N", default_value = "20")]
    pub(crate) last: u32,
}

/// `portreeve store prune`.
#[derive(Debug, Args)]
pub(crate) struct Prune {
    /// Keep the documents of so many last runs of each estate, and always of one
    #[arg(long, value_name = "N", default_value = "10")]
    pub(crate) keep_last: u32,
    /// Keep those of the last run of each day, for so many days
    #[arg(long, value_name = "N", default_value = "30")]
    pub(crate) keep_daily: u32,
    /// Keep those of the last run of each week, for so many weeks
    #[arg(long, value_name = "N", default_value = "52")]
    pub(crate) keep_weekly: u32,
    /// Only tell what would be given up
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// How answers are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum AnswerFormat {
    #[default]
    Text,
    Json,
}

/// `portreeve items`.
#[derive(Debug, Args)]
pub(crate) struct Items {
    /// Explain this item in full
    pub(crate) id: Option<String>,
    /// text, json or markdown
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) format: ItemsFormat,
    /// The configuration, in place of the nearest portreeve.toml
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// How items are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum ItemsFormat {
    #[default]
    Text,
    Json,
    Markdown,
}

/// A format, and the file that it goes to; `-` is standard output, as it is without a name.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    pub(crate) format: Format,
    pub(crate) file: Option<PathBuf>,
}

impl std::str::FromStr for Output {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (format, file) = match text.split_once('=') {
            Some((_, "")) => {
                return Err(format!("`{text}` names no file: write one, as in `sarif=out.sarif`"));
            }
            Some((format, "-")) => (format, None),
            Some((format, file)) => (format, Some(PathBuf::from(file))),
            None => (text, None),
        };
        Ok(Self { format: format.parse().map_err(|why| format!("{why}"))?, file })
    }
}

/// A number of findings, or all of them.
fn shown(text: &str) -> Result<usize, String> {
    if text == "all" {
        return Ok(usize::MAX);
    }
    text.parse().map_err(|_| format!("`{text}` is neither a number nor `all`"))
}

/// `portreeve diff`.
#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// The old documents: a file or a folder; `-` is standard input
    #[arg(value_name = "OLD")]
    pub(crate) old: String,
    /// The new documents
    #[arg(value_name = "NEW")]
    pub(crate) new: String,
    /// Write a proof of what the new documents open and close, for `portreeve verify FILE OLD --after NEW`
    #[arg(long, value_name = "FILE")]
    pub(crate) certificate: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) how: Comparing,
}

/// `portreeve whatif`.
#[derive(Debug, Args)]
pub(crate) struct Whatif {
    /// Files and folders of API responses as the vendor's tools print them; `-` is standard input
    #[arg(required = true, value_name = "SOURCE")]
    pub(crate) sources: Vec<String>,
    /// An edit, as in `sg-web: allow tcp 443 from 0.0.0.0/0 priority 10 in` or `join i-1 sg-web`; may be given several times
    #[arg(long = "do", value_name = "EDIT", required_unless_present = "file", help_heading = "Edits")]
    pub(crate) edits: Vec<String>,
    /// Edits, one to a line; `#` begins a comment; `-` is standard input
    #[arg(long, value_name = "FILE", help_heading = "Edits")]
    pub(crate) file: Option<String>,
    #[command(flatten)]
    pub(crate) how: Comparing,
}

/// What verbs that compare have in common.
#[derive(Debug, Args)]
pub(crate) struct Comparing {
    /// Only what concerns this server, interface, address or group
    #[arg(long, value_name = "END", help_heading = "What to compare")]
    pub(crate) to: Option<String>,
    /// The configuration, in place of the nearest portreeve.toml
    #[arg(long, value_name = "FILE", help_heading = "What to compare")]
    pub(crate) config: Option<PathBuf>,
    /// Exit with 1 when a finding of this risk appears or grows: info, low, medium, high or never [default: low]
    #[arg(long, value_name = "RISK", help_heading = "What to compare")]
    pub(crate) fail_on: Option<FailOn>,
    /// Take documents that cannot be read as gaps, instead of stopping
    #[arg(long, help_heading = "What to compare")]
    pub(crate) keep_going: bool,
    /// text, json or markdown
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t, help_heading = "Output")]
    pub(crate) format: ItemsFormat,
    /// How many changes text and markdown show of each kind, or `all`
    #[arg(long, value_name = "N", default_value = "20", value_parser = shown, help_heading = "Output")]
    pub(crate) show: usize,
    /// Read and compare on so many threads [default: one for each core]
    #[arg(long, value_name = "N", help_heading = "Output")]
    pub(crate) threads: Option<usize>,
    /// The day that waivers are held against, in place of the clock's
    #[arg(long, value_name = "YYYY-MM-DD", hide = true)]
    pub(crate) today: Option<Date>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_format_may_name_its_file() {
        let cases = [("json", "json", None), ("sarif=out/a=b.sarif", "sarif", Some("out/a=b.sarif"))];
        for (text, format, file) in cases {
            let output: Output = text.parse().unwrap();
            assert_eq!((output.format.as_str(), output.file), (format, file.map(PathBuf::from)));
        }
        assert!("csv=-".parse::<Output>().unwrap().file.is_none());
        assert!("yaml".parse::<Output>().unwrap_err().contains("`yaml`"));
        assert!("csv=".parse::<Output>().unwrap_err().contains("`csv=`"));
        assert_eq!((shown("all"), shown("7")), (Ok(usize::MAX), Ok(7)));
        assert!(shown("many").is_err());
    }
}
