//! Chains of rules with jumps, put together to one list that is decided by the first match.

use hashbrown::HashMap;
use portreeve_model::{Action, Direction};

use super::traffic::Traffic;

/// What a rule of a chain does with what it matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    Decide(Action),
    /// Goes through another chain and comes back.
    Jump(String),
    /// Goes through another chain and comes back to where this chain was called from.
    Goto(String),
    Return,
    /// Something that was not understood, or that these rules do not decide: it may pass or not.
    Unknown(String),
}

/// One rule of a chain.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) traffic: Traffic,
    /// Why it may match less than that.
    pub(super) doubt: Option<String>,
    pub(super) verdict: Verdict,
    /// The rule's name within its firewall.
    pub(super) id: String,
    /// The rule as the user wrote it.
    pub(super) words: String,
}

/// The chains of a table by their names.
pub(super) type Chains = HashMap<String, Vec<Step>>;

/// One rule of the list that comes out.
#[derive(Debug, Clone)]
pub(super) struct Ruling {
    pub(super) traffic: Traffic,
    pub(super) action: Action,
    pub(super) doubt: Option<String>,
    pub(super) id: String,
    pub(super) words: String,
}

/// The rules that a packet meets in one base chain.
#[derive(Debug, Clone)]
pub(super) struct Filter {
    /// Its name within the host, such as `iptables filter INPUT`.
    pub(super) name: String,
    pub(super) direction: Direction,
    pub(super) rulings: Vec<Ruling>,
    pub(super) otherwise: portreeve_model::Otherwise,
    /// Why there may be more rules than these.
    pub(super) incomplete: Option<String>,
}

/// Chains within each other beyond this depth are not followed; the kernel's own limit is 16.
const DEPTH: usize = 16;
/// So many rules of one base chain are put together.
const RULES: usize = 20_000;
/// So many rules are looked at on the way.
const STEPS: usize = 200_000;

/// Puts the rules of a base chain and of all chains that it calls into one list.
pub(super) fn flatten(chains: &Chains, base: &str) -> (Vec<Ruling>, Option<String>) {
    let mut walk = Walk { chains, out: Vec::new(), steps: 0, cut: None };
    walk.chain(base, &Branch { traffic: Traffic::all(), doubt: None }, 0);
    (walk.out, walk.cut)
}

/// Packets on their way through a chain.
#[derive(Debug, Clone)]
struct Branch {
    traffic: Traffic,
    /// Why they may not come here.
    doubt: Option<String>,
}

struct Walk<'c> {
    chains: &'c Chains,
    out: Vec<Ruling>,
    steps: usize,
    cut: Option<String>,
}

impl Walk<'_> {
    fn chain(&mut self, name: &str, entering: &Branch, depth: usize) {
        let Some(steps) = self.chains.get(name) else {
            self.cut.get_or_insert_with(|| format!("chain `{name}` is not in the text"));
            return;
        };
        if depth > DEPTH {
            self.cut.get_or_insert_with(|| format!("chains call each other too deep at `{name}`"));
            return;
        }
        let mut branches = vec![entering.clone()];
        for (at, step) in steps.iter().enumerate() {
            let next = steps.get(at + 1);
            if step.doubt.is_some() && next.is_some_and(|next| next.verdict == step.verdict && always(next)) {
                // The next rule does the same with everything, so that the doubt does not matter.
                continue;
            }
            for branch in std::mem::take(&mut branches) {
                self.step(step, branch, &mut branches, depth);
            }
        }
    }

    /// One rule and one branch; what goes on in this chain is added to `on`.
    fn step(&mut self, step: &Step, branch: Branch, on: &mut Vec<Branch>, depth: usize) {
        self.steps += 1;
        if self.out.len() > RULES || self.steps > STEPS {
            self.cut.get_or_insert_with(|| {
                format!("there are more than {RULES} rules once chains are put together")
            });
            return;
        }
        let traffic = branch.traffic.and(&step.traffic);
        if traffic.is_empty() {
            return on.push(branch);
        }
        let doubt = branch.doubt.clone().or_else(|| step.doubt.clone());
        let matched = Branch { traffic, doubt };
        match &step.verdict {
            Verdict::Decide(action) => self.rule(step, &matched, *action),
            Verdict::Unknown(why) => {
                let doubt = Some(matched.doubt.clone().unwrap_or_else(|| why.clone()));
                let matched = Branch { doubt, ..matched };
                self.rule(step, &matched, Action::Deny);
                self.rule(step, &matched, Action::Allow);
            }
            Verdict::Jump(target) => self.chain(target, &matched, depth + 1),
            Verdict::Goto(target) => {
                self.chain(target, &matched, depth + 1);
                return split(&branch, &step.traffic, matched, step.doubt.as_ref(), on);
            }
            Verdict::Return => return split(&branch, &step.traffic, matched, step.doubt.as_ref(), on),
        }
        on.push(branch);
    }

    fn rule(&mut self, step: &Step, matched: &Branch, action: Action) {
        let Branch { traffic, doubt } = matched.clone();
        self.out.push(Ruling { traffic, action, doubt, id: step.id.clone(), words: step.words.clone() });
    }
}

/// Whether a rule matches everything, and surely so.
fn always(step: &Step) -> bool {
    step.doubt.is_none() && step.traffic.is_all()
}

/// What goes on in a chain after a rule that leaves it: all that the rule does not match; what it matches only where
/// that is in doubt.
fn split(branch: &Branch, left: &Traffic, matched: Branch, doubt: Option<&String>, on: &mut Vec<Branch>) {
    let rest = branch.traffic.minus(left);
    on.extend(rest.into_iter().map(|traffic| Branch { traffic, doubt: branch.doubt.clone() }));
    if doubt.is_some() {
        on.push(matched);
    }
}
