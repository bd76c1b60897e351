//! Rules that the platform ignores.

use portreeve_engine::RuleRef;
use portreeve_model::{Action, Acts, Direction, Group, GroupPeers, Peer, PortRange, Ports, Protocol, Rule};

use crate::catalogue::beyond;
use crate::check::Check;
use crate::meta::Meta;
use crate::run::{Asking, Draft, Run};

/// One finding for each group with rules that never act.
pub(crate) struct NeverActs;

impl Check for NeverActs {
    fn meta(&self) -> &'static Meta {
        &beyond::NEVER_ACTS
    }

    fn run(&self, run: &Run<'_>, asking: &Asking) -> Vec<Draft> {
        let found = run.each_rule().filter_map(|(rule, said)| {
            let group = run.estate.group(rule.group);
            reason(run, rule, group, said).map(|reason| (rule, reason))
        });
        let found: Vec<(RuleRef, String)> = found.collect();
        found
            .chunk_by(|(one, _), (next, _)| one.group == next.group)
            .filter_map(|same| {
                let rules: Vec<RuleRef> = same.iter().map(|(rule, _)| *rule).collect();
                let told = same.iter().map(|(rule, reason)| format!("{}: {reason}", run.rule_name(*rule)));
                let detail = told.collect::<Vec<_>>().join("; ");
                Some(asking.group(run, rules.first()?.group, rules, detail))
            })
            .collect()
    }
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
