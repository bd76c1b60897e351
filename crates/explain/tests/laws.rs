//! What holds of every explanation, whatever the estate.
//!
//! `PORTREEVE_CASES` sets the number of estates, and `PORTREEVE_SEED` the first seed, so that a failure can be repeated.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has to say so"
)]

mod common;

use common::{estate, exactly, number, only_part};
use fastrand::Rng;
use portreeve_engine::Index;
use portreeve_explain::{
    Change, End, Explainer, Layer, Lookup, Options, Part, Question, Ruling, Spot, Step, Verdict, exposure,
};
use portreeve_model::{Direction, Estate, Listing, Ranking};
use portreeve_netset::PacketSet;
use portreeve_testkit::generate;
use portreeve_testkit::oracle::path::{self, Connection};
use portreeve_testkit::oracle::{self, Packet, Place};

const ESTATES: u64 = 600;
const QUESTIONS: usize = 20;

const QUIET: Options = Options { smtp_unblocked: false, causes: false, plans: false, trace: true };

fn each_estate(options: Options, mut look: impl FnMut(u64, &mut Rng, &Estate, &Explainer<'_>)) {
    let first = number("PORTREEVE_SEED", 0);
    for seed in first..first + number("PORTREEVE_CASES", ESTATES) {
        let (mut rng, estate) = estate(seed);
        let (index, lookup) = (Index::new(&estate), Lookup::new(&estate));
        look(seed, &mut rng, &estate, &Explainer::new(&index, &lookup, options));
    }
}

/// Asks an estate anew.
fn verdict(estate: &Estate, question: &Question) -> Verdict {
    let (index, lookup) = (Index::new(estate), Lookup::new(estate));
    only_part(&Explainer::new(&index, &lookup, QUIET), question).verdict
}

fn combined(steps: &[Step]) -> Verdict {
    let says = |verdict| steps.iter().any(|step| step.verdict == verdict);
    if says(Verdict::Denied) {
        Verdict::Denied
    } else if says(Verdict::Unknown) {
        Verdict::Unknown
    } else {
        Verdict::Allowed
    }
}

/// The connection as a filter at one step sees it.
fn seen_at(estate: &Estate, asked: &Connection, step: &Step, whole: &Part) -> Packet {
    let public = whole.from.is_public() || whole.to.is_public();
    let sending = (step.direction == Direction::Egress) != step.reply;
    let (own, other) = if sending { (&asked.from, &asked.to) } else { (&asked.to, &asked.from) };
    let network = match *other {
        path::End::Interface { interface, .. } => estate.interface(interface).network,
        path::End::Inside { network, .. } => Some(network),
        _ => None,
    };
    let place = match network {
        _ if public => Place::Internet,
        Some(network) => Place::Network(network),
        None => Place::Elsewhere,
    };
    let (port, source_port) =
        if step.reply { (asked.source_port, asked.port) } else { (asked.port, asked.source_port) };
    let (protocol, direction) = (asked.protocol, step.direction);
    Packet { direction, protocol, port, source_port, local: own.own(), peer: other.address(), place }
}

/// Whether the rule that a step names is one that decides for the oracle.
fn decides(estate: &Estate, packet: &Packet, step: &Step, asked: &Connection) -> bool {
    let allows = step.verdict == Verdict::Allowed;
    match step.rule {
        Some(Ruling::Rule(rule)) => {
            let end = if step.direction == Direction::Egress { asked.from } else { asked.to };
            let path::End::Interface { interface, .. } = end else { return false };
            let ids = estate.group_list(estate.interface(interface).groups.unwrap());
            oracle::decide(estate, ids, packet).by.contains(&(rule.group, rule.rule as usize))
        }
        Some(Ruling::Entry(acl, entry)) => {
            path::deciding_entry(estate, acl, packet, allows) == Some(entry as usize)
        }
        None => true,
    }
}

#[test]
fn an_explanation_replayed_gives_its_verdict() {
    let mut looked_at = 0;
    each_estate(QUIET, |seed, rng, estate, explainer| {
        for _ in 0..QUESTIONS {
            let Some(asked) = generate::connection(rng, estate) else { continue };
            let part = only_part(explainer, &exactly(&asked));
            assert_eq!(combined(&part.steps), part.verdict, "seed {seed}: {asked:?}");
            // Behind address translation a filter sees another address than the question names.
            let translated = part.to.is_public() && !part.from.is_public();
            let ruled = part.steps.iter().filter(|step| step.rule.is_some() && !translated);
            for step in ruled.filter(|step| matches!(step.verdict, Verdict::Allowed | Verdict::Denied)) {
                looked_at += 1;
                assert_eq!(step.rule, step.trace.first().copied(), "seed {seed}: {step:?}");
                let packet = seen_at(estate, &asked, step, &part);
                assert!(decides(estate, &packet, step, &asked), "seed {seed}: {step:?} {packet:?}");
            }
        }
    });
    assert!(number("PORTREEVE_CASES", ESTATES) < ESTATES || looked_at > 500, "{looked_at} steps");
}

fn changed(estate: &Estate, changes: &[&Change]) -> Estate {
    let mut after = estate.clone();
    for change in changes {
        change.apply(&mut after);
    }
    after
}

/// What the oracle says of a question, whose client port may be left open.
fn allowed(estate: &Estate, asked: &Connection, ports: &[u16]) -> bool {
    ports.iter().all(|port| {
        path::decide(estate, &Connection { source_port: *port, ..*asked }) == oracle::Verdict::Allowed
    })
}

#[test]
fn every_plan_works_and_no_part_of_it_does() {
    let options = Options { plans: true, trace: false, ..QUIET };
    let (mut plans, mut large) = (0, 0);
    each_estate(options, |seed, rng, estate, explainer| {
        for _ in 0..QUESTIONS / 2 {
            let Some(asked) = generate::connection(rng, estate) else { continue };
            let open = rng.bool();
            let mut question = exactly(&asked);
            let own = [asked.source_port];
            let ports: &[u16] = if open { &[1024, 40_000, 65_535] } else { &own };
            question.source_port = question.source_port.filter(|_| !open);
            let part = only_part(explainer, &question);
            assert!(part.plans.is_empty() || part.verdict == Verdict::Denied);
            for plan in &part.plans {
                let context = || format!("seed {seed}: {asked:?} {:?}", plan.words);
                assert_eq!(plan.changes.len(), plan.words.len(), "{}", context());
                plans += 1;
                large += usize::from(plan.changes.len() > 1);
                for chosen in 0..1_u32 << plan.changes.len() {
                    let picked: Vec<&Change> = (0..)
                        .zip(&plan.changes)
                        .filter(|(bit, _)| chosen & (1 << bit) != 0)
                        .map(|(_, change)| change)
                        .collect();
                    let whole = picked.len() == plan.changes.len();
                    let works = allowed(&changed(estate, &picked), &asked, ports);
                    assert!(works || !whole, "does not work: {}", context());
                    // A few client ports are no proof that all pass, so only a named one tells that a part is enough.
                    assert!(whole || open || !works, "not the smallest: {}", context());
                }
            }
        }
    });
    let whole_run = number("PORTREEVE_CASES", ESTATES) >= ESTATES;
    assert!(!whole_run || (plans > 500 && large > 100), "{plans} plans, {large} of several changes");
}

#[test]
fn exposure_is_the_union_of_what_is_explained() {
    each_estate(QUIET, |seed, _, estate, explainer| {
        let exposed = exposure(explainer, None, 1);
        for (interface, said) in estate.each_interface() {
            let (mut allowed, mut most) = (PacketSet::empty(), PacketSet::empty());
            for address in &said.addresses {
                let to = Spot::Interface { interface, private: address.private, public: None };
                let question = Question {
                    from: End::Internet,
                    to: End::Spots(vec![to]),
                    protocol: None,
                    port: None,
                    source_port: None,
                };
                for part in explainer.ask(&question).unwrap().parts {
                    allowed = allowed.union(&part.allowed);
                    most = most.union(&part.allowed).union(&part.unknown);
                }
            }
            let (allowed, most) = (allowed.project(), most.project());
            let found = exposed.iter().find(|it| it.interface == interface);
            let empty = PacketSet::empty();
            let id = estate.text(said.id);
            let surely = found.map_or(&empty, |it| &*it.allowed);
            assert!(*surely == allowed, "seed {seed}: {id}: {surely:?} but explained {allowed:?}");
            let unknown = found.map_or(&empty, |it| &*it.unknown);
            let expected = most.difference(&allowed);
            assert!(
                *unknown == expected,
                "seed {seed}: {id}: unknown {unknown:?} but explained {expected:?}"
            );
        }
    });
}

#[test]
fn the_order_of_groups_means_nothing_where_the_profile_says_so() {
    each_estate(QUIET, |seed, rng, estate, explainer| {
        if estate.profiles.iter().any(|it| it.ranking == Ranking::GroupThenPriority) {
            return;
        }
        let mut turned = estate.clone();
        turned.group_lists.iter_mut().for_each(|list| list.reverse());
        for _ in 0..QUESTIONS {
            let Some(asked) = generate::connection(rng, estate) else { continue };
            let question = exactly(&asked);
            let before = only_part(explainer, &question).verdict;
            assert_eq!(verdict(&turned, &question), before, "seed {seed}: {asked:?}");
        }
    });
}

/// Takes something out of an estate, and says so in it as documents would.
fn forget(rng: &mut Rng, estate: &mut Estate) -> &'static str {
    let gap = estate.add_gap("a document", "it is missing");
    let any = |rng: &mut Rng, len: usize| rng.usize(0..len.max(1));
    match rng.u8(0..10) {
        0 => {
            estate.coverage.interfaces = Listing::Partial(gap);
            "interfaces"
        }
        1 => {
            let at = any(rng, estate.groups.len());
            estate.groups.get_mut(at).iter_mut().for_each(|it| it.incomplete = [Some(gap); 2]);
            "rules of a group"
        }
        2 => {
            let at = any(rng, estate.acls.len());
            estate.acls.get_mut(at).iter_mut().for_each(|it| it.incomplete = Some(gap));
            "entries of a network ACL"
        }
        3 => {
            estate.subnets.iter_mut().for_each(|it| it.acl = None);
            "network ACLs"
        }
        4 => {
            let at = any(rng, estate.route_tables.len());
            if at < estate.route_tables.len() {
                estate.route_tables.remove(at);
            }
            "a route table"
        }
        5 => {
            for table in &mut estate.route_tables {
                let keep = table.routes.len() / 2;
                table.routes = table.routes.iter().take(keep).copied().collect();
                table.incomplete = Some(gap);
            }
            "routes"
        }
        6 => {
            estate.peerings.clear();
            "peerings"
        }
        7 => {
            for nat in &mut estate.nats {
                nat.sources.pop();
                nat.forwards.pop();
                nat.incomplete = Some(gap);
            }
            "entries of NAT gateways"
        }
        8 => {
            for interface in &mut estate.interfaces {
                interface.addresses.iter_mut().for_each(|it| it.public = None);
                interface.public_known = false;
            }
            "public addresses"
        }
        _ => {
            estate.interfaces.iter_mut().for_each(|it| (it.groups, it.gap) = (None, Some(gap)));
            "the groups of interfaces"
        }
    }
}

