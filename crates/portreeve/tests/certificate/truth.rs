//! Whether what a certificate says is so, told by the engine and packet by packet.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use fastrand::Rng;
use portreeve::certificate::items;
use portreeve::checks::{Certainty, ServerState, Settings, check as run};
use portreeve::engine::{self, Index, Policy, Source};
use portreeve::model::{Direction, Estate, InterfaceIx, NetworkIx};
use portreeve::netset::{AddressSet, Packet};
use portreeve::verify::{
    Bound, Certificate, Decider, Filter, Finding, Gate, Place, Proves, Share, Subject, Tiling, Tree,
};

type Ranges = [(u128, u128); 5];

/// Holds every statement of a certificate against the engine.
pub(crate) fn check(
    rng: &mut Rng,
    certificate: &Certificate,
    estate: &Estate,
    after: Option<&Estate>,
) -> Result<(), String> {
    match &certificate.proves {
        Proves::Check(said) => {
            let known = items(&Settings::default());
            if said.items.iter().any(|item| !known.contains(item)) {
                return Err("an item is not one of the catalogue".to_owned());
            }
            let asked: BTreeSet<&str> = said.items.iter().map(|item| item.id.as_str()).collect();
            let wanted: BTreeSet<String> = findings(estate)
                .into_iter()
                .filter(|(item, _)| asked.contains(item.as_str()))
                .map(|(_, line)| line)
                .collect();
            let found: BTreeSet<String> = said.findings.iter().map(line).collect();
            if wanted != found {
                return Err(format!("other findings: {wanted:?} {found:?}"));
            }
            said.openness.iter().try_for_each(|it| openness(rng, it, estate))
        }
        Proves::Paths(paths) => paths.iter().try_for_each(|path| {
            let Tiling { filters, by, v6, space, tree } = &path.tiling;
            let views: Vec<View<'_>> =
                filters.iter().zip(by).map(|(filter, by)| View::new(estate, filter, by)).collect();
            let mut ranges = whole(*v6);
            for (side, (first, last)) in space {
                ranges[*side as usize] = (first.value(), last.value());
            }
            let (pass, stop) = tiling(rng, &views, *v6, ranges, &tree.0)?;
            let share = if stop == 0 {
                Share::All
            } else if pass == 0 {
                Share::None
            } else {
                Share::Some
            };
            if share == path.passes { Ok(()) } else { Err("not so much passes".to_owned()) }
        }),
        Proves::Change(change) => {
            let after = after.unwrap();
            for it in &change.differences {
                let [old, new] = &it.by;
                let views = [View::new(estate, &it.filter, old), View::new(after, &it.filter, new)];
                tiling(rng, &views, it.v6, whole(it.v6), &it.tree.0)?;
            }
            // Whether anything opens or closes, over all groups and interfaces.
            let ways = ways(estate, after);
            if ways == (change.opens, change.closes) { Ok(()) } else { Err(format!("it is {ways:?}")) }
        }
    }
}

fn line(finding: &Finding) -> String {
    let Finding { item, of, sure, at_risk, shielded, unknown } = finding;
    format!("{item} {of:?} {sure} {at_risk} {shielded} {unknown}")
}

/// The findings about ports as the engine has them: the item, and all that is claimed.
pub(crate) fn findings(estate: &Estate) -> BTreeSet<(String, String)> {
    let settings = Settings::default();
    let outcome = run(estate, &settings);
    let known = items(&settings);
    let findings =
        outcome.findings.iter().filter(|it| known.iter().any(|item| item.id == outcome.item(it).id));
    findings
        .map(|finding| {
            let count = |state| finding.servers.iter().filter(|it| it.state == state).count() as u64;
            let of = match finding.group {
                Some(group) => Subject::Group(estate.text(estate.group(group).id).to_owned()),
                None => Subject::Interface(
                    estate.text(estate.interface(finding.servers[0].interface).id).to_owned(),
                ),
            };
            let item = outcome.item(finding).id.to_string();
            let claim = Finding {
                item: item.clone(),
                of,
                sure: finding.certainty == Certainty::Sure,
                at_risk: count(ServerState::AtRisk),
                shielded: count(ServerState::Shielded),
                unknown: count(ServerState::Unknown),
            };
            (item, line(&claim))
        })
        .collect()
}

