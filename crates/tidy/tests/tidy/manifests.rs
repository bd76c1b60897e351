//! Every crate takes its lints, its versions and its dependencies from the workspace, and uses what it takes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use crate::files;

const TABLES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];
const INHERITED: [&str; 6] = ["version", "edition", "rust-version", "license", "repository", "authors"];

/// The manifests of the members; `fuzz` is a workspace of its own, because it needs another toolchain.
fn members() -> Vec<(PathBuf, Table)> {
    files::all()
        .into_iter()
        .filter(|path| {
            path.ends_with("Cargo.toml") && path != Path::new("Cargo.toml") && !path.starts_with("fuzz")
        })
        .map(|path| (path.clone(), files::read(&path).parse().unwrap()))
        .collect()
}

fn inherits(value: Option<&Value>) -> bool {
    value.and_then(|value| value.get("workspace")).and_then(Value::as_bool) == Some(true)
}

/// The names of all dependencies in a manifest, whatever they are for.
fn dependencies(manifest: &Table) -> Vec<(&String, &Value)> {
    TABLES.iter().filter_map(|table| manifest.get(*table)?.as_table()).flatten().collect()
}

/// All Rust code of a crate, with the files from elsewhere that it takes in by `#[path]`.
fn code_below(folder: &Path) -> String {
    let mut code = String::new();
    for file in files::with_extension("rs").iter().filter(|file| file.starts_with(folder)) {
        let text = files::read(file);
        for taken_in in text.lines().filter_map(|line| line.strip_prefix("#[path = \"")?.strip_suffix("\"]"))
        {
            code += &files::read(&file.with_file_name("").join(taken_in));
        }
        code += &text;
    }
    code
}

#[test]
fn members_inherit_from_the_workspace() {
    let mut complaints = Vec::new();
    for (path, manifest) in members() {
        if !inherits(manifest.get("lints")) {
            complaints.push(format!("{}: `[lints] workspace = true` is missing", path.display()));
        }
        for key in INHERITED {
            if !inherits(manifest["package"].get(key)) {
                complaints.push(format!("{}: `{key}.workspace = true` is missing", path.display()));
            }
        }
        for (name, value) in dependencies(&manifest) {
            if !inherits(Some(value)) {
                complaints
                    .push(format!("{}: `{name}` does not come from the workspace's table", path.display()));
            }
        }
    }
    files::no_complaints(&complaints);
}

#[test]
fn every_dependency_is_used_by_the_crate_that_asks_for_it() {
    let mut complaints = Vec::new();
    for (path, manifest) in members() {
        let code = code_below(path.parent().unwrap());
        for (name, _) in dependencies(&manifest) {
            if !code.contains(&name.replace('-', "_")) {
                complaints.push(format!("{}: `{name}` is not used", path.display()));
            }
        }
    }
    files::no_complaints(&complaints);
}

#[test]
fn every_dependency_of_the_workspace_is_asked_for() {
    let members = members();
    let asked: BTreeSet<&String> =
        members.iter().flat_map(|(_, manifest)| dependencies(manifest)).map(|(name, _)| name).collect();
    let workspace: Table = files::read(Path::new("Cargo.toml")).parse().unwrap();
    let complaints: Vec<String> = workspace["workspace"]["dependencies"]
        .as_table()
        .unwrap()
        .keys()
        .filter(|name| !asked.contains(name))
        .map(|name| format!("Cargo.toml: no member asks for `{name}`"))
        .collect();
    files::no_complaints(&complaints);
}
