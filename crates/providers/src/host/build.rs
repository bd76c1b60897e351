//! From rules that are put together to filters of the estate.

use std::net::IpAddr;

use hashbrown::HashMap;
use portreeve_model::{
    Acl, AclIx, Action, Acts, AddressList, AddressListIx, AddressRange, Direction, Estate, GapIx, ListRef,
    Narrow, Otherwise, Peer, PortRange, Ports, Prefix, Protocol, Rule, Scope, Text,
};

use super::chain::{Filter, Ruling};
use super::ranges::{Addresses, PROTOCOLS, Ranges};
use super::traffic::{Traffic, WITH_PORTS};

/// So many rules of one filter are written out.
const ENTRIES: usize = 100_000;

/// Adds filters of one server to an estate, and counts the gaps.
pub(super) struct Builder<'e> {
    pub(super) estate: &'e mut Estate,
    /// The server's id.
    pub(super) server: String,
    /// The file.
    pub(super) file: String,
    pub(super) gaps: HashMap<String, GapIx>,
    lists: HashMap<Vec<(IpAddr, IpAddr)>, AddressListIx>,
}

impl<'e> Builder<'e> {
    pub(super) fn new(estate: &'e mut Estate, server: String, file: String) -> Self {
        Self { estate, server, file, gaps: HashMap::new(), lists: HashMap::new() }
    }

    /// The gap of a sentence; the same one is not told twice.
    pub(super) fn gap(&mut self, what: &str) -> GapIx {
        if let Some(&gap) = self.gaps.get(what) {
            return gap;
        }
        let gap = self.estate.add_gap(format!("{} ({})", self.server, self.file), what);
        self.gaps.insert(what.to_owned(), gap);
        gap
    }

    /// The id of a filter of this server.
    pub(super) fn id(&self, name: &str) -> String {
        format!("{}/{name}", self.server)
    }

    /// The row of a filter, which takes the place of `instead` if it is given.
    pub(super) fn filter(&mut self, filter: &Filter, instead: Option<AclIx>) -> AclIx {
        let incomplete = filter.incomplete.as_deref().map(|what| self.gap(what));
        let mut entries = Vec::new();
        for ruling in &filter.rulings {
            self.rules(ruling, filter.direction, &mut entries);
        }
        let incomplete = incomplete.or_else(|| {
            let what = format!("there are more than {ENTRIES} rules once they are written out");
            (entries.len() >= ENTRIES).then(|| self.gap(&what))
        });
        let id = self.id(&filter.name);
        let other =
            |direction| if direction == filter.direction { filter.otherwise } else { Otherwise::Allow };
        let acl = Acl {
            id: self.estate.texts.intern(&id),
            name: self.estate.texts.intern(&filter.name),
            stateful: true,
            entries,
            ingress: other(Direction::Ingress),
            egress: other(Direction::Egress),
            exempt: &[],
            incomplete,
            origin: None,
        };
        if let Some((ix, row)) = instead.and_then(|ix| Some((ix, self.estate.acls.get_mut(ix.at())?))) {
            *row = acl;
            return ix;
        }
        self.estate.acls.push(acl);
        AclIx::new(self.estate.acls.len() - 1)
    }

    /// The rules of the model that say what one rule of the firewall says.
    fn rules(&mut self, ruling: &Ruling, direction: Direction, rules: &mut Vec<Rule>) {
        if ruling.traffic.is_empty() || rules.len() >= ENTRIES {
            return;
        }
        let gap = ruling.doubt.as_deref().map(|doubt| self.gap(doubt));
        let (peers, own) = sides(&ruling.traffic, direction);
        let peer = self.peer(peers);
        let shape = Rule {
            id: self.estate.texts.intern(&ruling.id),
            description: self.estate.texts.intern(&ruling.words),
            position: 0,
            priority: 0,
            direction,
            action: ruling.action,
            acts: if gap.is_some() { Acts::Possibly } else { Acts::Surely },
            scope: Scope::Anywhere,
            protocol: Protocol::All,
            ports: Ports::All,
            peer,
            narrow: None,
            gap,
        };
        for (protocol, ported) in protocols(&ruling.traffic) {
            let mut rule = Rule { protocol, ..shape.clone() };
            let mut source_ports = Ports::All;
            match ported {
                Ported::Exactly => {
                    (rule.ports, source_ports) =
                        (ports(&ruling.traffic.ports), ports(&ruling.traffic.source_ports));
                }
                Ported::Beyond => {
                    rule.acts = Acts::Possibly;
                    let what = "ports of protocols other than TCP, UDP and SCTP are not told apart";
                    rule.gap = rule.gap.or_else(|| Some(self.gap(what)));
                }
                Ported::Without => {}
            }
            for local in locals(own, peers).into_iter().take(ENTRIES.saturating_sub(rules.len())) {
                let narrow = Narrow { source_ports: source_ports.clone(), local };
                let asks = narrow.local.is_some() || narrow.source_ports != Ports::All;
                let position = u32::try_from(rules.len() + 1).unwrap_or(u32::MAX);
                let narrow = asks.then(|| Box::new(narrow));
                rules.push(Rule { position, narrow, ..rule.clone() });
            }
        }
    }

