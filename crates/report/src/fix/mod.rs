//! Plans that close findings.

mod json;
pub(crate) mod text;

use portreeve_checks::{Finding, Outcome};
use portreeve_fix::{Effect, Level, Plan};
use portreeve_model::Estate;
use portreeve_netset::Packet;

pub use json::write_fix_json;
pub use text::write_fix;

/// A finding that was to be fixed, and what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chosen {
    /// Its position in the outcome.
    pub finding: usize,
    /// The plan that is about it; `None` where it is gone once the other plans are applied, or waived.
    pub plan: Option<usize>,
    /// Whether a waiver leaves it out.
    pub waived: bool,
}

/// A plan with what is needed to tell it.
#[derive(Debug, Clone)]
pub struct PlanReport<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The estate that its first step meets.
    pub start: &'a Estate,
    /// The format that has the plan as a script; empty where no tool can carry it out.
    pub tool: &'static str,
    /// The calls of the vendor's tool for each step; `None` where a step has none.
    pub calls: Vec<Option<Vec<String>>>,
    /// The calls of the way back, in the same form.
    pub undo: Vec<Option<Vec<String>>>,
}

/// Everything that a fix says.
#[derive(Debug, Clone, Copy)]
pub struct FixReport<'a> {
    /// What the documents say.
    pub estate: &'a Estate,
    /// What the check found.
    pub outcome: &'a Outcome,
    /// The findings that were to be fixed, in the order of the outcome.
    pub chosen: &'a [Chosen],
    /// The plans, to be applied in this order.
    pub plans: &'a [PlanReport<'a>],
    /// Traffic that had to survive and that no plan could spare.
    pub refused: &'a [String],
    /// What is worth knowing of all plans.
    pub notes: &'a [String],
}

impl<'a> FixReport<'a> {
    /// The findings that a plan is about.
    pub(crate) fn closes(&self, plan: usize) -> impl Iterator<Item = &'a Finding> {
        let (outcome, chosen) = (self.outcome, self.chosen);
        chosen
            .iter()
            .filter(move |chosen| chosen.plan == Some(plan))
            .filter_map(move |chosen| outcome.findings.get(chosen.finding))
    }

    /// What came of a finding, in a word.
    pub(crate) fn answer(&self, chosen: &Chosen) -> &'static str {
        match chosen.plan.and_then(|plan| self.plans.get(plan)) {
            _ if chosen.waived => "waived",
            Some(told) if told.plan.level == Level::Manual => "manual",
            Some(_) => "plan",
            None => "closed",
        }
    }
}

/// One packet that no longer passes: from the internet where there is one.
pub(crate) fn witness(effect: &Effect) -> Option<Packet> {
    let closed = effect.before.difference(&effect.after);
    let from = if closed.is_empty() { &effect.lost } else { &closed };
    from.witness()
}
