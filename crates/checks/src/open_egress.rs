//! Groups that let everything out to everywhere.

use std::sync::Arc;

use portreeve_engine::{Bound, Place, Policy, spread};
use portreeve_model::{Direction, GapIx, GroupIx};
use portreeve_netset::{AddressSet, Block, IntervalSet, PacketSet, PortSet};

use crate::catalogue::beyond;
use crate::check::Check;
use crate::everyone::{EVERYONE, Family};
use crate::finding::{Certainty, Finding, Server, ServerState, Traffic};
use crate::meta::Meta;
use crate::run::{Asking, Run};
use crate::shield::speaks;

/// One finding for each group whose rules, or default, let all traffic out to all public addresses of a family.
pub(crate) struct OpenEgress;

impl Check for OpenEgress {
    fn meta(&self) -> &'static Meta {
        &beyond::OPEN_EGRESS
    }

    fn run(&self, run: &Run<'_>, asking: &Asking) -> Vec<Vec<Finding>> {
        let groups = run.estate.each_group().map(|(group, _)| group).filter(|group| run.focus.has(*group));
        let groups: Vec<GroupIx> = groups.collect();
        let found = spread(&groups, run.settings.threads, |group| find(run, asking, *group));
        vec![found.into_iter().flatten().collect()]
    }
}

fn find(run: &Run<'_>, asking: &Asking, group: GroupIx) -> Option<Finding> {
    let policy = |bound| Policy::of_group(&run.index, group, Direction::Egress, Place::Internet, bound);
    let least = policy(Bound::Surely);
    let (certainty, open) = match open_to(&least) {
        Some(open) => (Certainty::Sure, open),
        None if least.is_exact() => return None,
        None => (Certainty::Possible, open_to(&policy(Bound::Possibly))?),
    };
    let detail = "every protocol and port may go out to every public address".to_owned();
    let mut finding = asking.group(run, group, Vec::new(), detail);
    finding.certainty = certainty;
    if certainty == Certainty::Possible {
        finding.gaps = least.all_gaps();
    }
    finding.servers = egress_servers(run, group, &open, &mut finding.gaps);
    finding.traffic = vec![Traffic { protocol: None, ports: PortSet::full(), peers: Arc::new(open) }];
    Some(finding)
}

/// The interfaces of a group: those whose other rules close something outbound, or that lack the family, are shielded. Adds the
/// gaps that keep a state open.
fn egress_servers(run: &Run<'_>, group: GroupIx, open: &AddressSet, gaps: &mut Vec<GapIx>) -> Vec<Server> {
    let mut servers = Vec::new();
    let [at_risk, unknown, closed, familyless] = [
        "its effective rules let everything out",
        "gaps leave open whether its effective rules let everything out",
        "a rule of the interface stops some of it",
        "it has no address of the family",
    ]
    .map(Arc::<str>::from);
    for class in run.index.classes_of(group).iter().map(|ix| run.index.class(*ix)) {
        let policy = |bound| Policy::of_class(&run.index, class, Direction::Egress, Place::Internet, bound);
        let effective = |policy: &Policy| open_to(policy).unwrap_or_default().intersection(open);
        let least = policy(Bound::Surely);
        let sure = effective(&least);
        let most = if least.is_exact() { sure.clone() } else { effective(&policy(Bound::Possibly)) };
        for interface in &class.interfaces {
            let meets = |open: &AddressSet| {
                let has = |family: &Family| !family.of(open).is_empty() && speaks(run, *interface, *family);
                Family::BOTH.iter().any(has)
            };
            let (state, because) = match (meets(&sure), meets(&most)) {
                (true, _) => (ServerState::AtRisk, &at_risk),
                (false, true) => (ServerState::Unknown, &unknown),
                (false, false) if !most.is_empty() => (ServerState::Shielded, &familyless),
                (false, false) => (ServerState::Shielded, &closed),
            };
            if state == ServerState::Unknown {
                for gap in least.all_gaps().into_iter().chain(run.estate.interface(*interface).gap) {
                    if !gaps.contains(&gap) {
                        gaps.push(gap);
                    }
                }
            }
            servers.push(Server { interface: *interface, state, because: Arc::clone(because) });
        }
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
            local: family.of(&AddressSet::all()),
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
