//! Asks every checkpoint of a path, and puts their answers together.

use std::sync::{Arc, RwLock};

use hashbrown::HashMap;
use portreeve_engine::{Bound, ClassIx, Index, Place, Policy};
use portreeve_model::{AclIx, Direction, Estate, Host, InstanceIx};
use portreeve_netset::PacketSet;

use crate::answer::{Answer, Part, Step, Verdict};
use crate::carrier;
use crate::end::{Lookup, Spot};
use crate::path::{Pair, Path};
use crate::question::{Question, Unanswerable};
use crate::say::Say;
use crate::ways;

/// How to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "four switches that have nothing to do with each other")]
pub struct Options {
    /// Whether the platform was asked to unblock outbound TCP 25.
    pub smtp_unblocked: bool,
    /// Whether to look for causes.
    pub causes: bool,
    /// Whether to look for the smallest changes that would help. Each is proved on a changed copy of the estate.
    pub plans: bool,
    /// Whether to name every rule that matches, and not only the deciding one.
    pub trace: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { smtp_unblocked: false, causes: true, plans: true, trace: false }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Owner {
    Class(ClassIx, Place),
    Acl(AclIx),
}

/// Answers questions about one estate. Policies are compiled when they are first met and kept.
#[derive(Debug)]
pub struct Explainer<'e> {
    pub(crate) index: &'e Index<'e>,
    pub(crate) estate: &'e Estate,
    pub(crate) lookup: &'e Lookup,
    pub(crate) options: Options,
    pub(crate) say: Say<'e>,
    hosts: HashMap<InstanceIx, &'e Host>,
    policies: RwLock<HashMap<(Owner, Direction), Pair>>,
}

impl<'e> Explainer<'e> {
    /// An explainer of the estate behind an index.
    pub fn new(index: &'e Index<'e>, lookup: &'e Lookup, options: Options) -> Self {
        let estate = index.estate();
        let hosts = estate.hosts.iter().map(|host| (host.instance, host)).collect();
        Self { index, estate, lookup, options, say: Say(estate), hosts, policies: RwLock::default() }
    }

    /// An explainer of the same estate that answers in another way.
    #[must_use]
    pub fn with(&self, options: Options) -> Self {
        Self::new(self.index, self.lookup, options)
    }

    /// How it answers.
    pub fn options(&self) -> Options {
        self.options
    }

    /// The index that it works with.
    pub fn index(&self) -> &'e Index<'e> {
        self.index
    }

