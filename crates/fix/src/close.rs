//! Closing unwanted traffic: the job, its candidates, and the choice among them.

use std::collections::BTreeSet;

use portreeve_engine::{Index, RuleRef};
use portreeve_model::{Acts, Direction, Edit, Estate, GroupIx, Otherwise, Profile, Rule, Writing};
use portreeve_netset::{AddressSet, Cidr, PacketSet};

use crate::admin;
use crate::aim::{Keep, Options, Stay, Subject, private};
use crate::plan::{Effect, Level, Plan, Step, Strategy};
use crate::prove;
use crate::reach::{Probe, is_cuttable, names_somebody};
use crate::scene::{Context, Picture, Scene, contexts_of, interfaces};
use crate::{deny, needed, replace, shape, squeeze, undo};

/// An edit with what is said of it.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) edit: Edit,
    pub(crate) rule: Option<Box<Rule>>,
    pub(crate) why: String,
}

/// A change that may or may not do.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub(crate) strategy: Strategy,
    pub(crate) drafts: Vec<Draft>,
    /// What it means to close: what was asked, give or take what no rule can say.
    pub(crate) unwanted: PacketSet,
}

/// Everything that is known of one closing.
pub(crate) struct Job<'e> {
    pub(crate) estate: &'e Estate,
    pub(crate) scene: Scene,
    pub(crate) direction: Direction,
    /// The groups that may be edited.
    pub(crate) groups: Vec<GroupIx>,
    /// Groups that would have to be, and may not.
    pub(crate) managed: Vec<GroupIx>,
    pub(crate) unwanted: PacketSet,
    pub(crate) before: Picture,
    /// What is left when everything that may be cut is.
    pub(crate) bare: Picture,
    /// The rules that have to be cut.
    pub(crate) victims: BTreeSet<RuleRef>,
    /// What rules of these groups may say.
    pub(crate) writing: Writing,
}

impl<'e> Job<'e> {
    /// Looks at what has to be closed; nothing where nothing of it is open.
    pub(crate) fn new(
        index: &Index<'_>,
        estate: &'e Estate,
        subject: &Subject,
        direction: Direction,
        asked: &PacketSet,
        options: &Options,
    ) -> Option<Self> {
        let (groups, contexts) = stage(index, subject);
        let profile = groups.first().map(|ix| estate.profile(estate.group(*ix).profile))?;
        let spared =
            spared(profile, direction, options, &contexts).union(&shape::unwritable(&PacketSet::all()));
        let scene = Scene::new(index, estate, contexts);
        let (managed, groups): (Vec<GroupIx>, Vec<GroupIx>) =
            groups.into_iter().partition(|ix| estate.group(*ix).managed);
        let mut probe = Probe::new(&scene.estate);
        let rules: Vec<RuleRef> =
            groups.iter().flat_map(|ix| cuttable_rules(estate, *ix, direction)).collect();
        let unwanted = asked.project().difference(&spared);
        let unwanted = match options.stay {
            Stay::Private => unwanted.difference(&named_by_rules(&scene, &mut probe, &rules)),
            Stay::Named(_) => unwanted,
        };
        let meets = |at: &RuleRef| {
            scene.rule(at.group, at.rule).is_some_and(|rule| !probe.widest(rule).is_disjoint(&unwanted))
        };
        let cuttable: BTreeSet<RuleRef> = rules.into_iter().filter(meets).collect();
        let before = scene.picture(direction);
        let bare = bare(&scene, &cuttable, direction).picture(direction);
        let victims = needed::needed(&scene, direction, &cuttable, &unwanted);
        let writing = writing(estate, profile, &scene);
        let job =
            Self { estate, scene, direction, groups, managed, unwanted, before, bare, victims, writing };
        let target = prove::target(&job.before, &job.bare, &job.unwanted);
        let exact = job.scene.pairs().map(|(context, _)| context.exact);
        let open =
            exact.zip(job.before.iter().zip(&target)).any(|(exact, (one, other))| exact && one != other);
        let stuck = !job.managed.is_empty()
            && job.before.iter().any(|view| !view.possibly.is_disjoint(&job.unwanted));
        (open || stuck).then_some(job)
    }

    /// The profile by which the groups are written.
    pub(crate) fn profile(&self) -> Option<&Profile> {
        let group = self.groups.first().or_else(|| self.managed.first())?;
        Some(self.estate.profile(self.estate.group(*group).profile))
    }

