//! Rules that the platform ignores.

use portreeve_engine::RuleRef;
use portreeve_model::{
    Action, Acts, Direction, Group, GroupIx, GroupPeers, Peer, PortRange, Ports, Protocol, Rule, WeakFlavour,
};

use crate::catalogue::beyond;
use crate::check::Check;
use crate::finding::{Certainty, Finding};
use crate::meta::Meta;
use crate::run::{Asking, Run};

/// How many servers are named where many have the same flavour.
const NAMED: usize = 3;

/// One finding for each group with rules that never act, and one for each with rules that are documented not to act on
/// some servers or beyond some number, on which the platform's own pages disagree.
pub(crate) struct NeverActs;

impl Check for NeverActs {
    fn meta(&self) -> &'static Meta {
        &beyond::NEVER_ACTS
    }

    fn run(&self, run: &Run<'_>, asking: &Asking) -> Vec<Vec<Finding>> {
        let mut findings = Vec::new();
        for (ix, group) in run.estate.each_group() {
            let rules =
                || (0..).zip(&group.rules).map(move |(rule, said)| (RuleRef { group: ix, rule }, said));
            let sure: Vec<_> =
                rules().filter_map(|(at, said)| Some((at, reason(run, at, group, said)?))).collect();
            let known = |rule: &RuleRef| sure.iter().any(|(at, _)| at == rule);
            let weak = weak_flavours(run, ix);
            let doubted = rules().filter(|(at, _)| !known(at));
            let mut doubts: Vec<_> =
                doubted.filter_map(|(at, said)| Some((at, no_effect(said, &weak)?))).collect();
            let (beyond, told) = beyond_limit(run, ix);
            findings.extend(told_of(run, asking, ix, &sure, Vec::new()));
            doubts.extend(beyond.into_iter().map(|at| (at, String::new())));
            findings.extend(told_of(run, asking, ix, &doubts, told).map(|mut finding| {
                finding.certainty = Certainty::Possible;
                // A second finding of the group, told apart from the first by naming it twice.
                Asking::name_also(run, &mut finding, group.id);
                finding
            }));
        }
        vec![findings]
    }
}

/// The finding of some rules and why each does not act, and of what is true of several together.
fn told_of(
    run: &Run<'_>,
    asking: &Asking,
    group: GroupIx,
    found: &[(RuleRef, String)],
    together: Vec<String>,
) -> Option<Finding> {
    if found.is_empty() {
        return None;
    }
    let mut rules: Vec<RuleRef> = found.iter().map(|(rule, _)| *rule).collect();
    rules.sort_unstable();
    rules.dedup();
    let alone = found.iter().filter(|(_, reason)| !reason.is_empty());
    let alone = alone.map(|(rule, reason)| format!("{}: {reason}", run.rule_name(*rule)));
    let detail = alone.chain(together).collect::<Vec<_>>().join("; ");
    Some(asking.group(run, group, rules, detail))
}

fn reason(run: &Run<'_>, at: RuleRef, group: &Group, rule: &Rule) -> Option<String> {
    let estate = run.estate;
    if rule.acts == Acts::Never {
        return Some("the platform does not apply it".to_owned());
    }
    if is_blocked_egress(run, group, rule) {
        return Some("the platform blocks this port outbound, whatever the rules say".to_owned());
    }
    match &rule.peer {
        Peer::Group { .. } if group_peers(run, group) == GroupPeers::Nobody => {
            Some("a group of this kind takes no group as a peer".to_owned())
        }
        Peer::Group { group: Some(peer), .. } if group_peers(run, group) == GroupPeers::OwnNetwork => {
            let (own, other) = (group.network, estate.group(*peer).network);
            let apart = own.is_some() && other.is_some() && own != other;
            apart.then(|| format!("{} belongs to another network", run.called(estate.group(*peer))))
        }
        Peer::List(list) => {
            let list = estate.address_list(list.list?);
            let empty = list.entries.is_empty() && list.incomplete.is_none();
            empty.then(|| format!("list `{}` is empty", estate.text(list.id)))
        }
        Peer::Prefix(prefix) if prefix.address().is_ipv6() => no_ipv6(run, at),
        _ => None,
    }
}

fn group_peers(run: &Run<'_>, group: &Group) -> GroupPeers {
    run.estate.profile(group.profile).group_peers
}

/// An allow rule outbound that reaches no further than what the platform blocks. A deny rule agrees with the platform.
fn is_blocked_egress(run: &Run<'_>, group: &Group, rule: &Rule) -> bool {
    let Ports::Range(ports) = rule.ports else { return false };
    let blocked = run.estate.profile(group.profile).blocked_egress;
    let unblocked = run.settings.smtp_unblocked;
    rule.direction == Direction::Egress
        && rule.action == Action::Allow
        && blocked.iter().any(|(protocol, range)| {
            rule.protocol == *protocol
                && rule.protocol != Protocol::All
                && range.first() <= ports.first()
                && ports.last() <= range.last()
                && !(unblocked && *range == PortRange::one(25))
        })
}

