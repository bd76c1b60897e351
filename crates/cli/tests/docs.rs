//! Every command that the documentation shows, run as it stands there.
//!
//! In `console` blocks the output is compared too: `TRYCMD=overwrite cargo test -p portreeve-cli --test docs` writes it anew.

#![cfg(test)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const PROGRAM: &str = env!("CARGO_BIN_EXE_portreeve");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap()
}

/// The pages that show commands.
fn pages() -> Vec<PathBuf> {
    let mut pages = vec![root().join("README.md")];
    pages.extend(fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path()));
    pages.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    pages.sort();
    pages
}

/// The lines of the blocks in these languages.
fn lines_in(text: &str, languages: &[&str]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut language = None;
    for line in text.lines() {
        match (line.trim_start().strip_prefix("```"), language) {
            (Some(name), None) => language = Some(name),
            (Some(_), Some(_)) => language = None,
            (None, Some(name)) if languages.contains(&name) => lines.push(line.to_owned()),
            (None, _) => {}
        }
    }
    lines
}

#[test]
fn console_blocks_print_what_they_show() {
    // Paths in the documentation are relative to the root of the repository.
    std::env::set_current_dir(root()).unwrap();
    let cases = trycmd::TestCases::new();
    cases
        .register_bin("portreeve", Path::new(PROGRAM))
        // `cargo run --release -- …` runs the program of this test: `./test` runs the real one once.
        .register_bin("cargo", root().join("crates/cli/tests/cargo"))
        .env("PORTREEVE", PROGRAM);
    for page in pages() {
        cases.case(page);
    }
}

/// Recipes are about the reader's account: they are run on the example in its place, and have to end with an answer.
#[test]
fn recipes_run() {
    let mut ran = 0;
    for page in pages() {
        let scratch = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(root().join("examples/alibaba"), scratch.path().join("account")).unwrap();
        for line in lines_in(&fs::read_to_string(&page).unwrap(), &["sh", "yaml"]) {
            let verbs = ["check", "explain", "exposure", "assert", "diff", "store", "whatif", "verify"];
            let found = verbs.iter().find_map(|verb| line.find(&format!("portreeve {verb}")));
            let Some(at) = found else { continue };
            let path = format!(
                "{}:{}",
                Path::new(PROGRAM).parent().unwrap().display(),
                std::env::var("PATH").unwrap()
            );
            let output = Command::new("bash")
                .args(["-c", &line[at..]])
                .current_dir(scratch.path())
                .env("PATH", path)
                .output()
                .unwrap();
            assert!(
                matches!(output.status.code(), Some(0 | 1 | 3)),
                "{}: `{line}` ended with {}: {}",
                page.display(),
                output.status,
                String::from_utf8_lossy(&output.stderr)
            );
            ran += 1;
        }
    }
    assert!(ran > 3, "{ran} recipes were found");
}

/// The configurations that are shown, each on the example.
#[test]
fn configurations_are_accepted() {
    let mut tried = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        let toml = lines_in(&text, &["toml"]).join("\n");
        if toml.is_empty() {
            continue;
        }
        let scratch = tempfile::tempdir().unwrap();
        let config = scratch.path().join("portreeve.toml");
        fs::write(&config, toml).unwrap();
        let output = Command::new(PROGRAM)
            .args(["check", "--quiet", "--config"])
            .args([&config, &root().join("examples/alibaba")])
            .output()
            .unwrap();
        assert_eq!(
            output.status.code(),
            Some(1),
            "{}: {}",
            page.display(),
            String::from_utf8_lossy(&output.stderr)
        );
        tried += 1;
    }
    assert!(tried > 0, "no configuration was found");
}

#[test]
fn every_verb_is_in_the_reference() {
    let help = Command::new(PROGRAM).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let verbs: BTreeSet<&str> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next())
        .filter(|verb| *verb != "help")
        .collect();
    assert!(verbs.contains("check"), "`portreeve --help` lists the verbs:\n{help}");
    let reference = fs::read_to_string(root().join("docs/cli.md")).unwrap();
    for verb in verbs {
        assert!(
            reference.contains(&format!("$ portreeve {verb} --help\n")),
            "docs/cli.md does not show `{verb}`"
        );
    }
}