    /// The smallest plan that was proved; otherwise why there is none.
    pub(crate) fn plan(&self, aims: &[usize], options: &Options) -> Plan {
        let mut reasons = Vec::new();
        let mut best: Option<Plan> = None;
        for candidate in self.candidates(options, &mut reasons) {
            // A candidate with more calls than a proved one need not be tried.
            let longer =
                |best: &Plan| best.level == Level::Narrowing && candidate.drafts.len() > best.steps.len();
            if best.as_ref().is_some_and(longer) {
                continue;
            }
            if let Some(plan) = self.judge(&candidate, aims, options, &mut reasons)
                && best.as_ref().is_none_or(|best| cost(&plan) < cost(best))
            {
                best = Some(plan);
            }
        }
        best.unwrap_or_else(|| self.stuck(aims, reasons))
    }

    fn candidates(&self, options: &Options, reasons: &mut Vec<String>) -> Vec<Candidate> {
        let mut found = Vec::new();
        match replace::candidate(self) {
            Ok(candidate) => found.push(candidate),
            Err(reason) => reasons.push(reason),
        }
        found.extend(deny::candidates(self));
        let wanted = |candidate: &Candidate| match options.strategy {
            None => true,
            Some(Strategy::Replace) => candidate.strategy != Strategy::Deny,
            Some(wanted) => wanted == candidate.strategy,
        };
        found.retain(wanted);
        found
    }

    /// Tries a candidate on a copy.
    fn judge(
        &self,
        candidate: &Candidate,
        aims: &[usize],
        options: &Options,
        reasons: &mut Vec<String>,
    ) -> Option<Plan> {
        if candidate.drafts.is_empty() {
            return None;
        }
        let drafts = squeeze::fit(self.estate, candidate.drafts.clone());
        let candidate =
            &Candidate { drafts: drafts.map_err(|reason| reasons.push(reason)).ok()?, ..candidate.clone() };
        let edits: Vec<Edit> = candidate.drafts.iter().map(|draft| draft.edit.clone()).collect();
        let after = self.scene.after(&edits).picture(self.direction);
        let target = prove::target(&self.before, &self.bare, &candidate.unwanted);
        if !prove::hits(&self.scene, &self.before, &after, &target) {
            let name = candidate.strategy.as_str();
            reasons.push(format!("`{name}` would change more or less than the unwanted traffic"));
            return None;
        }
        let proved = prove::steps(&self.scene, self.direction, &self.before, &after, &edits);
        if proved.contains(&false) {
            reasons.push(format!(
                "`{}` has no order of calls that is safe at every step",
                candidate.strategy.as_str()
            ));
            return None;
        }
        Some(self.finish(candidate, &edits, &after, aims, options))
    }

    fn finish(
        &self,
        candidate: &Candidate,
        edits: &[Edit],
        after: &Picture,
        aims: &[usize],
        options: &Options,
    ) -> Plan {
        let steps = candidate.drafts.iter().map(|draft| Step {
            edit: draft.edit.clone(),
            rule: draft.rule.clone(),
            why: draft.why.clone(),
            proved: true,
        });
        let effects = effects(&self.scene, self.direction, &self.before, after);
        let (admins, mut reasons) = admin::look(self, after, options);
        let exact = self.scene.pairs().zip(after).filter(|((context, _), _)| context.exact);
        if exact.map(|(_, view)| view).any(|view| !view.possibly.is_disjoint(&self.unwanted)) {
            reasons.extend(self.kept_by_services());
        }
        reasons.extend(cut_flows(&options.keep, self, after));
        let mut groups: Vec<GroupIx> = edits.iter().filter_map(edited).collect();
        groups.sort_unstable();
        groups.dedup();
        Plan {
            strategy: candidate.strategy,
            level: if reasons.is_empty() { Level::Narrowing } else { Level::Manual },
            aims: aims.to_vec(),
            groups,
            unwanted: candidate.unwanted.clone(),
            steps: steps.collect(),
            effects,
            admins,
            notes: self.notes(candidate, after),
            reasons,
            rollback: undo::rollback(&self.scene.estate, edits),
        }
    }