/// Whether a change opens or closes anything for a group or an interface of both, seen from everywhere.
fn ways(before: &Estate, after: &Estate) -> (bool, bool) {
    let (old, new) = (Index::new(before), Index::new(after));
    let mut ways = (false, false);
    let mut places = vec![engine::Place::Internet, engine::Place::Elsewhere];
    places.extend((0..before.networks.len()).map(|at| engine::Place::Network(NetworkIx::new(at))));
    for place in places {
        for way in Direction::BOTH {
            for bound in [engine::Bound::Surely, engine::Bound::Possibly] {
                let mut compare = |one: &Policy, other: &Policy| {
                    let (one, other) = (one.permitted(), other.permitted());
                    ways.0 |= !other.is_subset(&one);
                    ways.1 |= !one.is_subset(&other);
                };
                for (group, _) in before.each_group() {
                    let of = |index| Policy::of_group(index, group, way, place, bound);
                    compare(&of(&old), &of(&new));
                }
                for (ix, _) in before.each_interface() {
                    let of = |index: &Index<'_>| {
                        Policy::of_class(index, index.class(index.class_of(ix)), way, place, bound)
                    };
                    compare(&of(&old), &of(&new));
                }
            }
        }
    }
    ways
}

fn openness(rng: &mut Rng, said: &portreeve::verify::Openness, estate: &Estate) -> Result<(), String> {
    let index = Index::new(estate);
    let bounds = said.bound.map_or(vec![Bound::Surely, Bound::Possibly], |bound| vec![bound]);
    for bound in bounds {
        let policy = policy(&index, &plain(&said.of, bound));
        let slots =
            [(6, false, &said.tcp4), (6, true, &said.tcp6), (17, false, &said.udp4), (17, true, &said.udp6)];
        for (protocol, v6, gates) in slots {
            let mut first = 0;
            for (last, gate) in gates {
                for port in [first, *last] {
                    let everyone = AddressSet::globally_routable();
                    let everyone = if v6 {
                        everyone.difference(&AddressSet::all_v4())
                    } else {
                        everyone.intersection(&AddressSet::all_v4())
                    };
                    let open = everyone.is_subset(&policy.peers(protocol, port));
                    match gate {
                        Some(Gate::Open(_)) if !open => return Err(format!("port {port} is not open")),
                        Some(Gate::Closed(peer, _)) if !everyone.contains(*peer) => {
                            return Err(format!("{peer} is not one of everyone"));
                        }
                        Some(Gate::Closed(peer, _)) => {
                            let locals = own(estate, &said.of, v6);
                            for local in locals {
                                let source_port = rng.u16(..);
                                let packet = Packet { protocol, port, source_port, local, peer: *peer };
                                if policy.decide(&packet).action == portreeve::model::Action::Allow {
                                    return Err(format!("{packet:?} passes"));
                                }
                            }
                        }
                        None | Some(Gate::Open(_)) => {}
                    }
                }
                first = last.saturating_add(1);
            }
        }
    }
    Ok(())
}

/// Addresses of the interface; any one of a group alone.
fn own(estate: &Estate, of: &Subject, v6: bool) -> Vec<IpAddr> {
    let addresses: Vec<IpAddr> = match of {
        Subject::Interface(id) => {
            estate.interface(interface(estate, id)).addresses.iter().map(|it| it.private).collect()
        }
        _ => vec![Ipv4Addr::new(10, 0, 0, 5).into(), Ipv6Addr::LOCALHOST.into()],
    };
    addresses.into_iter().filter(|it| it.is_ipv6() == v6).collect()
}

fn interface(estate: &Estate, id: &str) -> InterfaceIx {
    estate.each_interface().find(|(_, it)| estate.text(it.id) == id).unwrap().0
}

fn plain(of: &Subject, bound: Bound) -> Filter {
    let place = Place::Internet;
    Filter { of: of.clone(), ingress: true, place, bound, reply: false, local: None, peer: None }
}

fn policy(index: &Index<'_>, filter: &Filter) -> Policy {
    let estate = index.estate();
    let way = if filter.ingress { Direction::Ingress } else { Direction::Egress };
    let place = match &filter.place {
        Place::Internet => engine::Place::Internet,
        Place::Elsewhere => engine::Place::Elsewhere,
        Place::Network(id) => {
            let at = estate.networks.iter().position(|it| estate.text(it.id) == id);
            at.map_or(engine::Place::Elsewhere, |at| engine::Place::Network(NetworkIx::new(at)))
        }
    };
    let bound = if filter.bound == Bound::Surely { engine::Bound::Surely } else { engine::Bound::Possibly };
    match &filter.of {
        Subject::Group(id) => {
            let group = index.group_by_id(estate.texts.find(id).unwrap()).unwrap();
            Policy::of_group(index, group, way, place, bound)
        }
        Subject::Interface(id) => {
            let class = index.class(index.class_of(interface(estate, id)));
            Policy::of_class(index, class, way, place, bound)
        }
        Subject::Acl(id) => {
            let at = estate.acls.iter().position(|it| estate.text(it.id) == id).unwrap();
            Policy::of_acl(index, portreeve::model::AclIx::new(at), way, bound)
        }
    }
}

