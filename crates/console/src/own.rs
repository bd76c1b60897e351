//! The user's own items: those of the configuration file, and those that were made here, which the store keeps.

use portreeve::WrittenItem;
use portreeve::checks::{OwnItem, Settings};
use portreeve::report::plain;
use portreeve_store::{By, StoreError};

use crate::console::{Console, LONGEST_NOTE};
use crate::problem::Problem;
use crate::record::now;

/// What the keys of these settings begin with; the id follows.
const KEY: &str = "own-item.";
/// How many own items can be made here.
const MOST: usize = 200;
/// How many characters an id and a title may have.
pub(crate) const LONGEST_TITLE: usize = 200;

/// An own item that was made here.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Kept {
    /// As it was written.
    pub(crate) written: WrittenItem,
    /// What it means, or why it is not asked: the configuration file or the catalogue may have an item of its id by now.
    pub(crate) item: Result<OwnItem, String>,
}

impl Console {
    /// The settings of the configuration, with the own items that were made here.
    pub(crate) fn settings(&self) -> Result<Settings, StoreError> {
        let mut settings = self.options.config.settings.clone();
        settings.own_items.extend(self.own_items()?.into_iter().filter_map(|kept| kept.item.ok()));
        Ok(settings)
    }

    /// The own items that were made here, by id.
    pub(crate) fn own_items(&self) -> Result<Vec<Kept>, StoreError> {
        let configured = &self.options.config.settings.own_items;
        let settings = self.store.settings()?.into_iter().filter(|setting| setting.key.starts_with(KEY));
        let read = settings.filter_map(|setting| {
            // One that the console wrote is always understood.
            let written: WrittenItem = serde_json::from_str(&setting.value).ok()?;
            let item = written.read(configured).map_err(|why| why.message().to_owned());
            Some(Kept { written, item })
        });
        let mut kept: Vec<Kept> = read.collect();
        kept.sort_by(|one, other| one.written.id.cmp(&other.written.id));
        Ok(kept)
    }

    /// Adds an own item, which the next run asks.
    pub(crate) fn add_own(&self, who: &str, written: &WrittenItem) -> Result<(), Problem> {
        self.alone(|| {
            let others = self.own_items()?;
            let id = &written.id;
            if others.iter().any(|kept| kept.written.id == *id) {
                let why = format!("there are two own items `{}`: give each its own id", plain(id));
                return Err(Problem::Conflict(why));
            }
            if others.len() >= MOST {
                let why = format!(
                    "there are {MOST} own items already: remove one, or write them to `portreeve.toml`"
                );
                return Err(Problem::Conflict(why));
            }
            self.write_own(who, written)
        })
    }

    /// Puts another meaning behind the id of an own item.
    pub(crate) fn change_own(&self, who: &str, id: &str, written: &WrittenItem) -> Result<(), Problem> {
        if written.id != id {
            self.has_own(id)?;
            let why = format!("the id stays `{}`: remove the item and add another one", plain(id));
            return Err(Problem::Invalid(why));
        }
        self.alone(|| {
            self.has_own(id)?;
            self.write_own(who, written)
        })
    }

    /// Removes an own item: the next run does not ask it.
    pub(crate) fn remove_own(&self, who: &str, id: &str) -> Result<(), Problem> {
        self.alone(|| {
            self.has_own(id)?;
            Ok(self.store.set(By { who, at: now() }, &[(&format!("{KEY}{id}"), None)])?)
        })
    }

    fn has_own(&self, id: &str) -> Result<(), Problem> {
        if self.own_items()?.iter().any(|kept| kept.written.id == id) {
            return Ok(());
        }
        let id = plain(id);
        let of_file = self.options.config.settings.own_items.iter().any(|item| item.id == *id);
        Err(if of_file {
            Problem::Conflict(format!("`{id}` stands in the configuration file: change it there"))
        } else {
            Problem::NotFound(format!("there is no own item `{id}` that was made here"))
        })
    }

    fn write_own(&self, who: &str, written: &WrittenItem) -> Result<(), Problem> {
        must_fit("an id", &written.id, LONGEST_TITLE)?;
        must_fit("a title", &written.title, LONGEST_TITLE)?;
        if let Some(suggestion) = &written.suggestion {
            must_fit("a suggestion", suggestion, LONGEST_NOTE)?;
        }
        let configured = &self.options.config.settings.own_items;
        written.read(configured).map_err(|why| Problem::Invalid(plain(why.message()).into_owned()))?;
        let value = serde_json::to_string(written).map_err(|_| Problem::Internal)?;
        let key = format!("{KEY}{}", written.id);
        Ok(self.store.set(By { who, at: now() }, &[(&key, Some(&value))])?)
    }
}

fn must_fit(what: &str, text: &str, most: usize) -> Result<(), Problem> {
    if text.trim().is_empty() || text.chars().count() > most {
        return Err(Problem::Invalid(format!("an own item needs {what} of 1 to {most} characters")));
    }
    Ok(())
}