    fn notes(&self, candidate: &Candidate, after: &Picture) -> Vec<String> {
        let mut notes = Vec::new();
        let sessions = self.profile().map_or("", |profile| profile.writing.sessions);
        if !sessions.is_empty() {
            notes.push(sessions.to_owned());
        }
        let besides = candidate.unwanted.difference(&self.unwanted);
        if !besides.is_empty() {
            notes.push(format!("what no rule can say goes with it: {besides}"));
        }
        if after.iter().any(|view| !view.surely.is_disjoint(&self.unwanted)) {
            notes.push("other rules still let a part of it through on some interfaces".to_owned());
        } else if after.iter().any(|view| !view.possibly.is_disjoint(&self.unwanted)) {
            notes.push(
                "rules of which the documents do not tell everything may still let a part of it through"
                    .to_owned(),
            );
        }
        notes
    }

    /// Which groups could not be changed.
    fn kept_by_services(&self) -> impl Iterator<Item = String> {
        self.managed.iter().map(|ix| {
            let id = self.estate.text(self.estate.group(*ix).id);
            format!("`{id}` is kept by a service of the cloud, which alone may change it")
        })
    }

    /// A plan without steps: what keeps it from being computed.
    fn stuck(&self, aims: &[usize], mut reasons: Vec<String>) -> Plan {
        reasons.extend(self.kept_by_services());
        if reasons.is_empty() {
            reasons.push("no rule that may be changed lets it through".to_owned());
        }
        let mut said: Vec<String> = Vec::new();
        for reason in reasons {
            if !said.contains(&reason) {
                said.push(reason);
            }
        }
        Plan {
            strategy: Strategy::Replace,
            level: Level::Manual,
            aims: aims.to_vec(),
            groups: self.groups.iter().chain(&self.managed).copied().collect(),
            unwanted: self.unwanted.clone(),
            steps: Vec::new(),
            effects: Vec::new(),
            admins: Vec::new(),
            notes: Vec::new(),
            reasons: said,
            rollback: Vec::new(),
        }
    }
}

/// What makes a plan better than another: proved, then fewer calls, then fewer groups.
fn cost(plan: &Plan) -> (Level, usize, usize) {
    (plan.level, plan.steps.len(), plan.groups.len())
}

/// What rules may say: only one port range where a server that carries the group would ignore rules with several.
fn writing(estate: &Estate, profile: &Profile, scene: &Scene) -> Writing {
    let instances = scene.contexts.iter().flat_map(|context| &context.class.interfaces);
    let mut flavours =
        instances.filter_map(|ix| Some(estate.instance(estate.interface(*ix).instance?).flavour));
    let weak = |flavour: &str| {
        let kinds = profile.weak_flavours.iter().filter(|kind| kind.no_split_ports);
        kinds.into_iter().any(|kind| flavour.starts_with(kind.prefix))
    };
    if profile.writing.port_ranges > 1 && flavours.any(|flavour| weak(estate.text(flavour))) {
        return Writing { port_ranges: 1, ..profile.writing };
    }
    profile.writing
}

/// The group that an edit is made in.
pub(crate) fn edited(edit: &Edit) -> Option<GroupIx> {
    match edit {
        Edit::AddRule(group, _)
        | Edit::RemoveRule(group, _)
        | Edit::ChangeRule(group, _, _)
        | Edit::DeleteGroup(group) => Some(*group),
        Edit::Join(..) | Edit::Leave(..) | Edit::CreateGroup(_) => None,
    }
}

/// The groups in question and where they act.
fn stage(index: &Index<'_>, subject: &Subject) -> (Vec<GroupIx>, Vec<Context>) {
    match subject {
        Subject::Group(group) => (vec![*group], contexts_of(index, *group)),
        Subject::Interfaces(interfaces) => {
            let classes: BTreeSet<_> = interfaces.iter().map(|ix| index.class_of(*ix)).collect();
            let groups: BTreeSet<GroupIx> =
                classes.iter().flat_map(|ix| index.class(*ix).groups.iter().copied()).collect();
            let mut contexts: Vec<Context> = Vec::new();
            for context in groups.iter().flat_map(|group| contexts_of(index, *group)) {
                let first = context.class.interfaces.first();
                let exact = first.is_some_and(|ix| classes.contains(&index.class_of(*ix)));
                if !contexts.iter().any(|known| known.class == context.class) {
                    contexts.push(Context { exact, ..context });
                }
            }
            (groups.into_iter().collect(), contexts)
        }
    }
}