/// An IPv6 rule of a group that interfaces carry, none of them with IPv6.
fn no_ipv6(run: &Run<'_>, rule: RuleRef) -> Option<String> {
    let mut carriers = run
        .index
        .classes_of(rule.group)
        .iter()
        .flat_map(|class| &run.index.class(*class).interfaces)
        .map(|ix| run.estate.interface(*ix))
        .peekable();
    carriers.peek()?;
    let silent = run.interfaces_known()
        && carriers.all(|interface| !interface.addresses.is_empty() && !interface.has_ipv6());
    silent.then(|| "it is about IPv6, and no interface of the group has an IPv6 address".to_owned())
}

/// A kind of server on which some rules have no effect, and the servers of that kind that carry a group.
struct Weak {
    flavour: WeakFlavour,
    /// What to call them.
    servers: String,
}

fn weak_flavours(run: &Run<'_>, group: GroupIx) -> Vec<Weak> {
    let weak = run.estate.profile(run.estate.group(group).profile).weak_flavours;
    if weak.is_empty() {
        return Vec::new();
    }
    let mut servers: Vec<_> =
        run.carriers(group).filter_map(|ix| run.estate.interface(ix).instance).collect();
    servers.sort_unstable();
    servers.dedup();
    let of = |flavour: &WeakFlavour| {
        let mut found = servers.iter().map(|ix| run.estate.instance(*ix)).filter(|server| {
            run.estate.text(server.flavour).to_ascii_lowercase().starts_with(flavour.prefix)
        });
        let first = found.next()?;
        let named = |server: &portreeve_model::Instance| {
            let name = if server.name.is_empty() { server.id } else { server.name };
            format!("`{}` ({})", run.estate.text(name), run.estate.text(server.flavour))
        };
        let rest: Vec<String> = found.map(named).collect();
        let mut shown = vec![named(first)];
        shown.extend(rest.iter().take(NAMED - 1).cloned());
        let more = rest.len().saturating_sub(NAMED - 1);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        Some(Weak { flavour: *flavour, servers: format!("{}{more}", shown.join(", ")) })
    };
    weak.iter().filter_map(of).collect()
}

/// Why a rule is documented not to act on some servers of its group.
fn no_effect(rule: &Rule, weak: &[Weak]) -> Option<String> {
    let servers = |found: &dyn Fn(&WeakFlavour) -> bool| {
        let names: Vec<&str> =
            weak.iter().filter(|weak| found(&weak.flavour)).map(|weak| weak.servers.as_str()).collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    let list = matches!(rule.peer, Peer::List(_)).then(|| servers(&|flavour| flavour.no_lists)).flatten();
    let split = has_split_ports(rule).then(|| servers(&|flavour| flavour.no_split_ports)).flatten();
    let (kind, servers) = match (list, split) {
        (Some(servers), _) => ("name a list of addresses", servers),
        (None, Some(servers)) => ("have several port ranges", servers),
        (None, None) => return None,
    };
    Some(format!("rules that {kind} are documented to have no effect on {servers}"))
}

fn has_split_ports(rule: &Rule) -> bool {
    matches!(rule.ports, Ports::Ranges(_) | Ports::List(_))
}

/// The rules of directions that have more composite rules than the platform applies, and a sentence for each such direction.
/// Which of them are left out is documented nowhere.
fn beyond_limit(run: &Run<'_>, ix: GroupIx) -> (Vec<RuleRef>, Vec<String>) {
    let group = run.estate.group(ix);
    let (mut rules, mut told) = (Vec::new(), Vec::new());
    let Some(limit) = run.estate.profile(group.profile).quotas.composite_rules else { return (rules, told) };
    for direction in Direction::BOTH {
        let composite = |rule: &Rule| {
            rule.direction == direction
                && rule.acts != Acts::Never
                && (matches!(rule.peer, Peer::Group { .. } | Peer::List(_)) || has_split_ports(rule))
        };
        let found: Vec<RuleRef> = (0..)
            .zip(&group.rules)
            .filter(|(_, rule)| composite(rule))
            .map(|(rule, _)| RuleRef { group: ix, rule })
            .collect();
        if found.len() > limit as usize {
            told.push(format!(
                "{} {direction} rules name a group or a list or have several port ranges: the platform applies {limit} of \
                 these, and does not say which",
                found.len()
            ));
            rules.extend(found);
        }
    }
    (rules, told)
}
