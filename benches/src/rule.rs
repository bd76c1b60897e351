//! The rules of a group: a mix as it is found in real accounts.

use std::fmt::{self, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::estate::{Estate, GroupKind};
use crate::ids::Kind;
use crate::pool;
use crate::template::Template;

/// The remote side of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// An IPv4 prefix.
    Ipv4(Ipv4Addr, u8),
    /// One IPv4 address, written without a length.
    Bare(Ipv4Addr),
    /// An IPv6 prefix.
    Ipv6(Ipv6Addr, u8),
    /// The members of another group of the same network.
    Group(u32),
    /// A prefix list.
    List(u32),
}

impl Peer {
    /// Every IPv4 address.
    pub const EVERYONE: Self = Self::Ipv4(Ipv4Addr::UNSPECIFIED, 0);
    /// Every IPv6 address.
    pub const EVERYONE_IPV6: Self = Self::Ipv6(Ipv6Addr::UNSPECIFIED, 0);

    const fn is_ipv6(self) -> bool {
        match self {
            Self::Ipv6(..) => true,
            Self::List(list) => Estate::is_ipv6_list(list),
            Self::Ipv4(..) | Self::Bare(_) | Self::Group(_) => false,
        }
    }
}

/// One rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Whether it is about traffic to the members of the group.
    pub is_ingress: bool,
    /// The protocol's name.
    pub protocol: &'static str,
    /// First and last destination port; none for protocols without ports.
    pub ports: Option<(u16, u16)>,
    /// The remote side.
    pub peer: Peer,
    /// Whether it drops what it matches.
    pub drops: bool,
    /// 1 is the highest.
    pub priority: u8,
    /// As it stands in JSON.
    pub description: &'static str,
}

impl Rule {
    /// An ingress rule in the notation of test estates. Groups and lists stand as private blocks, since there they have nobody in them.
    pub fn notation(&self) -> String {
        let ports = self.ports.map_or_else(String::new, |(first, last)| format!(" {first}-{last}"));
        let peer = match self.peer {
            Peer::Ipv4(address, len) => format!("{address}/{len}"),
            Peer::Bare(address) => format!("{address}/32"),
            Peer::Ipv6(address, len) => format!("{address}/{len}"),
            Peer::Group(number) | Peer::List(number) => format!("10.{}.0.0/16", number % 256),
        };
        let action = if self.drops { "deny" } else { "allow" };
        format!("  in {} {action} {}{ports} from {peer}", self.priority, self.protocol.to_lowercase())
    }
}

/// All rules of a group, between 4 and 16 of them.
pub fn rules_of(estate: &Estate, group: u32) -> Vec<Rule> {
    let mut random = estate.ids.random(Kind::Rule, u64::from(group) << 8 | 0xff);
    let is_open = random.u8(..100) < 20;
    let count = random.usize(4..=16);
    let mut rules = Vec::with_capacity(count);
    if is_open {
        rules.extend(open_rules(&mut random));
    }
    while rules.len() < count {
        rules.push(ordinary_rule(estate, group, &mut random));
    }
    rules
}

/// One or two rules that let everyone in, now and then with a stronger one that stops them.
fn open_rules(random: &mut fastrand::Rng) -> Vec<Rule> {
    let everything = random.u8(..20) == 0;
    let ports = if everything { None } else { pool::weighted(random, &pool::OPEN) };
    let open = Rule {
        is_ingress: true,
        protocol: if everything { "ALL" } else { "TCP" },
        ports,
        peer: Peer::EVERYONE,
        drops: false,
        priority: random.u8(2..=100),
        description: pool::any(random, &pool::DESCRIPTIONS),
    };
    let mut rules = vec![open];
    match random.u8(..10) {
        0 => rules.push(Rule { drops: true, priority: random.u8(1..=open.priority), ..open }),
        1 | 2 => rules.push(Rule { peer: Peer::EVERYONE_IPV6, ..open }),
        3..=5 => rules.push(Rule { ports: Some((443, 443)), protocol: "TCP", ..open }),
        _ => {}
    }
    rules
}

/// A rule that lets somebody in or out, but inbound never everyone.
fn ordinary_rule(estate: &Estate, group: u32, random: &mut fastrand::Rng) -> Rule {
    let is_ingress = random.u8(..100) < 82;
    let peer = if !is_ingress && random.bool() { Peer::EVERYONE } else { some_peer(estate, group, random) };
    let (protocol, ports) = traffic(peer, random);
    Rule {
        is_ingress,
        protocol,
        ports,
        peer,
        drops: random.u8(..100) < 4,
        priority: if random.u8(..10) < 6 { 1 } else { random.u8(1..=100) },
        description: pool::any(random, &pool::DESCRIPTIONS),
    }
}

fn traffic(peer: Peer, random: &mut fastrand::Rng) -> (&'static str, Option<(u16, u16)>) {
    let single = |port: u16| Some((port, port));
    match random.u8(..100) {
        0..68 => ("TCP", single(pool::any(random, &pool::PORTS))),
        68..82 => ("TCP", Some(pool::any(random, &pool::RANGES))),
        82..88 => ("UDP", single(pool::any(random, &pool::UDP_PORTS))),
        88..90 => ("UDP", Some((30_000, 40_000))),
        90..95 => ("ALL", None),
        95..99 if peer.is_ipv6() => ("ICMPv6", None),
        95..99 => ("ICMP", None),
        _ => ("GRE", None),
    }
}

