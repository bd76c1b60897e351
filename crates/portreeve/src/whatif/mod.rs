//! Edits in words, made in memory: parsed, held against the rules of the cloud, and applied.

mod cloud;
mod group;
mod member;
mod parse;
mod quota;
mod refused;
mod rule;
mod say;
mod wished;
mod words;

use portreeve_model::{Edit, Estate, GroupIx, InterfaceIx};
use thiserror::Error;

use crate::nearest;
pub use parse::{Wish, WishedPeer, WishedRule, parse};
pub use refused::Refused;
pub use wished::wished;
pub use words::NoEdit;

/// Why an edit could not be made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EditError {
    /// It could not be read.
    #[error("edit {number}, `{edit}`: {why}")]
    Unreadable {
        /// Its place, from 1.
        number: usize,
        /// Its words.
        edit: String,
        /// Why.
        why: NoEdit,
    },
    /// The cloud would refuse it, or it means nothing in this input.
    #[error("edit {number}, `{edit}`, is refused: {why}")]
    Refused {
        /// Its place, from 1.
        number: usize,
        /// Its words.
        edit: String,
        /// Why.
        why: Refused,
    },
}

/// Edits that were made.
#[derive(Debug, Clone)]
pub struct Made {
    /// The estate after them.
    pub estate: Estate,
    /// Each edit with the words that asked for it; words may ask for several.
    pub edits: Vec<(Edit, String)>,
}

impl Made {
    /// The estate that the first edit meets, with the texts that edits brought: what [`Told`](crate::Told) needs.
    pub fn start(&self, before: &Estate) -> Estate {
        Estate { texts: self.estate.texts.clone(), ..before.clone() }
    }
}

/// Makes edits, one after the other, in a copy of an estate. Limits are those of the estate's profiles; `rules_per_group` takes the place
/// of the platform's own.
///
/// # Errors
/// With the first edit that cannot be read, or that the cloud would refuse.
pub fn make(estate: &Estate, lines: &[String], rules_per_group: Option<u32>) -> Result<Made, EditError> {
    let mut desk = Desk { estate: estate.clone(), rules_per_group };
    let mut made = Vec::new();
    for (number, line) in (1..).zip(lines) {
        let edit = || line.trim().to_owned();
        let wish = parse(line).map_err(|why| EditError::Unreadable { number, edit: edit(), why })?;
        let edits = desk.plan(&wish).map_err(|why| EditError::Refused { number, edit: edit(), why })?;
        for each in edits {
            each.apply(&mut desk.estate);
            made.push((each, edit()));
        }
    }
    Ok(Made { estate: desk.estate, edits: made })
}

/// As [`make`], for those who only want the estate.
///
/// # Errors
/// With the first edit that cannot be read, or that the cloud would refuse.
pub fn apply(estate: &Estate, lines: &[String], rules_per_group: Option<u32>) -> Result<Estate, EditError> {
    make(estate, lines, rules_per_group).map(|made| made.estate)
}

/// The estate that is being edited.
struct Desk {
    estate: Estate,
    rules_per_group: Option<u32>,
}

impl Desk {
    /// The edits that a wish means, if the cloud takes them.
    fn plan(&mut self, wish: &Wish) -> Result<Vec<Edit>, Refused> {
        match wish {
            Wish::Add { group, rule } => self.add_rule(group, rule),
            Wish::Remove { group, rule } => self.remove_rule(group.as_deref(), rule),
            Wish::Change { group, rule, to } => self.change_rule(group, rule, to),
            Wish::Join { who, group, at } => self.join(who, group, *at),
            Wish::Leave { who, group } => self.leave(who, group),
            Wish::Create { group, like, network } => self.create(group, like.as_deref(), network.as_deref()),
            Wish::Clone { group, new } => self.copy(group, new),
            Wish::Delete { group } => self.delete(group),
        }
    }

    /// The group of an id or, where only one has it, a name.
    fn group(&self, word: &str) -> Result<GroupIx, Refused> {
        let estate = &self.estate;
        if let Some((ix, _)) = estate.each_group().find(|(_, group)| estate.text(group.id) == word) {
            return Ok(ix);
        }
        let mut same = estate.each_group().filter(|(_, group)| estate.text(group.name) == word);
        match (same.next(), same.next()) {
            (Some((ix, _)), None) => Ok(ix),
            (Some(_), Some(_)) => {
                Err(Refused::new(format!("several groups are called `{word}`"), "name one by its id"))
            }
            (None, _) => {
                let names = estate.groups.iter().flat_map(|group| [group.id, group.name]);
                let refused = Refused::new(
                    format!("`{word}` is no group of the input"),
                    offer(word, names.map(|text| estate.text(text))),
                );
                Err(refused.code(cloud::Cloud::of_estate(estate).code(cloud::Trouble::NoSuchGroup)))
            }
        }
    }

    /// The interface of an id, or the first one of a server by its id or name.
    fn interface(&self, word: &str) -> Result<InterfaceIx, Refused> {
        let estate = &self.estate;
        if let Some((ix, _)) = estate.each_interface().find(|(_, it)| estate.text(it.id) == word) {
            return Ok(ix);
        }
        let is_named = |ix: portreeve_model::InstanceIx| {
            let instance = estate.instance(ix);
            !word.is_empty() && (estate.text(instance.id) == word || estate.text(instance.name) == word)
        };
        let mut own: Vec<_> =
            estate.each_interface().filter(|(_, it)| it.instance.is_some_and(is_named)).collect();
        own.sort_by_key(|(_, it)| !it.primary);
        let servers = own.iter().filter(|(_, it)| it.primary).count();
        match own.as_slice() {
            [] => {
                let servers = estate.instances.iter().flat_map(|it| [it.id, it.name]);
                let names = servers.chain(estate.interfaces.iter().map(|it| it.id));
                Err(Refused::new(
                    format!("`{word}` is no server and no interface of the input"),
                    offer(word, names.map(|text| estate.text(text))),
                ))
            }
            _ if servers > 1 => {
                Err(Refused::new(format!("several servers are called `{word}`"), "name one by its id"))
            }
            [(ix, _), ..] => Ok(*ix),
        }
    }

    /// `sg-1 (web)`.
    fn called(&self, ix: GroupIx) -> String {
        let group = self.estate.group(ix);
        let (id, name) = (self.estate.text(group.id), self.estate.text(group.name));
        if name.is_empty() || name == id { format!("`{id}`") } else { format!("`{id}` ({name})") }
    }

    /// Refuses a group that a service of the cloud keeps.
    fn own(&self, ix: GroupIx) -> Result<(), Refused> {
        let group = self.estate.group(ix);
        if !group.managed {
            return Ok(());
        }
        let refused = Refused::new(
            format!("group {} is kept by a service of the cloud and read-only", self.called(ix)),
            "change it where the service is set up",
        );
        Err(refused.code(cloud::Cloud::of_group(&self.estate, group).code(cloud::Trouble::Managed)))
    }
}

/// What a mistyped word may mean.
fn offer<'n>(word: &str, names: impl Iterator<Item = &'n str>) -> String {
    let near = nearest::several(word, names.filter(|name| !name.is_empty()), 3);
    if near.is_empty() {
        "name it by its id as the documents have it".to_owned()
    } else {
        let quoted: Vec<String> = near.iter().map(|name| format!("`{name}`")).collect();
        format!("did you mean {}?", quoted.join(" or "))
    }
}

#[cfg(test)]
mod tests;
