//! A plan: steps in a safe order, what they change, and how to undo them.

use portreeve_model::{Direction, Edit, GroupIx, InterfaceIx, Rule};
use portreeve_netset::{AddressSet, PacketSet};

/// How a plan goes about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Strategy {
    /// Rules go whose whole reach is unwanted, or that change nothing.
    Remove,
    /// Wide rules give way to narrow ones.
    Replace,
    /// A deny rule of higher rank.
    Deny,
    /// A copy of the group for some of its interfaces.
    Clone,
    /// Fewer rules that say the same.
    Consolidate,
    /// A group goes.
    Delete,
}

impl Strategy {
    /// All strategies.
    pub const ALL: [Self; 6] =
        [Self::Remove, Self::Replace, Self::Deny, Self::Clone, Self::Consolidate, Self::Delete];

    /// Its name, lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Remove => "remove",
            Self::Replace => "replace",
            Self::Deny => "deny",
            Self::Clone => "clone",
            Self::Consolidate => "consolidate",
            Self::Delete => "delete",
        }
    }
}

/// What was proved of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// What passes is equal before and after.
    Preserving,
    /// What no longer passes is exactly the unwanted traffic.
    Narrowing,
    /// A person has to decide: [`Plan::reasons`] say what.
    Manual,
}

impl Level {
    /// Its name, lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Preserving => "preserving",
            Self::Narrowing => "narrowing",
            Self::Manual => "manual",
        }
    }
}

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The edit, in the estate that the earlier steps leave.
    pub edit: Edit,
    /// The rule that the edit removes or changes, as it is before; for a new rule, the one whose words it takes over.
    pub rule: Option<Box<Rule>>,
    /// Why.
    pub why: String,
    /// Whether the state after this step was shown to let through nothing that passes neither before nor after the plan, and
    /// everything that passes both before and after.
    pub proved: bool,
}

/// What a plan means for the interfaces of one class, or for a group that no interface carries alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// The groups, in order where order counts.
    pub groups: Vec<GroupIx>,
    /// The interfaces; empty for a group judged alone.
    pub interfaces: Vec<InterfaceIx>,
    /// Which way.
    pub direction: Direction,
    /// What the internet could surely open before.
    pub before: PacketSet,
    /// What it can surely open after.
    pub after: PacketSet,
    /// What no longer passes, from anywhere.
    pub lost: PacketSet,
}

/// Who can still administer servers whose administration port a plan closes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admin {
    /// The interfaces.
    pub interfaces: Vec<InterfaceIx>,
    /// 22 or 3389.
    pub port: u16,
    /// The addresses that can still connect.
    pub remaining: AddressSet,
}

/// A computed change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// How.
    pub strategy: Strategy,
    /// What was proved of it.
    pub level: Level,
    /// The aims that it reaches, by their positions in what was asked.
    pub aims: Vec<usize>,
    /// The groups that it edits.
    pub groups: Vec<GroupIx>,
    /// What it closes; empty where nothing is.
    pub unwanted: PacketSet,
    /// The calls in order. A manual plan may have none, or steps that a person may take after having decided.
    pub steps: Vec<Step>,
    /// What it means for each class, affected ones only.
    pub effects: Vec<Effect>,
    /// Who can still administer, where the plan closes an administration port.
    pub admins: Vec<Admin>,
    /// What is worth knowing.
    pub notes: Vec<String>,
    /// Why it is left to a person; empty unless it is manual.
    pub reasons: Vec<String>,
    /// The way back, in order: restores every rule with its id, words, priority and position.
    pub rollback: Vec<Edit>,
}

impl Plan {
    /// The edits in order.
    pub fn edits(&self) -> impl Iterator<Item = &Edit> {
        self.steps.iter().map(|step| &step.edit)
    }

    /// Whether the plan may be applied as it is.
    pub fn is_proved(&self) -> bool {
        self.level != Level::Manual && self.steps.iter().all(|step| step.proved)
    }
}
