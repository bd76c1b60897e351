//! Groups that let everything out to everywhere.

use std::sync::Arc;

use portreeve_engine::{Bound, Place, Policy};
use portreeve_model::{Direction, GroupIx};
use portreeve_netset::{AddressSet, Block, IntervalSet, PacketSet, PortSet};

use crate::catalogue::beyond;
use crate::check::Check;
use crate::everyone::{EVERYONE, Family};
use crate::finding::{Certainty, Server, ServerState, Traffic};
use crate::meta::Meta;
use crate::run::{Asking, Draft, Run};

/// One finding for each group whose rules, or default, let all traffic out to all public addresses of a family.
pub(crate) struct OpenEgress;

impl Check for OpenEgress {
    fn meta(&self) -> &'static Meta {
        &beyond::OPEN_EGRESS
    }

    fn run(&self, run: &Run<'_>, asking: &Asking) -> Vec<Draft> {
        run.estate.each_group().filter_map(|(group, _)| find(run, asking, group)).collect()
    }
}

fn find(run: &Run<'_>, asking: &Asking, group: GroupIx) -> Option<Draft> {
    let policy = |bound| Policy::of_group(&run.index, group, Direction::Egress, Place::Internet, bound);
    let least = policy(Bound::Surely);
    let (certainty, open) = match open_to(&least) {
        Some(open) => (Certainty::Sure, open),
        None if least.is_exact() => return None,
        None => (Certainty::Possible, open_to(&policy(Bound::Possibly))?),
    };
    let detail = "every protocol and port may go out to every public address".to_owned();
    let mut draft = asking.group(run, group, Vec::new(), detail);
    draft.finding.certainty = certainty;
    let state = if certainty == Certainty::Sure { ServerState::AtRisk } else { ServerState::Unknown };
    draft.finding.servers = egress_servers(run, group, state);
    if certainty == Certainty::Possible {
        draft.finding.gaps = least.all_gaps();
    }
    draft.finding.traffic = vec![Traffic { protocol: None, ports: PortSet::full(), peers: Arc::new(open) }];
    Some(draft)
}

/// The interfaces of a group: those whose other rules close something outbound are shielded.
fn egress_servers(run: &Run<'_>, group: GroupIx, state: ServerState) -> Vec<Server> {
    let mut servers = Vec::new();
    for class in run.index.classes_of(group).iter().map(|ix| run.index.class(*ix)) {
        let policy = Policy::of_class(&run.index, class, Direction::Egress, Place::Internet, Bound::Surely);
        let (state, because) = match open_to(&policy) {
            Some(_) => (state, "its effective rules let everything out"),
            None if policy.is_exact() => (ServerState::Shielded, "a rule of the interface stops some of it"),
            None => (ServerState::Unknown, "gaps leave open whether its effective rules let everything out"),
        };
        let because: Arc<str> = Arc::from(because);
        let found = class.interfaces.iter();
        servers.extend(found.map(|interface| Server {
            interface: *interface,
            state,
            because: Arc::clone(&because),
        }));
    }
    servers
}

/// The public addresses of the families to which everything may go.
fn open_to(policy: &Policy) -> Option<AddressSet> {
    let permitted = policy.permitted();
    let open = |family: &Family| {
        let everything = PacketSet::from_block(&Block {
            protocols: IntervalSet::full(),
            ports: PortSet::full(),
            source_ports: PortSet::full(),
            local: AddressSet::all(),
            peers: family.of(&EVERYONE),
        });
        everything.is_subset(&permitted)
    };
    Family::BOTH
        .iter()
        .filter(|family| open(family))
        .map(|family| family.of(&EVERYONE))
        .reduce(|a, b| a.union(&b))
}