fn some_peer(estate: &Estate, group: u32, random: &mut fastrand::Rng) -> Peer {
    let network = estate.network_of(group);
    match random.u8(..100) {
        0..48 => private_prefix(network, random),
        48..68 => public_prefix(random),
        68..84 => other_group(estate, group, random).unwrap_or_else(|| private_prefix(network, random)),
        84..90 => Peer::List(random.u32(..estate.prefix_lists)),
        90..95 => ipv6_prefix(random),
        _ => Peer::Bare(private_address(network, random)),
    }
}

/// A basic group of the same network: advanced groups neither name groups nor can they be named.
fn other_group(estate: &Estate, group: u32, random: &mut fastrand::Rng) -> Option<Peer> {
    if estate.kind_of(group) == GroupKind::Advanced {
        return None;
    }
    let other = estate.any_group_of(estate.network_of(group), random)?;
    (other != group && estate.kind_of(other) != GroupKind::Advanced).then_some(Peer::Group(other))
}

const fn private_base(network: u32) -> u32 {
    10 << 24 | (network & 0xff) << 16
}

fn private_address(network: u32, random: &mut fastrand::Rng) -> Ipv4Addr {
    Ipv4Addr::from_bits(private_base(network) | u32::from(random.u16(..)))
}

fn private_prefix(network: u32, random: &mut fastrand::Rng) -> Peer {
    let length = pool::any(random, &[32, 32, 32, 24, 24, 24, 20, 16, 16, 8]);
    prefix(private_address(network, random), length)
}

/// A prefix of the internet; one in a hundred is as wide as /8.
pub fn public_prefix(random: &mut fastrand::Rng) -> Peer {
    let first = u32::from(pool::any(random, &pool::PUBLIC));
    let address = Ipv4Addr::from_bits(first << 24 | random.u32(..1 << 24));
    let length =
        if random.u8(..100) == 0 { 8 } else { pool::any(random, &[32, 32, 32, 32, 28, 24, 24, 24, 20, 16]) };
    prefix(address, length)
}

fn prefix(address: Ipv4Addr, length: u8) -> Peer {
    let mask = u32::MAX.checked_shl(32 - u32::from(length)).unwrap_or(0);
    Peer::Ipv4(Ipv4Addr::from_bits(address.to_bits() & mask), length)
}

/// An IPv6 prefix of a provider: a /32, a /48 or a /64.
pub fn ipv6_prefix(random: &mut fastrand::Rng) -> Peer {
    let length = pool::any(random, &[32, 48, 48, 64]);
    let keep = |from: u8, part: u16| if length >= from { part } else { 0 };
    let (site, subnet) = (random.u16(..), random.u16(..));
    Peer::Ipv6(
        Ipv6Addr::new(0x2408, random.u16(0x4000..0x8fff), keep(48, site), keep(64, subnet), 0, 0, 0, 0),
        length,
    )
}

/// Writes rules as the members of `Permission`.
#[derive(Debug)]
pub struct RuleWriter {
    template: Template,
}

impl Default for RuleWriter {
    fn default() -> Self {
        Self { template: Template::new(include_str!("../templates/rule.json")) }
    }
}

impl RuleWriter {
    /// Appends the rule at `position` of a group.
    ///
    /// # Errors
    /// If the template has a slot without a value.
    pub fn write(
        &self,
        out: &mut String,
        estate: &Estate,
        group: u32,
        position: usize,
        rule: &Rule,
    ) -> fmt::Result {
        let number = u64::from(group) << 8 | position as u64;
        self.template.render(out, |slot, out| match slot {
            "created" => write!(out, "{}", pool::time(estate.ids.number(Kind::Rule, number), true)),
            "description" => out.write_str(rule.description),
            "direction" => out.write_str(if rule.is_ingress { "ingress" } else { "egress" }),
            "policy" => out.write_str(if rule.drops { "Drop" } else { "Accept" }),
            "ports" => match rule.ports {
                Some((first, last)) => write!(out, "{first}/{last}"),
                None => out.write_str("-1/-1"),
            },
            "priority" => write!(out, "{}", rule.priority),
            "protocol" => out.write_str(rule.protocol),
            "rule" => write!(out, "{}", estate.ids.id(Kind::Rule, number)),
            _ => write_peer(out, estate, rule, slot),
        })
    }
}

/// Writes a field of the peer if the slot is about the rule's remote side, and leaves the slots of the other side empty.
fn write_peer(out: &mut String, estate: &Estate, rule: &Rule, slot: &str) -> fmt::Result {
    let (side, field) = slot.split_once('_').ok_or(fmt::Error)?;
    match (side, rule.is_ingress) {
        ("from", true) | ("to", false) => {}
        ("from", false) | ("to", true) => return Ok(()),
        _ => return Err(fmt::Error),
    }
    match (field, rule.peer) {
        ("ipv4", Peer::Ipv4(address, length)) => write!(out, "{address}/{length}"),
        ("ipv4", Peer::Bare(address)) => write!(out, "{address}"),
        ("ipv6", Peer::Ipv6(address, length)) => write!(out, "{address}/{length}"),
        ("group", Peer::Group(group)) => write!(out, "{}", estate.group_id(group)),
        ("group_name", Peer::Group(group)) => write!(out, "{}", estate.group_name(group)),
        ("list", Peer::List(list)) => write!(out, "{}", estate.prefix_list_id(list)),
        ("list_name", Peer::List(list)) => write!(out, "{}", Estate::prefix_list_name(list)),
        ("ipv4" | "ipv6" | "group" | "group_name" | "list" | "list_name", _) => Ok(()),
        _ => Err(fmt::Error),
    }
}
