//! Terminals, pipes and colours.

use std::io::Read;
use std::process::Stdio;

use crate::common::{Scratch, account, opens, source};

const ESCAPE: char = '\u{1b}';

#[test]
fn a_pipe_gets_no_escape_codes_unless_they_are_asked_for() {
    let scratch = Scratch::with(&account(&[opens("22/22")]));
    let run = |args: &[&str], variables: &[(&str, &str)]| {
        let mut command = scratch.command(&[&["check", "account", "nowhere.json"], args].concat());
        command.envs(variables.iter().copied());
        let output = command.output().unwrap();
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    scratch.write("nowhere.json", "{\"a\": 1}");
    let cases: [(&[&str], &[(&str, &str)], bool); 7] = [
        (&[], &[], false),
        (&[], &[("TERM", "xterm-256color")], false),
        (&["--color", "auto"], &[], false),
        (&["--color", "never"], &[], false),
        (&["--color", "always"], &[], true),
        // What is typed goes before what is set.
        (&["--color", "always"], &[("NO_COLOR", "1")], true),
        (&["--color", "never"], &[("TERM", "xterm-256color")], false),
    ];
    for (args, variables, coloured) in cases {
        let (out, err) = run(args, variables);
        assert_eq!(out.contains(ESCAPE), coloured, "{args:?} {variables:?}");
        assert_eq!(err.contains(ESCAPE), coloured, "{args:?} {variables:?}: {err}");
    }
    let run = scratch.check(&["--color", "always", "--output", "report.txt"]).ended(1);
    assert_eq!(run.out, "");
    assert!(!scratch.read("report.txt").contains(ESCAPE));
}

#[test]
fn colours_add_nothing_but_escape_codes() {
    let scratch = Scratch::new();
    let plain = scratch.run(&["check", &source("examples/alibaba")]).out;
    let coloured = scratch.run(&["check", &source("examples/alibaba"), "--color", "always"]).out;
    assert_eq!(stripped(&coloured), plain);
}

/// A text without its colours.
fn stripped(text: &str) -> String {
    let mut parts = text.split(ESCAPE);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |sum, part| {
        let (code, rest) = part.split_once('m').expect("a colour");
        assert!(
            code.starts_with('[') && code.chars().skip(1).all(|c| c.is_ascii_digit() || c == ';'),
            "{code}"
        );
        sum + rest
    })
}

/// What is not a terminal has no width: the text is the same everywhere.
#[test]
fn the_text_does_not_depend_on_the_environment() {
    let scratch = Scratch::new();
    let example = source("examples/alibaba");
    let run = |columns: &str| {
        let mut command = scratch.command(&["check", &example]);
        command
            .env("COLUMNS", columns)
            .env("TERM", "xterm")
            .env("LANG", "de_DE.UTF-8")
            .env("TZ", "Asia/Tokyo");
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    let plain = scratch.run(&["check", &example]).out;
    assert_eq!(run("40"), plain);
    assert_eq!(run("400"), plain);
    assert!(plain.lines().all(|line| line.chars().count() <= 100), "lines fit into 100 columns");
}

/// `portreeve check … | head -1`: nothing is said about the pipe, and the answer stays what it is.
#[test]
fn a_reader_that_leaves_is_no_error() {
    let scratch = Scratch::new();
    let example = source("examples/alibaba");
    for format in ["text", "json", "csv"] {
        let mut command =
            scratch.command(&["check", &example, "--format", format, "--format", "sarif=out.sarif"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        drop(child.stdout.take());
        let mut err = String::new();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        assert_eq!(err, "", "{format}");
        assert_eq!(child.wait().unwrap().code(), Some(1), "{format}");
        // The reports that go elsewhere are whole.
        assert!(scratch.read("out.sarif").ends_with("}\n"), "{format}");
    }
    for args in [["items", "--format", "text"].as_slice(), &["man"], &["completions", "bash"]] {
        let mut child = scratch.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), b"".as_slice()), "{args:?}");
    }
}

/// A disk that is full is an error: the report is not there.
#[test]
fn output_that_cannot_be_written_ends_with_2() {
    let scratch = Scratch::with(&account(&[opens("22/22")]));
    for path in ["/dev/full", "no/such/folder/report.json"] {
        for args in [["--format", &format!("json={path}")], ["--output", path]] {
            scratch.check(&args).refused(&[path]);
        }
    }
    scratch.check(&["--write-baseline", "no/such/folder/b.json"]).refused(&["no/such/folder/b.json"]);
}

#[test]
fn quiet_silences_warnings_and_not_errors() {
    let scratch = Scratch::with(&account(&[opens("22/22")]));
    scratch.write("account/other.json", "{\"a\": 1}");
    assert_eq!(scratch.check(&["--quiet"]).ended(1).err, "");
    assert_eq!(scratch.run(&["--quiet", "check", "account"]).ended(1).err, "");
    scratch.check(&[]).ended(1).told(&["warning: account/other.json: "]);
    scratch.run(&["check", "nowhere", "--quiet"]).refused(&["error: `nowhere` does not exist"]);
}
