//! From findings to plans: what is chosen, whose connections stay, and what came of it.

mod aims;
mod allow;
mod choose;
mod keep;
mod near;
mod write;

use portreeve_checks::{Certainty, Outcome};
use portreeve_explain::Lookup;
use portreeve_fix::{Keep, Level, Only, Options, Plan, Strategy, plans};
use portreeve_model::{Edit, Estate};
use portreeve_report::{Chosen, FixReport, PlanReport, Status};

use crate::command::{Told, Tool, calls, script};
use crate::{FailOn, Verdict, nearest, verdict};

pub use choose::Choice;
pub use near::{Near, near};
pub use write::{WriteError, write_fixed};

/// What a user wants of a fix, in words as they were typed.
#[derive(Debug, Clone, Default)]
pub struct Wishes {
    /// Which findings; none named is all that count.
    pub choice: Choice,
    /// Who may go on: blocks, addresses, groups, lists or `private`.
    pub allow: Vec<String>,
    /// The name and the text of a file of traffic that has to survive.
    pub keep: Option<(String, String)>,
    /// Only plans of this strategy.
    pub strategy: Option<String>,
    /// Only this server is changed.
    pub only: Option<String>,
}

/// Why a fix could not be computed. The words say what to type instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FixError(String);

/// Plans for findings.
#[derive(Debug)]
pub struct Fixing {
    /// The estate, with the names of groups that plans create.
    estate: Estate,
    chosen: Vec<Chosen>,
    plans: Vec<Plan>,
    /// The estate that each plan meets, and the one after all that are proved.
    starts: Vec<Estate>,
    refused: Vec<String>,
    notes: Vec<String>,
}

/// Computes plans for the findings of a check.
///
/// # Errors
/// When a word means nothing: the message names what is near.
pub fn fix(
    estate: &Estate,
    outcome: &Outcome,
    statuses: &[Status],
    wishes: &Wishes,
) -> Result<Fixing, FixError> {
    let mut estate = estate.clone();
    let picked = choose::choose(&estate, outcome, &wishes.choice)?;
    let strategy = wishes.strategy.as_deref().map(strategy).transpose()?;
    let lookup = Lookup::new(&estate);
    let (stay, mut notes) = allow::stay(&estate, &wishes.allow)?;
    let keep = match &wishes.keep {
        Some((name, text)) => keep::keep(&estate, &lookup, name, text)?,
        None => Vec::new(),
    };
    let waived = |at: &usize| !statuses.get(*at).is_none_or(Status::counts);
    let asked: Vec<usize> = picked.iter().copied().filter(|at| !waived(at)).collect();
    let only = wishes.only.as_deref().map(|word| only(&mut estate, outcome, &lookup, &asked, word));
    let only = only.transpose()?;
    let aims: Vec<_> =
        asked.iter().filter_map(|at| Some(aims::aim(&estate, outcome, outcome.findings.get(*at)?))).collect();
    let options = Options { stay, keep, strategy, only };
    let plans = plans(&estate, &aims, &options);
    let plan_of = |at: usize| {
        let aim = asked.iter().position(|known| *known == at)?;
        let of = |manual: bool| {
            plans.iter().position(|plan| plan.aims.contains(&aim) && (plan.level == Level::Manual) == manual)
        };
        // What is left to a person counts more than what is done beside it.
        of(true).or_else(|| of(false))
    };
    let chosen: Vec<Chosen> =
        picked.iter().map(|at| Chosen { finding: *at, plan: plan_of(*at), waived: waived(at) }).collect();
    notes.extend(left_out(&chosen));
    let refused = refused(&plans, &options.keep);
    let starts = starts(&estate, &plans);
    Ok(Fixing { estate, chosen, plans, starts, refused, notes })
}

fn left_out(chosen: &[Chosen]) -> Option<String> {
    let waived = chosen.iter().filter(|chosen| chosen.waived).count();
    let findings = if waived == 1 { "finding is" } else { "findings are" };
    (waived > 0).then(|| format!("{waived} {findings} waived and left out: remove the waiver to fix it"))
}

