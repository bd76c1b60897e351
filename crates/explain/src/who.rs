//! Who can reach an end: the internet, and every interface of the estate.

use std::net::IpAddr;

use hashbrown::HashMap;
use portreeve_engine::{ClassIx, spread};
use portreeve_model::{InterfaceIx, NetworkIx};
use portreeve_netset::AddressSet;

use crate::answer::{Part, Verdict};
use crate::end::{End, Spot};
use crate::explainer::{Explainer, Options};
use crate::question::{Question, Unanswerable};

/// Interfaces with the same groups in the same network, of which some can reach an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Senders {
    /// Their class.
    pub class: ClassIx,
    /// Their network.
    pub network: Option<NetworkIx>,
    /// [`Verdict::Allowed`] or [`Verdict::Unknown`].
    pub verdict: Verdict,
    /// The interfaces, ascending.
    pub interfaces: Vec<InterfaceIx>,
    /// The addresses from which they can.
    pub from: AddressSet,
}

/// Everybody who can reach an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// Whether somebody can: denied where nobody does, allowed where everybody does.
    pub verdict: Verdict,
    /// The internet, for each address of the end.
    pub internet: Vec<Part>,
    /// Interfaces of the estate that can, or may: the larger classes first.
    pub senders: Vec<Senders>,
    /// How many interfaces surely cannot.
    pub denied: usize,
}

impl Explainer<'_> {
    /// Finds everybody who can open connections of one protocol to one port of an end.
    ///
    /// # Errors
    /// When the end is not in the input.
    pub fn who(
        &self,
        to: &End,
        protocol: u8,
        port: Option<u16>,
        threads: usize,
    ) -> Result<Who, Unanswerable> {
        let End::Spots(targets) = to else { return Err(Unanswerable::NothingKnown) };
        let question = Question {
            from: End::Internet,
            to: to.clone(),
            protocol: Some(protocol),
            port,
            source_port: None,
        };
        let quiet = Options { causes: false, plans: false, trace: false, ..self.options };
        let plain = Explainer::new(self.index, self.lookup, quiet);
        let internet = plain.ask(&question)?.parts;
        let own: Vec<InterfaceIx> = targets.iter().filter_map(Spot::interface).collect();
        let interfaces: Vec<InterfaceIx> =
            self.estate.each_interface().map(|(ix, _)| ix).filter(|ix| !own.contains(ix)).collect();
        let found = spread(&interfaces, threads, |ix| plain.reaches(*ix, targets, &question));
        let mut denied = 0;
        let mut senders: HashMap<(ClassIx, Option<NetworkIx>, Verdict), Senders> = HashMap::new();
        for (ix, (verdict, from)) in interfaces.iter().zip(found) {
            if verdict == Verdict::Denied {
                denied += 1;
                continue;
            }
            let (class, network) = (self.index.class_of(*ix), self.estate.interface(*ix).network);
            let fresh =
                || Senders { class, network, verdict, interfaces: Vec::new(), from: AddressSet::empty() };
            let alike = senders.entry((class, network, verdict)).or_insert_with(fresh);
            alike.interfaces.push(*ix);
            for address in from {
                if let Some(one) = AddressSet::from_range(address, address) {
                    alike.from.union_with(&one);
                }
            }
        }
        let mut senders: Vec<Senders> = senders.into_values().collect();
        senders.sort_by_key(|it| (std::cmp::Reverse(it.interfaces.len()), it.interfaces.first().copied()));
        let verdict = overall(&internet, &senders, denied);
        Ok(Who { verdict, internet, senders, denied })
    }

    /// Whether some address of an interface reaches some target, and from which addresses.
    fn reaches(&self, ix: InterfaceIx, targets: &[Spot], question: &Question) -> (Verdict, Vec<IpAddr>) {
        let mut best = Verdict::Denied;
        let mut from = Vec::new();
        for address in &self.estate.interface(ix).addresses {
            let spot = Spot::Interface { interface: ix, private: address.private, public: None };
            let same = |to: &&Spot| to.address().is_some_and(|to| to.is_ipv4() == address.private.is_ipv4());
            let verdicts = targets.iter().filter(same).map(|to| self.verdict_between(spot, *to, question));
            let verdict = match verdicts.min() {
                Some(Verdict::Allowed | Verdict::Partly) => Verdict::Allowed,
                Some(other) => other,
                None => continue,
            };
            if verdict < best {
                best = verdict;
                from.clear();
            }
            if verdict == best && best != Verdict::Denied {
                from.push(address.private);
            }
        }
        (best, from)
    }
}

fn overall(internet: &[Part], senders: &[Senders], denied: usize) -> Verdict {
    let somebody = internet.iter().any(|part| !part.allowed.is_empty())
        || senders.iter().any(|it| it.verdict == Verdict::Allowed);
    let in_doubt = internet.iter().any(|part| part.verdict == Verdict::Unknown)
        || senders.iter().any(|it| it.verdict == Verdict::Unknown);
    let everybody = internet.iter().all(|part| part.verdict == Verdict::Allowed) && denied == 0 && !in_doubt;
    match (everybody, somebody, in_doubt) {
        (true, ..) => Verdict::Allowed,
        (false, true, _) => Verdict::Partly,
        (false, false, true) => Verdict::Unknown,
        (false, false, false) => Verdict::Denied,
    }
}