/// The rules of a group that a plan may cut.
fn cuttable_rules(estate: &Estate, group: GroupIx, direction: Direction) -> impl Iterator<Item = RuleRef> {
    let rules = (0..).zip(&estate.group(group).rules);
    rules.filter(move |(_, rule)| is_cuttable(rule, direction)).map(move |(rule, _)| RuleRef { group, rule })
}

/// What rules let through that name somebody.
fn named_by_rules(scene: &Scene, probe: &mut Probe, rules: &[RuleRef]) -> PacketSet {
    let said = rules.iter().filter_map(|at| scene.rule(at.group, at.rule));
    let named = said.filter(|rule| names_somebody(&scene.estate, rule));
    PacketSet::union_all(named.filter_map(|rule| probe.reach(rule)).collect::<Vec<_>>())
}

/// What is not to be closed though it is unwanted: whose connections stay, health checks, and what has to survive.
fn spared(profile: &Profile, direction: Direction, options: &Options, contexts: &[Context]) -> PacketSet {
    let mut peers = match &options.stay {
        Stay::Private => private(direction),
        Stay::Named(peers) => peers.clone(),
    };
    if direction == Direction::Ingress {
        let blocks = profile.writing.health_checks.iter();
        let blocks = blocks.filter_map(|(address, len)| Cidr::new(address.parse().ok()?, *len));
        peers = peers.union(&blocks.collect::<AddressSet>());
    }
    let touched = |keep: &&Keep| {
        keep.direction == direction
            && contexts.iter().any(|context| context.class.interfaces.contains(&keep.interface))
    };
    let kept = options.keep.iter().filter(touched).map(|keep| keep.packets.project());
    PacketSet::union_all(kept).union(&PacketSet::all().restrict_peers(&peers))
}

/// The scene without the rules that may be cut, and where nothing passes by default.
fn bare(scene: &Scene, cuttable: &BTreeSet<RuleRef>, direction: Direction) -> Scene {
    let mut bare = scene.clone();
    for rule in cuttable {
        let rules = bare.estate.groups.get_mut(rule.group.at()).map(|group| &mut group.rules);
        if let Some(rule) = rules.and_then(|rules| rules.get_mut(rule.rule as usize)) {
            rule.acts = Acts::Never;
        }
    }
    for profile in &mut bare.estate.profiles {
        match direction {
            Direction::Ingress => profile.ingress = Otherwise::Deny,
            Direction::Egress => profile.egress = Otherwise::Deny,
        }
    }
    bare
}

/// What a change means for each context that it changes.
pub(crate) fn effects(scene: &Scene, direction: Direction, before: &Picture, after: &Picture) -> Vec<Effect> {
    let places = scene.places.len().max(1);
    let pictures = before.chunks(places).zip(after.chunks(places));
    let mut found = Vec::new();
    for (context, (before, after)) in scene.contexts.iter().zip(pictures) {
        let lost = before.iter().zip(after).map(|(before, after)| {
            before.surely.difference(&after.surely).union(&before.possibly.difference(&after.possibly))
        });
        let lost = PacketSet::union_all(lost);
        if let ([first, ..], [then, ..], false) = (before, after, lost.is_empty()) {
            found.push(Effect {
                groups: context.class.groups.to_vec(),
                interfaces: interfaces(context),
                direction,
                before: first.surely.clone(),
                after: then.surely.clone(),
                lost,
            });
        }
    }
    found
}

/// The kept flows that a change would cut, in words.
fn cut_flows(keep: &[Keep], job: &Job<'_>, after: &Picture) -> Vec<String> {
    let mut cut = Vec::new();
    for flow in keep.iter().filter(|flow| flow.direction == job.direction) {
        let own = |(context, _): &(&Context, _)| context.class.interfaces.contains(&flow.interface);
        let views = job.scene.pairs().zip(job.before.iter().zip(after)).filter(|(pair, _)| own(pair));
        let mut lost = views.map(|(_, (before, after))| before.surely.difference(&after.surely));
        if lost.any(|lost| !lost.is_disjoint(&flow.packets)) {
            cut.push(format!("it would cut `{}`, which has to survive", flow.name));
        }
    }
    cut
}
