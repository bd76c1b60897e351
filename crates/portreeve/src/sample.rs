//! Findings put together by hand, for the tests of what decides about them.

use std::sync::Arc;

use portreeve_checks::{Certainty, Exposure, Extent, Finding, Fingerprint, ItemIx, Outcome, Settings};
use portreeve_model::{Estate, GapIx, Group, GroupIx, ProfileIx, SameGroup, Text};

/// An estate of groups `sg-1`, `sg-2`, `sg-3` and the items of the catalogue.
pub(crate) struct Sample {
    pub(crate) estate: Estate,
    pub(crate) outcome: Outcome,
}

impl Sample {
    pub(crate) fn new() -> Self {
        let mut estate = Estate::default();
        for id in ["sg-1", "sg-2", "sg-3"] {
            let id = estate.texts.intern(id);
            estate.groups.push(Group {
                id,
                name: Text::EMPTY,
                description: Text::EMPTY,
                region: Text::EMPTY,
                network: None,
                profile: ProfileIx::new(0),
                same_group: SameGroup::Rules,
                managed: false,
                rules: Vec::new(),
                incomplete: [None, None],
                origin: None,
            });
        }
        let outcome = Outcome { items: crate::items(&Settings::default()), ..Outcome::default() };
        Self { estate, outcome }
    }

    pub(crate) fn item(&self, id: &str) -> ItemIx {
        let at = self.outcome.items.iter().position(|item| item.id == id).unwrap();
        ItemIx(u16::try_from(at).unwrap())
    }

    /// A sure finding of an item on `sg-<group>`; its cause is its position.
    pub(crate) fn find(&mut self, item: &str, group: usize, extent: u32) -> &mut Finding {
        let item = self.item(item);
        let cause = u64::try_from(self.outcome.findings.len()).unwrap();
        self.outcome.findings.push(Finding {
            fingerprint: Fingerprint { cause, extent: Extent(extent) },
            item,
            certainty: Certainty::Sure,
            exposure: Exposure::Private,
            group: Some(GroupIx::new(group - 1)),
            servers: Vec::new(),
            traffic: Vec::new(),
            rules: Arc::from([]),
            witness: None,
            detail: Arc::from(""),
            suggestion: Arc::from(""),
            gaps: Vec::new(),
        });
        self.outcome.findings.last_mut().unwrap()
    }

    /// A gap that may change the answer of some items.
    pub(crate) fn gap(&mut self, items: &[&str]) -> GapIx {
        let items = items.iter().map(|id| self.item(id)).collect();
        self.outcome.affects.push(items);
        self.estate.add_gap("sg-1", "a prefix list is not in the input")
    }
}
