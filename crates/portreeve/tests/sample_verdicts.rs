//! The sample account, packet by packet: which rule decides, in both security groups on the way.
//!
//! The verdicts were worked out by hand from the vendor's documented semantics (docs/semantics.md); network ACLs are not part of
//! them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set itself up has failed"
)]

use std::net::IpAddr;
use std::path::Path;

use portreeve::engine::{Bound, Index, Place, Policy, Source};
use portreeve::load::{LoadOptions, Unwatched, load};
use portreeve::model::{Action, Direction, Estate, InterfaceIx};
use portreeve::netset::{Packet, protocol};

/// What decides a packet at one group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By<'a> {
    /// A rule: the end of its id, and its priority.
    Rule(&'a str, u32),
    /// Members of this group may talk to each other.
    SameGroup(&'a str),
    /// No rule matches.
    Default,
}

use By::{Default, Rule, SameGroup};

type Verdict<'a> = Option<(Action, By<'a>)>;

/// Protocol, sender and its port, receiver and the port, then the verdicts of the sender's groups and of the receiver's. An
/// end outside the account has no groups.
type Case = (u8, &'static str, u16, &'static str, u16, Verdict<'static>, Verdict<'static>);

const ALLOW: Action = Action::Allow;
const DENY: Action = Action::Deny;
const TCP: u8 = protocol::TCP;
const UDP: u8 = protocol::UDP;

const WEB: &str = "10.20.1.10";
const JUMP: &str = "10.20.1.30";
const DB: &str = "10.20.2.40";
const BATCH: &str = "10.20.1.50";

const CASES: [Case; 19] = [
    // The accept of priority 100 comes before the one of 110 that the default group has; the drop of 50 is not about this sender.
    (TCP, "203.0.113.99", 40000, WEB, 22, None, Some((ALLOW, Rule("004", 100)))),
    (TCP, "198.51.100.9", 40000, WEB, 22, None, Some((DENY, Rule("005", 50)))),
    // Accept and drop at 100: drop wins the tie, and 110 comes too late.
    (TCP, "203.0.113.99", 40000, WEB, 3389, None, Some((DENY, Rule("008", 100)))),
    (TCP, "203.0.113.99", 40000, JUMP, 3389, None, Some((ALLOW, Rule("027", 110)))),
    // The prefix list holds 0.0.0.0/1.
    (TCP, "8.8.8.8", 40000, WEB, 9200, None, Some((ALLOW, Rule("011", 10)))),
    (TCP, "200.1.1.1", 40000, WEB, 9200, None, Some((DENY, Default))),
    // A basic group lets everything out; the five-tuple rule asks for client ports from 1024 on.
    (UDP, DB, 40000, WEB, 53, Some((ALLOW, Default)), Some((ALLOW, Rule("012", 5)))),
    (UDP, DB, 500, WEB, 53, Some((ALLOW, Default)), Some((DENY, Default))),
    // Both carry the default group, whose members may talk to each other before any rule is asked …
    (TCP, JUMP, 40000, WEB, 3389, Some((ALLOW, Default)), Some((ALLOW, SameGroup("demo5")))),
    // … but what the sender's rules drop does not leave.
    (TCP, WEB, 40000, JUMP, 3389, Some((DENY, Rule("017", 100))), Some((ALLOW, SameGroup("demo5")))),
    (TCP, WEB, 40000, DB, 3306, Some((ALLOW, Rule("015", 1))), Some((ALLOW, Rule("018", 1)))),
    // The drop of priority 1 comes before the accept of all ports at 2.
    (TCP, WEB, 40000, DB, 1433, Some((ALLOW, Rule("015", 1))), Some((DENY, Rule("019", 1)))),
    (TCP, "203.0.113.99", 40000, DB, 6379, None, Some((ALLOW, Rule("020", 2)))),
    // The secondary address of the secondary interface, in an advanced group.
    (TCP, "203.0.113.99", 40000, "10.20.1.52", 8080, None, Some((ALLOW, Rule("022", 1)))),
    // ALL from 0.0.0.0/0 says nothing of IPv6.
    (TCP, "2001:db8::9", 40000, "2001:db8:20:1::50", 22, None, Some((DENY, Default))),
    (protocol::ICMPV6, "2001:db8::9", 0, "2001:db8:20:1::50", 0, None, Some((ALLOW, Rule("023", 1)))),
    (TCP, WEB, 40000, "203.0.113.99", 25, Some((DENY, Rule("009", 1))), None),
    (TCP, WEB, 40000, "203.0.113.99", 80, Some((DENY, Rule("017", 100))), None),
    // An advanced group lets nothing out by default; this one has a rule that does.
    (TCP, BATCH, 40000, "203.0.113.99", 80, Some((ALLOW, Rule("025", 1))), None),
];

fn sample() -> Estate {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/alibaba/sample");
    load(&[folder.display().to_string()], &LoadOptions::default(), &Unwatched).unwrap().estate
}

/// The interface that owns an address.
fn owner(estate: &Estate, address: IpAddr) -> Option<InterfaceIx> {
    let owns = |ix: InterfaceIx| estate.interface(ix).addresses.iter().any(|own| own.private == address);
    estate.each_interface().map(|(ix, _)| ix).find(|ix| owns(*ix))
}

/// The verdict of the groups of one end, where it is an interface of the account.
fn verdict<'e>(index: &Index<'e>, direction: Direction, packet: &Packet) -> Verdict<'e> {
    let estate = index.estate();
    let own = owner(estate, packet.local)?;
    let place = match (owner(estate, packet.peer), estate.interface(own).network) {
        (Some(_), Some(network)) => Place::Network(network),
        _ => Place::Internet,
    };
    let class = index.class(index.class_of(own));
    let decide = |bound| {
        let policy = Policy::of_class(index, class, direction, place, bound);
        let decision = policy.decide(packet);
        (decision.action, decision.by)
    };
    let (action, by) = decide(Bound::Surely);
    assert_eq!((action, by), decide(Bound::Possibly), "no gap of the account is about {packet:?}");
    Some((action, by.map_or(Default, |source| named(estate, source))))
}

fn named(estate: &Estate, source: Source) -> By<'_> {
    let end = |text, length| estate.text(text).split_at(estate.text(text).len() - length).1;
    match source {
        Source::Rule(at) => {
            let rule = &estate.group(at.group).rules[at.rule as usize];
            Rule(end(rule.id, 3), rule.priority)
        }
        Source::SameGroup(group) => SameGroup(end(estate.group(group).id, 5)),
        other => panic!("{other:?} decides"),
    }
}

#[test]
fn each_packet_is_decided_by_the_rule_that_the_vendor_documents() {
    let estate = sample();
    let index = Index::new(&estate);
    for (protocol, from, source_port, to, port, egress, ingress) in CASES {
        let (sender, receiver): (IpAddr, IpAddr) = (from.parse().unwrap(), to.parse().unwrap());
        let seen_by = |local, peer| Packet { protocol, port, source_port, local, peer };
        let told = (
            verdict(&index, Direction::Egress, &seen_by(sender, receiver)),
            verdict(&index, Direction::Ingress, &seen_by(receiver, sender)),
        );
        assert_eq!(told, (egress, ingress), "{protocol} {from}:{source_port} -> {to}:{port}");
    }
}
