//! Everything that the outside may reach, interface by interface.

use std::net::IpAddr;
use std::sync::{Arc, LazyLock};

use hashbrown::HashMap;
use portreeve_engine::{ClassIx, spread};
use portreeve_model::{AclIx, Direction, InterfaceIx, Text};
use portreeve_netset::{AddressSet, Block, PacketSet};

use crate::answer::Told;
use crate::end::{End, Spot, internet};
use crate::explainer::{Explainer, Options};
use crate::question::Question;

/// An interface that the internet may reach.
#[derive(Debug, Clone, PartialEq)]
pub struct Exposed {
    /// The interface.
    pub interface: InterfaceIx,
    /// Its public addresses, ascending.
    pub public: Vec<IpAddr>,
    /// What the internet may surely open on it.
    pub allowed: Arc<PacketSet>,
    /// What it may open besides, if gaps turn out badly.
    pub unknown: Arc<PacketSet>,
    /// Why something is unknown.
    pub gaps: Arc<[Told]>,
    /// How many addresses of the internet may open something, at the port that most may open; counted for both families together by their
    /// shares, from 0 to 1.
    pub share: f64,
}

/// What interfaces have to share to be exposed alike.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Alike {
    class: ClassIx,
    acl: Option<AclIx>,
    /// The id of its network ACL, also of one that is not in the input.
    acl_id: Text,
    public: [bool; 2],
    private: [bool; 2],
    public_known: bool,
    /// The address itself, where rules tell local addresses apart or the server has facts of its own.
    own: Option<InterfaceIx>,
}

/// What the internet may open on every interface that it can reach, or on those asked for. The most exposed first.
pub fn exposure(explainer: &Explainer<'_>, only: Option<&End>, threads: usize) -> Vec<Exposed> {
    let quiet = Options { causes: false, plans: false, ..explainer.options };
    let plain = Explainer::new(explainer.index, explainer.lookup, quiet);
    let mut groups: HashMap<Alike, Vec<InterfaceIx>> = HashMap::new();
    for ix in wanted(&plain, only) {
        if let Some(alike) = plain.alike(ix) {
            groups.entry(alike).or_default().push(ix);
        }
    }
    let groups: Vec<Vec<InterfaceIx>> = groups.into_values().collect();
    let answers =
        spread(&groups, threads, |interfaces| interfaces.first().map(|first| plain.exposed(*first)));
    let mut all = Vec::new();
    for (interfaces, answer) in groups.iter().zip(answers) {
        let Some(Some((allowed, unknown, gaps, share))) = Some(answer) else { continue };
        if allowed.is_empty() && unknown.is_empty() {
            continue;
        }
        all.extend(interfaces.iter().map(|ix| Exposed {
            interface: *ix,
            public: plain.publics(*ix),
            allowed: Arc::clone(&allowed),
            unknown: Arc::clone(&unknown),
            gaps: Arc::clone(&gaps),
            share,
        }));
    }
    all.sort_by(|one, other| other.share.total_cmp(&one.share).then(one.interface.cmp(&other.interface)));
    all
}

fn wanted(explainer: &Explainer<'_>, only: Option<&End>) -> Vec<InterfaceIx> {
    match only {
        None | Some(End::Internet) => explainer.estate.each_interface().map(|(ix, _)| ix).collect(),
        Some(End::Spots(spots)) => {
            let mut interfaces: Vec<InterfaceIx> = spots.iter().filter_map(Spot::interface).collect();
            interfaces.sort_unstable();
            interfaces.dedup();
            interfaces
        }
    }
}

type Set = (Arc<PacketSet>, Arc<PacketSet>, Arc<[Told]>, f64);