/// A filter as the engine knows it, and the names of what decides.
struct View<'a> {
    filter: &'a Filter,
    policy: Policy,
    estate: &'a Estate,
    by: &'a [Decider],
}

impl<'a> View<'a> {
    fn new(estate: &'a Estate, filter: &'a Filter, by: &'a [Decider]) -> Self {
        Self { filter, policy: policy(&Index::new(estate), filter), estate, by }
    }
}

fn whole(v6: bool) -> Ranges {
    let last = if v6 { u128::MAX } else { u128::from(u32::MAX) };
    [(0, 255), (0, 65_535), (0, 65_535), (0, last), (0, last)]
}

/// Asks the engine about packets in every box. Gives how many boxes pass and how many do not.
fn tiling(
    rng: &mut Rng,
    views: &[View<'_>],
    v6: bool,
    ranges: Ranges,
    tree: &Tree,
) -> Result<(u64, u64), String> {
    let mut counts = (0, 0);
    walk(tree, ranges, &mut |by, ranges| {
        let mut stopped = false;
        for _ in 0..6 {
            let values: Vec<u128> = ranges.iter().map(|(lo, hi)| pick(rng, *lo, *hi)).collect();
            for (View { filter, policy, estate, by: table }, by) in views.iter().zip(by) {
                let Some(by) = by else { continue };
                let packet = seen(filter, &values, v6);
                let decision = policy.decide(&packet);
                stopped |= decision.action == portreeve::model::Action::Deny;
                let named = &table[*by as usize];
                // Of rules of one rank with one action, each decides as well as another.
                let first = policy.trace(&packet).next().map(|(_, action)| action);
                let found = policy.trace(&packet).take_while(|(_, action)| Some(*action) == first);
                let by_rule = found.into_iter().any(|(source, _)| decider(estate, source) == *named);
                if !(by_rule || (decision.by.is_none() && *named == Decider::Default)) {
                    return Err(format!("{packet:?} is not decided by {named:?}"));
                }
            }
        }
        if stopped {
            counts.1 += 1;
        } else {
            counts.0 += 1;
        }
        Ok(())
    })?;
    Ok(counts)
}

/// Mostly the ends of a range, where mistakes are.
fn pick(rng: &mut Rng, lo: u128, hi: u128) -> u128 {
    match rng.u8(..3) {
        0 => lo,
        1 => hi,
        _ => rng.u128(lo..=hi),
    }
}

fn seen(filter: &Filter, values: &[u128], v6: bool) -> Packet {
    let address = |at: u128| {
        if v6 { IpAddr::from(Ipv6Addr::from(at)) } else { IpAddr::from(Ipv4Addr::from(at as u32)) }
    };
    let (mut port, mut source_port) = (values[1] as u16, values[2] as u16);
    if filter.reply {
        (port, source_port) = (source_port, port);
    }
    let local = filter.local.unwrap_or_else(|| address(values[3]));
    let peer = filter.peer.unwrap_or_else(|| address(values[4]));
    Packet { protocol: values[0] as u8, port, source_port, local, peer }
}

type Look<'l> = dyn FnMut(&[Option<u32>], &Ranges) -> Result<(), String> + 'l;

fn walk(tree: &Tree, ranges: Ranges, look: &mut Look<'_>) -> Result<(), String> {
    match tree {
        Tree::By(by) => look(&[Some(*by)], &ranges),
        Tree::Each(by) => look(by, &ranges),
        Tree::Cut(side, parts) => {
            let mut first = ranges[*side as usize].0;
            for (last, part) in parts {
                let mut inner = ranges;
                inner[*side as usize] = (first, *last);
                walk(part, inner, look)?;
                first = last.saturating_add(1);
            }
            Ok(())
        }
    }
}

fn decider(estate: &Estate, source: Source) -> Decider {
    let group = |ix| estate.text(estate.group(ix).id).to_owned();
    match source {
        Source::Rule(at) => {
            let owner = estate.group(at.group);
            Decider::Rule(group(at.group), estate.rule_name(owner.id, &owner.rules[at.rule as usize]))
        }
        Source::Entry(ix, at) => {
            let acl = estate.acl(ix);
            let name = estate.rule_name(acl.id, &acl.entries[at as usize]);
            Decider::Rule(estate.text(acl.id).to_owned(), name)
        }
        Source::SameGroup(ix) => Decider::SameGroup(group(ix)),
        Source::Unread(ix) => Decider::Unread(ix.map(group)),
        Source::Exempt(ix) => Decider::Exempt(estate.text(estate.acl(ix).id).to_owned()),
    }
}