fn strategy(word: &str) -> Result<Strategy, FixError> {
    let known = Strategy::ALL.into_iter().find(|strategy| strategy.as_str() == word.trim());
    known.ok_or_else(|| {
        let words: Vec<&str> = Strategy::ALL.iter().map(|strategy| strategy.as_str()).collect();
        let near = nearest(word, words.iter().copied());
        let hint = near.map_or_else(
            || format!("use one of {}", words.join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        FixError(format!("there is no strategy `{word}`: {hint}"))
    })
}

/// The interfaces of one server, and the names of the copy of the group that they move to.
fn only(
    estate: &mut Estate,
    outcome: &Outcome,
    lookup: &Lookup,
    asked: &[usize],
    word: &str,
) -> Result<Only, FixError> {
    let end = crate::ask::end(estate, lookup, word).map_err(|error| FixError(error.to_string()))?;
    let interfaces = crate::ask::interfaces_of(&end);
    let mut groups: Vec<_> =
        asked.iter().filter_map(|at| outcome.findings.get(*at)).map(|finding| finding.group).collect();
    groups.sort_unstable();
    groups.dedup();
    let [Some(group)] = groups.as_slice() else {
        return Err(FixError(
            "`--only` moves a server to a copy of one group: choose its findings with `--group`".to_owned(),
        ));
    };
    let group = estate.groups.get(group.at());
    let (id, name) = group.map_or(("", ""), |group| (estate.text(group.id), estate.text(group.name)));
    let id = format!("copy-of-{id}");
    let name = if name.is_empty() { id.clone() } else { format!("{name}-copy") };
    Ok(Only { interfaces, id: estate.texts.intern(&id), name: estate.texts.intern(&name) })
}

/// The traffic that plans were refused for.
fn refused(plans: &[Plan], keep: &[Keep]) -> Vec<String> {
    let reasons: Vec<&String> = plans.iter().flat_map(|plan| &plan.reasons).collect();
    let mut names: Vec<String> = keep
        .iter()
        .map(|keep| &keep.name)
        .filter(|name| reasons.iter().any(|reason| reason.contains(name.as_str())))
        .cloned()
        .collect();
    names.dedup();
    names
}

fn starts(estate: &Estate, plans: &[Plan]) -> Vec<Estate> {
    let mut starts = vec![estate.clone()];
    for plan in plans {
        let last = starts.last().cloned().unwrap_or_default();
        let edits: Vec<Edit> =
            if plan.level == Level::Manual { Vec::new() } else { plan.edits().cloned().collect() };
        starts.push(Edit::apply_all(&edits, &last));
    }
    starts
}

impl Fixing {
    /// The estate, with the names of groups that plans create.
    pub fn estate(&self) -> &Estate {
        &self.estate
    }

    /// The plans in order.
    pub fn plans(&self) -> &[Plan] {
        &self.plans
    }

    /// What came of each finding that was chosen.
    pub fn chosen(&self) -> &[Chosen] {
        &self.chosen
    }

    /// Traffic that had to survive and that no plan could spare.
    pub fn refused(&self) -> &[String] {
        &self.refused
    }

    /// The edits of all plans that need no person's decision.
    pub fn edits(&self) -> Vec<Edit> {
        let proved = self.plans.iter().filter(|plan| plan.level != Level::Manual);
        proved.flat_map(Plan::edits).cloned().collect()
    }

    /// The estate after all plans that need no person's decision.
    pub fn after(&self) -> &Estate {
        self.starts.last().unwrap_or(&self.estate)
    }

    /// Lends what a report is made from.
    pub fn report<R>(&self, outcome: &Outcome, write: impl FnOnce(&FixReport<'_>) -> R) -> R {
        let plans: Vec<PlanReport<'_>> = self
            .plans
            .iter()
            .zip(&self.starts)
            .map(|(plan, start)| {
                let after = after_of(plan, start);
                PlanReport {
                    plan,
                    start,
                    tool: tool(start, plan),
                    calls: calls(&forward(plan, start)),
                    undo: calls(&back(plan, start, &after)),
                }
            })
            .collect();
        write(&FixReport {
            estate: &self.estate,
            outcome,
            chosen: &self.chosen,
            plans: &plans,
            refused: &self.refused,
            notes: &self.notes,
        })
    }

    /// A script, or a configuration, that carries the proved plans out.
    pub fn script(&self, outcome: &Outcome, tool: Tool) -> String {
        let lists: Vec<Told<'_>> = self
            .proved()
            .map(|(at, plan, start)| Told { about: self.about(outcome, at), ..forward(plan, start) })
            .collect();
        script(tool, &lists)
    }

    /// The script that undoes the proved plans, the last first, for the tool of the only cloud that they are about.
    ///
    /// # Errors
    /// When plans are about several clouds.
    pub fn rollback(&self, outcome: &Outcome) -> Result<String, FixError> {
        let tool = match self.estate.providers.as_slice() {
            [] | ["alibaba"] => Tool::Aliyun,
            ["huawei"] => Tool::Hcloud,
            _ => {
                let of = |tool: Tool| !self.script(outcome, tool).contains("# There is nothing to do.");
                match (of(Tool::Aliyun), of(Tool::Hcloud)) {
                    (true, true) => {
                        return Err(FixError(
                            "the plans are about groups of two clouds, whose tools differ: choose the findings of one with \
                             `--group`"
                                .to_owned(),
                        ));
                    }
                    (_, true) => Tool::Hcloud,
                    _ => Tool::Aliyun,
                }
            }
        };
        let after: Vec<Estate> = self.proved().map(|(_, plan, start)| after_of(plan, start)).collect();
        let mut lists: Vec<Told<'_>> = self
            .proved()
            .zip(&after)
            .map(|((at, plan, start), after)| Told {
                about: vec![format!("undo fix {}", at + 1)],
                ..back(plan, start, after)
            })
            .collect();
        lists.reverse();
        Ok(script(tool, &lists))
    }

    fn proved(&self) -> impl Iterator<Item = (usize, &Plan, &Estate)> {
        let each = (0..).zip(self.plans.iter().zip(&self.starts));
        each.filter(|(_, (plan, _))| plan.level != Level::Manual).map(|(at, (plan, start))| (at, plan, start))
    }

    fn about(&self, outcome: &Outcome, at: usize) -> Vec<String> {
        let plan = self.plans.get(at);
        let mut lines = vec![format!(
            "fix {}: {}, {}",
            at + 1,
            plan.map_or("", |plan| plan.strategy.as_str()),
            plan.map_or("", |plan| plan.level.as_str())
        )];
        let closed = self.chosen.iter().filter(|chosen| chosen.plan == Some(at));
        for finding in closed.filter_map(|chosen| outcome.findings.get(chosen.finding)) {
            let item = outcome.item(finding);
            lines.push(format!("closes {} {}: {}", item.id, finding.fingerprint, item.title));
        }
        lines.extend(plan.into_iter().flat_map(|plan| &plan.notes).map(|note| format!("note: {note}")));
        lines
    }

    /// How a run ends: with findings while one is left to a person, undecided while only gaps leave one so.
    pub fn verdict(&self, outcome: &Outcome, statuses: &[Status]) -> Verdict {
        let manual = |chosen: &&Chosen| {
            let plan = chosen.plan.and_then(|plan| self.plans.get(plan));
            !chosen.waived && plan.is_some_and(|plan| plan.level == Level::Manual)
        };
        let certainties = self.chosen.iter().filter(manual).map(|chosen| {
            outcome.findings.get(chosen.finding).map_or(Certainty::Sure, |finding| finding.certainty)
        });
        let certainties: Vec<Certainty> = certainties.collect();
        if certainties.contains(&Certainty::Sure) {
            Verdict::Findings
        } else if !certainties.is_empty() || !self.estate.unread.is_empty() {
            Verdict::Undecided
        } else if self.chosen.is_empty() {
            // Nothing was found: gaps may still hide something.
            verdict(&self.estate, outcome, statuses, FailOn::Never)
        } else {
            Verdict::Clean
        }
    }
}

/// The format of the cloud whose groups a plan edits.
fn tool(estate: &Estate, plan: &Plan) -> &'static str {
    let first = plan.edits().find_map(|edit| crate::command::vendor_of_edit(estate, edit));
    match first {
        Some("alibaba") => "aliyun",
        Some("huawei") => "hcloud",
        _ => "",
    }
}

fn forward<'p>(plan: &'p Plan, start: &'p Estate) -> Told<'p> {
    let edits = plan.steps.iter().map(|step| (&step.edit, step.why.clone())).collect();
    Told { about: Vec::new(), estate: start, edits, undoes: None }
}

fn back<'p>(plan: &'p Plan, start: &'p Estate, after: &'p Estate) -> Told<'p> {
    let edits = plan.rollback.iter().map(|edit| (edit, why_back(edit).to_owned())).collect();
    Told { about: Vec::new(), estate: after, edits, undoes: Some(start) }
}

fn why_back(edit: &Edit) -> &'static str {
    match edit {
        Edit::AddRule(..) => "what was there before comes back; the platform gives it another id",
        Edit::RemoveRule(..) => "what the fix had added goes",
        Edit::ChangeRule(..) => "the rule becomes what it was",
        Edit::Join(..) => "the interface is in its group again",
        Edit::Leave(..) => "the interface is out of the group again",
        Edit::CreateGroup(_) => "the group comes back; the platform gives it another id",
        Edit::DeleteGroup(_) => "the copy goes",
    }
}

/// The estate after one plan, also where it is left to a person.
fn after_of(plan: &Plan, start: &Estate) -> Estate {
    let edits: Vec<Edit> = plan.edits().cloned().collect();
    Edit::apply_all(&edits, start)
}

#[cfg(test)]
mod tests;