impl Explainer<'_> {
    fn publics(&self, ix: InterfaceIx) -> Vec<IpAddr> {
        let addresses = self.estate.interface(ix).addresses.iter();
        let mut publics: Vec<IpAddr> = addresses.filter_map(|address| address.public).collect();
        publics.sort_unstable();
        publics.dedup();
        publics
    }

    /// What decides how an interface is exposed; nothing where no public address leads to it.
    fn alike(&self, ix: InterfaceIx) -> Option<Alike> {
        let interface = self.estate.interface(ix);
        let reached =
            |v4: bool| interface.addresses.iter().any(|it| it.private.is_ipv4() == v4 && it.public.is_some());
        let translated = self.is_translated(ix);
        let public = [reached(true), reached(false)];
        if public == [false, false] && !translated && interface.public_known {
            return None;
        }
        let subnet = interface.subnet.map(|ix| self.estate.subnet(ix));
        let class = self.index.class_of(ix);
        let place = portreeve_engine::Place::Internet;
        let pair = self.class_policy(class, Direction::Ingress, place);
        let acl = subnet.and_then(|subnet| subnet.acl);
        let filters = acl.into_iter().flat_map(|acl| Direction::BOTH.map(|way| self.acl_policy(acl, way)));
        let tells_apart = filters
            .chain([pair])
            .any(|it| it.sure.tells_local_addresses_apart() || it.most.tells_local_addresses_apart());
        let hosted = interface.instance.is_some_and(|instance| self.host(instance).is_some());
        let stopped = interface.down
            || interface
                .instance
                .is_some_and(|it| self.estate.instance(it).state == portreeve_model::PowerState::Stopped);
        let special = translated
            || hosted
            || stopped
            || tells_apart
            || interface.gap.is_some()
            || public == [false, false];
        Some(Alike {
            class,
            acl,
            acl_id: subnet.map_or(Text::EMPTY, |subnet| subnet.acl_id),
            public,
            private: [interface.has_ipv4(), interface.has_ipv6()],
            public_known: interface.public_known,
            own: special.then_some(ix),
        })
    }

    /// Whether a NAT gateway or a load balancer may lead to an interface.
    fn is_translated(&self, ix: InterfaceIx) -> bool {
        let interface = self.estate.interface(ix);
        let own = |address: &IpAddr| interface.addresses.iter().any(|it| it.private == *address);
        let forwards = |nat: &portreeve_model::Nat| {
            nat.network.is_some()
                && nat.network == interface.network
                && (nat.incomplete.is_some() || nat.forwards.iter().any(|it| own(&it.private)))
        };
        let side = |private| self.side(Spot::Interface { interface: ix, private, public: None });
        let mut privates = interface.addresses.iter().map(|it| it.private);
        if privates.any(|private| self.open_balancer(&side(private), private).is_some()) {
            return true;
        }
        let doors = &self.lookup.doors;
        self.estate.nats.iter().any(forwards) || !doors.kept(ix).is_empty() || !doors.ways(ix).is_empty()
    }

    /// What the internet may open on an interface, over all of its addresses.
    fn exposed(&self, ix: InterfaceIx) -> Set {
        let (mut allowed, mut most, mut gaps) = (PacketSet::empty(), PacketSet::empty(), Vec::new());
        for address in &self.estate.interface(ix).addresses {
            let to = Spot::Interface { interface: ix, private: address.private, public: None };
            let question = Question {
                from: End::Internet,
                to: End::Spots(vec![to]),
                protocol: None,
                port: None,
                source_port: None,
            };
            let Ok(answer) = self.ask(&question) else { continue };
            for part in answer.parts {
                allowed = allowed.union(&part.allowed);
                most = most.union(&part.unknown).union(&part.allowed);
                for told in part.gaps {
                    if !gaps.contains(&told) {
                        gaps.push(told);
                    }
                }
            }
        }
        // From which client port something is reached matters to nobody here.
        let (allowed, most) = (allowed.project(), most.project());
        let unknown = most.difference(&allowed);
        let share = share(&allowed).max(share(&unknown) / 2.0);
        (Arc::new(allowed), Arc::new(unknown), gaps.into(), share)
    }
}

/// The largest share of a family's internet that may open one port.
fn share(set: &PacketSet) -> f64 {
    let mut largest: f64 = 0.0;
    let mut seen: Vec<AddressSet> = Vec::new();
    for Block { peers, .. } in set.blocks() {
        if !seen.contains(&peers) {
            largest = largest.max(internet_share(&peers));
            seen.push(peers);
        }
    }
    largest
}

/// How much of the internet is among some addresses, from 0 to 1: of the family of which more is.
pub fn internet_share(peers: &AddressSet) -> f64 {
    static FAMILIES: LazyLock<[(AddressSet, f64); 2]> =
        LazyLock::new(|| [true, false].map(|v4| (internet(v4), internet(v4).cardinality().approximate())));
    let shares =
        FAMILIES.iter().map(|(all, size)| peers.intersection(all).cardinality().approximate() / size);
    shares.fold(0.0, f64::max)
}