#[test]
fn a_gap_never_makes_an_answer_firm() {
    let mut opened = std::collections::BTreeMap::new();
    each_estate(QUIET, |seed, rng, estate, explainer| {
        for _ in 0..QUESTIONS {
            let Some(asked) = generate::connection(rng, estate) else { continue };
            let question = exactly(&asked);
            let before = only_part(explainer, &question).verdict;
            let mut poorer = estate.clone();
            let forgotten = forget(rng, &mut poorer);
            let after = verdict(&poorer, &question);
            // A layer that no document shows changes nothing: a NAT gateway is then taken to be routed to.
            let not_modelled = forgotten == "a route table"
                && (asked.to.address() != asked.to.own() || matches!(asked.to, path::End::Public(_)));
            let fits = after == before || after == Verdict::Unknown || not_modelled;
            assert!(fits, "seed {seed}: without {forgotten} {before:?} becomes {after:?}: {asked:?}");
            *opened.entry(forgotten).or_insert(0) += usize::from(after != before);
        }
    });
    assert!(opened.len() == 10 && opened.values().all(|times| *times > 0), "{opened:?}");
}

#[test]
fn layers_of_a_denied_connection_are_all_listed() {
    each_estate(QUIET, |seed, rng, estate, explainer| {
        for _ in 0..QUESTIONS {
            let Some(asked) = generate::connection(rng, estate) else { continue };
            let part = only_part(explainer, &exactly(&asked));
            let groups = part.steps.iter().filter(|step| step.layer == Layer::SecurityGroup).count();
            let ends = [asked.from, asked.to];
            let known = ends.iter().filter(|end| matches!(end, path::End::Interface { .. })).count();
            assert_eq!(groups, known, "seed {seed}: {asked:?}");
            assert!(part.steps.iter().any(|step| step.layer == Layer::Route) || part.from.is_public());
        }
    });
}
