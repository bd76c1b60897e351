//! `portreeve completions` and `portreeve man`: made from the arguments themselves.

use std::io;

use clap::CommandFactory;
use clap_complete::Shell;
use portreeve::Verdict;

use crate::args::Cli;
use crate::fail::Fail;

/// Prints a completion script.
pub(crate) fn completions(shell: Shell) -> Result<Verdict, Fail> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "portreeve", &mut script);
    print(&script)
}

/// Prints the manual page of the program, or of one verb.
pub(crate) fn man(verb: Option<&str>) -> Result<Verdict, Fail> {
    let mut command = Cli::command();
    command.build();
    let page = match verb {
        None => command,
        Some(verb) => match command.find_subcommand(verb) {
            Some(found) => found.clone(),
            None => return Err(Fail::Message(format!("there is no verb `{verb}`: see `portreeve --help`"))),
        },
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page).render(&mut text)?;
    print(&text)
}

fn print(bytes: &[u8]) -> Result<Verdict, Fail> {
    use io::Write;
    io::stdout().lock().write_all(bytes).map_err(|error| Fail::writing("standard output", &error))?;
    Ok(Verdict::Clean)
}