    fn peer(&mut self, peers: &Addresses) -> Peer {
        if peers.v4.is_full() && peers.v6.is_full() {
            return Peer::Any;
        }
        let ranges: Vec<_> = peers.v4.address_ranges(32).chain(peers.v6.address_ranges(128)).collect();
        if let [_] = ranges.as_slice() {
            let prefixes = peers.v4.prefixes(32).into_iter().chain(peers.v6.prefixes(128));
            if let [prefix] = prefixes.collect::<Vec<_>>().as_slice() {
                return Peer::Prefix(*prefix);
            }
        }
        let key = ranges.iter().map(|range| (range.first(), range.last())).collect();
        let list = self.list(key, ranges);
        Peer::List(ListRef { id: self.estate.address_list(list).id, list: Some(list) })
    }

    /// The list of these addresses, which several rules may share.
    fn list(&mut self, key: Vec<(IpAddr, IpAddr)>, ranges: Vec<AddressRange>) -> AddressListIx {
        if let Some(&ix) = self.lists.get(&key) {
            return ix;
        }
        let id = self.id(&format!("addresses {}", self.estate.address_lists.len() + 1));
        self.estate.address_lists.push(AddressList {
            id: self.estate.texts.intern(&id),
            name: Text::EMPTY,
            entries: ranges.into(),
            max_entries: None,
            incomplete: None,
        });
        let ix = AddressListIx::new(self.estate.address_lists.len() - 1);
        self.lists.insert(key, ix);
        ix
    }
}

/// How a rule's ports count for a protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ported {
    Exactly,
    /// It has ports in the firewall, perhaps, and none in the model.
    Beyond,
    /// The rule asks for none.
    Without,
}

fn protocols(traffic: &Traffic) -> Vec<(Protocol, Ported)> {
    let asks = !traffic.ports.is_full() || !traffic.source_ports.is_full();
    if traffic.protocols.is_full() && !asks {
        return vec![(Protocol::All, Ported::Without)];
    }
    let each = traffic.protocols.ranges().iter().flat_map(|(first, last)| *first..=(*last).min(PROTOCOLS));
    each.filter_map(|number| u8::try_from(number).ok())
        .map(|number| {
            let ported = match asks {
                false => Ported::Without,
                true if WITH_PORTS.contains(&number) => Ported::Exactly,
                true => Ported::Beyond,
            };
            (Protocol::Number(number), ported)
        })
        .collect()
}

fn ports(set: &Ranges) -> Ports {
    if set.is_full() {
        return Ports::All;
    }
    let port = |number: u128| u16::try_from(number).unwrap_or(u16::MAX);
    let ranges: Vec<PortRange> =
        set.ranges().iter().filter_map(|(lo, hi)| PortRange::new(port(*lo), port(*hi))).collect();
    match ranges.as_slice() {
        [one] => Ports::Range(*one),
        _ => Ports::Ranges(ranges.into()),
    }
}

/// The addresses of the other side and those of this one.
fn sides(traffic: &Traffic, direction: Direction) -> (&Addresses, &Addresses) {
    match direction {
        Direction::Ingress => (&traffic.sources, &traffic.destinations),
        Direction::Egress => (&traffic.destinations, &traffic.sources),
    }
}

/// The local addresses that a rule asks for, one at a time.
fn locals(own: &Addresses, peers: &Addresses) -> Vec<Option<Prefix>> {
    let whole = |own: &Ranges, peers: &Ranges| own.is_full() || peers.is_empty();
    if whole(&own.v4, &peers.v4) && whole(&own.v6, &peers.v6) {
        return vec![None];
    }
    own.v4.prefixes(32).into_iter().chain(own.v6.prefixes(128)).map(Some).collect()
}

/// A rule about everything of a kind of traffic, which no one wrote.
pub(super) fn made(traffic: Traffic, action: Action, doubt: Option<String>, words: &str) -> Ruling {
    Ruling { traffic, action, doubt, id: String::new(), words: words.to_owned() }
}