    /// The estate that is asked about.
    pub fn estate(&self) -> &'e Estate {
        self.estate
    }

    /// The ids of the groups of a class.
    pub fn group_ids(&self, class: ClassIx) -> Vec<&'e str> {
        let groups = self.index.class(class).groups.iter();
        groups.map(|ix| self.estate.text(self.estate.group(*ix).id)).collect()
    }

    /// Answers a question.
    ///
    /// # Errors
    /// When the ends do not fit together or the input has neither.
    pub fn ask(&self, question: &Question) -> Result<Answer, Unanswerable> {
        let pairs = self.pairs(question)?;
        let parts: Vec<Part> = pairs.into_iter().map(|(from, to)| self.part(from, to, question)).collect();
        Ok(ways::answer(parts))
    }

    /// The verdict alone between two addresses.
    pub(crate) fn verdict_between(&self, from: Spot, to: Spot, question: &Question) -> Verdict {
        let narrowed = ways::narrowed(to, question);
        let asked = self.walk(&self.path(from, to), narrowed.as_ref().unwrap_or(question));
        ways::of_whole(asked.verdict(), narrowed.as_ref(), question)
    }

    /// Asks every checkpoint.
    fn walk(&self, path: &Path, question: &Question) -> Asked {
        let single = question
            .protocol
            .filter(|protocol| question.port.is_some() || !portreeve_netset::protocol::has_ports(*protocol));
        let free = path.from == Spot::Internet || path.to == Spot::Internet;
        match single {
            Some(protocol) if !free => self.ask_exactly(path, question, protocol),
            _ => self.ask_sets(path, question),
        }
    }

    fn part(&self, from: Spot, to: Spot, question: &Question) -> Part {
        let path = self.path(from, to);
        let narrowed = ways::narrowed(to, question);
        let (whole, question) = (question, narrowed.as_ref().unwrap_or(question));
        let asked = self.walk(&path, question);
        let verdict = ways::of_whole(asked.verdict(), narrowed.as_ref(), whole);
        let mut part = Part {
            from,
            to,
            verdict,
            steps: asked.steps,
            unknown: if verdict == Verdict::Denied {
                PacketSet::empty()
            } else {
                asked.most.difference(&asked.sure)
            },
            allowed: asked.sure,
            causes: Vec::new(),
            plans: Vec::new(),
            gaps: asked.gaps,
            not_modelled: path.not_modelled.clone(),
            notes: path.notes.clone(),
        };
        self.finish(&mut part, &path, question);
        part
    }

    fn finish(&self, part: &mut Part, path: &Path, question: &Question) {
        let over_internet = part.from.is_public() || part.to.is_public();
        if over_internet
            && let (Some(protocol), Some(port)) = (question.protocol, question.port)
            && carrier::often_blocks(protocol, port)
        {
            part.notes.push(carrier::note(protocol, port));
        }
        if self.options.causes {
            part.causes = self.causes(part, path, question);
        }
        if self.options.plans {
            part.plans = self.plans(part, path, question);
        }
    }

    pub(crate) fn host(&self, instance: InstanceIx) -> Option<&'e Host> {
        self.hosts.get(&instance).copied()
    }

    pub(crate) fn class_policy(&self, class: ClassIx, direction: Direction, place: Place) -> Pair {
        self.policy(Owner::Class(class, place), direction, |bound| {
            Policy::of_class(self.index, self.index.class(class), direction, place, bound)
        })
    }

    pub(crate) fn acl_policy(&self, acl: AclIx, direction: Direction) -> Pair {
        self.policy(Owner::Acl(acl), direction, |bound| Policy::of_acl(self.index, acl, direction, bound))
    }

    fn policy(&self, owner: Owner, direction: Direction, make: impl Fn(Bound) -> Policy) -> Pair {
        let key = (owner, direction);
        if let Ok(known) = self.policies.read()
            && let Some(pair) = known.get(&key)
        {
            return pair.clone();
        }
        let sure = Arc::new(make(Bound::Surely));
        let most = if sure.is_exact() { Arc::clone(&sure) } else { Arc::new(make(Bound::Possibly)) };
        let pair = Pair::new(sure, most);
        if let Ok(mut known) = self.policies.write() {
            known.insert(key, pair.clone());
        }
        pair
    }

    /// What to say where no rule of a class matches.
    pub(crate) fn group_default(&self, class: ClassIx, direction: Direction) -> String {
        let class = self.index.class(class);
        if !class.filtered {
            return "security groups are not applied to this interface".to_owned();
        }
        let side = usize::from(direction == Direction::Egress);
        let profile =
            class.groups.first().map(|group| self.estate.profile(self.estate.group(*group).profile));
        let said = profile.and_then(|profile| profile.default_because.get(side).copied());
        said.unwrap_or("the security groups of this interface are not in the input").to_owned()
    }
}

/// What the checkpoints of a path said.
pub(crate) struct Asked {
    pub(crate) steps: Vec<Step>,
    pub(crate) sure: PacketSet,
    pub(crate) most: PacketSet,
    pub(crate) gaps: Vec<crate::answer::Told>,
}

impl Asked {
    /// Any denial denies; else anything unknown leaves it unknown, unless a part is sure.
    fn verdict(&self) -> Verdict {
        let says = |verdict| self.steps.iter().any(|step| step.verdict == verdict);
        if says(Verdict::Denied) || self.most.is_empty() {
            Verdict::Denied
        } else if says(Verdict::Unknown) {
            let sets_differ = !self.sure.is_empty() && says(Verdict::Partly);
            if sets_differ { Verdict::Partly } else { Verdict::Unknown }
        } else if says(Verdict::Partly) {
            Verdict::Partly
        } else {
            Verdict::Allowed
        }
    }
}
