//! What each finding asks of a plan.

use portreeve_checks::{Finding, Outcome};
use portreeve_fix::{Aim, Subject};
use portreeve_model::{Direction, Estate};
use portreeve_netset::{Block, IntervalSet, PacketSet};

/// The aim that a finding stands for.
pub(super) fn aim(estate: &Estate, outcome: &Outcome, finding: &Finding) -> Aim {
    let item = &*outcome.item(finding).id;
    let manual = |words: &str| Aim::Manual(words.to_owned());
    match (item, finding.group) {
        ("redundant-rule" | "shadowed-rule" | "never-acts", _) => Aim::Lean(finding.rules.to_vec()),
        ("rule-quota" | "too-many-rules", Some(group)) => Aim::Consolidate(group),
        ("unused-group", Some(group)) => Aim::Delete(group),
        ("excessive-groups", _) => manual(
            "which of the groups belong together is for a person to say: an interface cannot leave one without losing its rules",
        ),
        ("one-server-group", _) => {
            manual("whether the server may share a group with others is for a person to say")
        }
        ("one-group-for-all", _) => {
            manual("which servers belong apart is for a person to say: give each kind a group of its own")
        }
        ("platform-added-rule", _) => {
            manual("only a person knows whether the service that added the rule is still in use")
        }
        ("group-quota", _) => manual("which groups or members may go is for a person to say"),
        ("rule-quota" | "too-many-rules", None) => {
            manual("the rules of several groups add up: fix the groups one by one with `--group`")
        }
        _ if finding.traffic.is_empty() => manual("nothing can be computed for this item"),
        _ => close(estate, item, finding),
    }
}

fn close(estate: &Estate, item: &str, finding: &Finding) -> Aim {
    let subject = match finding.group {
        Some(group) => Subject::Group(group),
        None => Subject::Interfaces(finding.servers.iter().map(|server| server.interface).collect()),
    };
    let direction = if item == "open-egress" {
        Direction::Egress
    } else {
        let first = finding.rules.first();
        let rule = first.and_then(|at| estate.groups.get(at.group.at())?.rules.get(at.rule as usize));
        rule.map_or(Direction::Ingress, |rule| rule.direction)
    };
    let unwanted = PacketSet::union_all(finding.traffic.iter().map(|traffic| {
        PacketSet::from_block(&Block {
            protocols: traffic.protocol.map_or(IntervalSet::full(), IntervalSet::single),
            ports: traffic.ports.clone(),
            peers: (*traffic.peers).clone(),
            ..Block::all()
        })
    }));
    Aim::Close { subject, direction, unwanted }
}
