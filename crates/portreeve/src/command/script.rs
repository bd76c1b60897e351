//! Shell scripts of edits, with checks between the calls.

use std::fmt::Write;

use portreeve_model::{Edit, Estate};

use super::shell::comment;
use super::state::State;
use super::{alibaba, huawei, terraform, vendor_of_edit};

/// Who carries edits out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tool {
    /// Alibaba Cloud's CLI, in a shell script.
    Aliyun,
    /// Huawei Cloud's `KooCLI`, in a shell script.
    Hcloud,
    /// Terraform: new rules as resources, those that stay with `import` blocks.
    Terraform,
}

impl Tool {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Aliyun, Self::Hcloud, Self::Terraform];

    /// What it is called on a command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Aliyun => "aliyun",
            Self::Hcloud => "hcloud",
            Self::Terraform => "terraform",
        }
    }

    /// The cloud that it serves; every one for Terraform.
    pub fn vendor(self) -> Option<&'static str> {
        match self {
            Self::Aliyun => Some("alibaba"),
            Self::Hcloud => Some("huawei"),
            Self::Terraform => None,
        }
    }
}

/// A list of edits with words: what it is about, and for each edit why.
#[derive(Debug, Clone)]
pub struct Told<'e> {
    /// Lines for people who read the script.
    pub about: Vec<String>,
    /// The estate that the first edit meets.
    pub estate: &'e Estate,
    /// The edits in order.
    pub edits: Vec<(&'e Edit, String)>,
    /// Whether the edits undo others, after which groups may have ids that only the platform knows.
    pub undoes: Option<&'e Estate>,
}

/// A line of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    /// It changes something.
    Call(String),
    /// It stops the script where something is not as it should be.
    Check(String),
}

/// The calls that carry an edit list out, one list for each edit, without checks; `None` for an edit that has no command.
pub fn calls(told: &Told<'_>) -> Vec<Option<Vec<String>>> {
    let mut state = State::new(told.estate, told.undoes.unwrap_or(told.estate));
    let mut all = Vec::new();
    for (edit, _) in &told.edits {
        let lines = lines(&mut state, edit);
        state.apply(edit);
        all.push(lines.map(|lines| {
            let calls = lines.into_iter().filter_map(|line| match line {
                Line::Call(call) => Some(call),
                Line::Check(_) => None,
            });
            calls.collect()
        }));
    }
    all
}

fn lines(state: &mut State<'_>, edit: &Edit) -> Option<Vec<Line>> {
    match vendor_of_edit(state.estate(), edit)? {
        "alibaba" => alibaba::edit(state, edit),
        "huawei" => huawei::edit(state, edit),
        _ => None,
    }
}

// Writing to a string cannot fail, so what `write!` gives is nothing to look at.

/// Functions of every script, after the vendor's own.
const FUNCTIONS: &str = r#"
# Stops unless something was found.
must_have() {
  if [ -z "$1" ]; then
    echo 'stopped: what this step needs was not found' >&2
    exit 1
  fi
}

# Stops unless a rule shows, so that nothing is taken away before what replaces it is there.
must_show() {
  tries=0
  while [ -z "$(rule_id "$@")" ]; do
    tries=$((tries + 1))
    if [ "$tries" -ge 10 ]; then
      echo 'stopped: the new rule does not show' >&2
      exit 1
    fi
    sleep 1
  done
}
"#;

/// The tools that can carry out some edit of a list.
pub fn tools(told: &Told<'_>) -> Vec<Tool> {
    let does = |tool: &Tool| {
        let edits = told.edits.iter().map(|(edit, _)| vendor_of_edit(told.estate, edit));
        edits.flatten().any(|found| tool.vendor().is_none_or(|vendor| vendor == found))
    };
    Tool::ALL.into_iter().filter(does).collect()
}

/// A script of lists of edits, for a tool. Edits of another cloud are left out.
pub fn script(tool: Tool, lists: &[Told<'_>]) -> String {
    match tool {
        Tool::Terraform => terraform::configuration(lists),
        Tool::Aliyun | Tool::Hcloud => shell(tool, lists),
    }
}

fn shell(tool: Tool, lists: &[Told<'_>]) -> String {
    let vendor = tool.vendor().unwrap_or_default();
    let mut body = String::new();
    for told in lists {
        if told.edits.iter().any(|(edit, _)| ours(told.estate, edit, vendor)) {
            body += &section(vendor, told);
        }
    }
    let mut out = "#!/bin/sh\n# Every call waits for the one before it; the first that fails ends the script.\nset -eu\n".to_owned();
    if body.is_empty() {
        return out + "\n# There is nothing to do.\n";
    }
    // A function that nobody calls only asks to be read.
    if body.contains("rule_id") || body.contains("must_show") {
        out += if tool == Tool::Hcloud { huawei::FUNCTIONS } else { alibaba::FUNCTIONS };
    }
    for part in FUNCTIONS.split("\n\n") {
        let name = part.lines().find_map(|line| line.strip_suffix("() {")).unwrap_or_default();
        if body.contains(name) {
            let _ = writeln!(out, "\n{}", part.trim_matches('\n'));
        }
    }
    if body.contains("drop_rules") {
        out += huawei::DROP_RULES;
    }
    out + &body
}

/// Whether an edit is about a cloud. A group that is yet to be made is where its profile says.
fn ours(estate: &Estate, edit: &Edit, vendor: &str) -> bool {
    match vendor_of_edit(estate, edit) {
        Some(found) => found == vendor,
        None => false,
    }
}

fn section(vendor: &str, told: &Told<'_>) -> String {
    let mut out = String::new();
    for line in &told.about {
        let _ = write!(out, "\n{}", comment(line));
    }
    out.push('\n');
    let mut state = State::new(told.estate, told.undoes.unwrap_or(told.estate));
    let named: Vec<_> = state.named().into_iter().map(|(id, name)| (id, name.to_owned())).collect();
    for (id, variable) in named {
        let Some(group) = told.estate.groups.iter().find(|group| group.id == id) else { continue };
        let found = match vendor {
            "huawei" => huawei::find_group(told.estate, group),
            _ => alibaba::find_group(told.estate, group),
        };
        let _ = writeln!(out, "{variable}={found}\nmust_have \"${variable}\"");
    }
    for (edit, why) in &told.edits {
        let _ = writeln!(out, "\n{}", comment(why));
        match lines(&mut state, edit) {
            Some(lines) => {
                for line in lines {
                    let (Line::Call(words) | Line::Check(words)) = line;
                    let _ = writeln!(out, "{words}");
                }
            }
            None => out += "echo 'stopped: this step has no command, make it by hand' >&2\nexit 1\n",
        }
        state.apply(edit);
    }
    out
}
