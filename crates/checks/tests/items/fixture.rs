//! One fixture: an estate, and the exact findings that it must give.

use portreeve_checks::{Settings, Thresholds};
use portreeve_model::Estate;

use crate::common::{estate, lines, only, run};

/// What a fixture shows of its item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sort {
    /// The item finds something.
    Firing,
    /// Nothing of the item's kind is there.
    Silent,
    /// It looks like a case for the item, and is none.
    NearMiss,
}

impl Sort {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Firing, Self::Silent, Self::NearMiss];
}

/// A fixture of an item.
pub(crate) struct Fixture {
    /// The id of the item.
    pub(crate) item: &'static str,
    /// What it shows.
    pub(crate) sort: Sort,
    /// What is particular about it.
    pub(crate) name: String,
    /// The estate.
    pub(crate) estate: Estate,
    /// How it is checked.
    pub(crate) settings: Settings,
    /// Every finding as [`crate::common::line`] writes it, in order.
    pub(crate) expected: Vec<String>,
}

/// The fixtures of one item, of which only that item runs.
pub(crate) struct Fixtures {
    item: &'static str,
    all: Vec<Fixture>,
}

impl Fixtures {
    /// None yet.
    pub(crate) fn of(item: &'static str) -> Self {
        Self { item, all: Vec::new() }
    }

    /// The fixtures.
    pub(crate) fn done(self) -> Vec<Fixture> {
        self.all
    }

    /// It fires, with these findings.
    pub(crate) fn fires(self, name: &str, text: &str, expected: &[&str]) -> Self {
        self.fires_in(name, estate(text), expected)
    }

    /// It is silent.
    pub(crate) fn silent(self, name: &str, text: &str) -> Self {
        self.add(Sort::Silent, name, estate(text), &[])
    }

    /// It is silent, though the case looks like one for it.
    pub(crate) fn near(self, name: &str, text: &str) -> Self {
        self.near_in(name, estate(text))
    }

    /// As [`Self::fires`], for an estate that the notation cannot say.
    pub(crate) fn fires_in(self, name: &str, estate: Estate, expected: &[&str]) -> Self {
        assert!(!expected.is_empty(), "{name} expects nothing");
        self.add(Sort::Firing, name, estate, expected)
    }

    /// As [`Self::near`], for an estate that the notation cannot say.
    pub(crate) fn near_in(self, name: &str, estate: Estate) -> Self {
        self.add(Sort::NearMiss, name, estate, &[])
    }

    /// Changes the thresholds of the fixture added last.
    pub(crate) fn under(self, change: impl FnOnce(&mut Thresholds)) -> Self {
        self.with(|settings| change(&mut settings.thresholds))
    }

    /// Changes the settings of the fixture added last.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.all.last_mut().unwrap().settings);
        self
    }

    fn add(mut self, sort: Sort, name: &str, estate: Estate, expected: &[&str]) -> Self {
        let expected = expected.iter().map(|&line| line.to_owned()).collect();
        let settings = only(&[self.item]);
        self.all.push(Fixture { item: self.item, sort, name: name.to_owned(), estate, settings, expected });
        self
    }
}

impl Fixture {
    /// Whether the findings are those expected, and the item is among them exactly if it should be.
    pub(crate) fn check(&self) -> Result<(), String> {
        let outcome = run(&self.estate, &self.settings);
        let found = lines(&self.estate, &outcome);
        let told = || format!("{} ({:?}, {})", self.item, self.sort, self.name);
        if found != self.expected {
            return Err(format!(
                "{}\nexpected\n  {}\nfound\n  {}",
                told(),
                self.expected.join("\n  "),
                found.join("\n  ")
            ));
        }
        let item = outcome.items.iter().find(|item| item.id == self.item);
        if item.is_none_or(|item| !item.enabled) {
            return Err(format!("{}: the item does not run", told()));
        }
        let fired = outcome.findings.iter().any(|finding| outcome.item(finding).id == self.item);
        if fired == (self.sort == Sort::Firing) {
            Ok(())
        } else {
            Err(format!("{}: fired is {fired}", told()))
        }
    }
}
