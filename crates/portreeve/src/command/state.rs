//! Where a list of edits stands: each sees what the earlier ones left, and new groups get their ids on the way.

use std::collections::{HashMap, HashSet};

use portreeve_model::{Edit, Estate, Text};

use super::shell::word;

/// The estate between two edits.
pub(super) struct State<'e> {
    before: &'e Estate,
    now: Option<Estate>,
    /// The variables that hold the ids of groups which the platform makes on the way.
    variables: HashMap<Text, String>,
}

impl<'e> State<'e> {
    /// The state before edits. `known` is the estate whose groups have ids already.
    pub(super) fn new(estate: &'e Estate, known: &Estate) -> Self {
        let mut state = Self { before: estate, now: None, variables: HashMap::new() };
        let known: HashSet<&str> = known.groups.iter().map(|group| known.text(group.id)).collect();
        for group in &estate.groups {
            if !known.contains(estate.text(group.id)) {
                state.name(group.id);
            }
        }
        state
    }

    /// The estate as it is now.
    pub(super) fn estate(&self) -> &Estate {
        self.now.as_ref().unwrap_or(self.before)
    }

    /// Makes an edit.
    pub(super) fn apply(&mut self, edit: &Edit) {
        let mut now = self.now.take().unwrap_or_else(|| self.before.clone());
        edit.apply(&mut now);
        self.now = Some(now);
    }

    /// Names the variable for the id of a new group.
    pub(super) fn name(&mut self, group: Text) -> String {
        let next = format!("group_{}", self.variables.len() + 1);
        self.variables.entry(group).or_insert(next).clone()
    }

    /// The groups whose ids are in variables, with these.
    pub(super) fn named(&self) -> Vec<(Text, &str)> {
        let each = self.variables.iter().map(|(id, name)| (*id, name.as_str()));
        let mut named: Vec<(Text, &str)> = each.collect();
        named.sort_unstable_by_key(|(_, name)| *name);
        named
    }

    /// A group's id as a word of the shell.
    pub(super) fn id(&self, group: Text) -> String {
        match self.variables.get(&group) {
            Some(variable) => format!("\"${variable}\""),
            None => word(self.estate().text(group)),
        }
    }
}
