//! Lines that ask.

use std::net::IpAddr;

use portreeve_model::{AddressRange, Direction, GroupIx, InterfaceIx};

use super::objects::Builder;
use super::words::{self, Words};
use super::{By, Expected, NotationError, Question};
use crate::oracle::{Packet, Place, Verdict};

/// The source port of packets that do not say theirs: an ordinary client's.
pub(super) const SOURCE_PORT: u16 = 50_000;

/// One end of a packet, as far as the line says it.
struct Own {
    interface: InterfaceIx,
    address: Option<IpAddr>,
}

struct Remote {
    place: Option<Place>,
    address: IpAddr,
}

impl Builder {
    /// `ask in PROTOCOL [PORT] from [PLACE] ADDRESS to INTERFACE [at ADDRESS] [source-port PORT] => EXPECTATION`, and
    /// with `from` and `to` exchanged for `out`.
    pub(super) fn ask(&mut self, words: &mut Words<'_>) -> Result<Question, NotationError> {
        let direction = words.read("`in` or `out`", direction)?;
        let protocol = words.read("a protocol", words::protocol_number)?;
        let has_ports = matches!(protocol, 6 | 17 | 132);
        let port = match words.peek() {
            Some("from") if !has_ports => 0,
            _ => words.read("a port", words::port)?,
        };
        words.keyword("from")?;
        let (own, remote) = match direction {
            Direction::Ingress => {
                let remote = self.remote(words)?;
                words.keyword("to")?;
                (self.own(words)?, remote)
            }
            Direction::Egress => {
                let own = self.own(words)?;
                words.keyword("to")?;
                (own, self.remote(words)?)
            }
        };
        let source_port =
            if words.take("source-port") { words.read("a port", words::port)? } else { SOURCE_PORT };
        let local = self.own_address(words, &own, remote.address)?;
        let place = remote.place.unwrap_or_else(|| self.default_place(own.interface, remote.address));
        words.keyword("=>")?;
        let expected = self.expected(words)?;
        let packet = Packet { direction, protocol, port, source_port, local, peer: remote.address, place };
        Ok(Question { line: words.line(), interface: own.interface, packet, expected })
    }

    fn own(&mut self, words: &mut Words<'_>) -> Result<Own, NotationError> {
        let interface = self.known_interface(words)?;
        let address = if words.take("at") { Some(words.read("an address", words::address)?) } else { None };
        Ok(Own { interface, address })
    }

    fn remote(&mut self, words: &mut Words<'_>) -> Result<Remote, NotationError> {
        let place = if words.take("internet") {
            Some(Place::Internet)
        } else if words.take("elsewhere") {
            Some(Place::Elsewhere)
        } else {
            self.peek_network(words).map(Place::Network)
        };
        if matches!(place, Some(Place::Network(_))) {
            words.next("a network")?;
        }
        let address = words.read("`internet`, `elsewhere`, a network or an address", words::address)?;
        Ok(Remote { place, address })
    }

    /// The interface's address: as the line says, else its first of the peer's family.
    fn own_address(&self, words: &Words<'_>, own: &Own, peer: IpAddr) -> Result<IpAddr, NotationError> {
        let same_family = |address: &IpAddr| address.is_ipv4() == peer.is_ipv4();
        let found = match own.address {
            Some(address) => Some(address),
            None => self.first_address(own.interface, same_family),
        };
        found.filter(same_family).ok_or_else(|| {
            words.wrong_before("two addresses of one family (`at ADDRESS` says the interface's)")
        })
    }

    fn first_address(&self, interface: InterfaceIx, wanted: impl Fn(&IpAddr) -> bool) -> Option<IpAddr> {
        let interface = self.estate.interfaces.get(interface.at())?;
        interface.addresses.iter().map(|address| address.private).find(wanted)
    }

    fn default_place(&self, interface: InterfaceIx, address: IpAddr) -> Place {
        let network = self.estate.interfaces.get(interface.at()).and_then(|interface| interface.network);
        match network {
            Some(ix) if self.holds(ix.at(), address) => Place::Network(ix),
            _ => Place::Internet,
        }
    }

    fn holds(&self, network: usize, address: IpAddr) -> bool {
        self.estate.networks.get(network).is_some_and(|network| {
            let mut ranges = network.blocks.iter().map(|&block| AddressRange::from(block));
            ranges.any(|range| range.first() <= address && address <= range.last())
        })
    }

    /// `allowed`, `denied` or `unknown`, and by what.
    fn expected(&mut self, words: &mut Words<'_>) -> Result<Expected, NotationError> {
        let verdict = words.read("`allowed`, `denied` or `unknown`", verdict)?;
        let by = if verdict == Verdict::Unknown || !words.take("by") {
            By::Anything
        } else if words.take("default") {
            By::Default
        } else if words.take("same-group") {
            By::SameGroup
        } else {
            self.deciding(words)?
        };
        Ok(Expected { verdict, by })
    }

    /// One or more rules such as `web.in.2`.
    fn deciding(&mut self, words: &mut Words<'_>) -> Result<By, NotationError> {
        let expected = "`default`, `same-group` or a rule such as `web.in.2`";
        let mut rules = vec![words.read(expected, |word| self.rule_named(word))?];
        while words.peek().is_some() {
            rules.push(words.read("a rule such as `web.in.2`", |word| self.rule_named(word))?);
        }
        rules.sort_unstable();
        Ok(By::Rules(rules))
    }

    fn rule_named(&self, word: &str) -> Option<(GroupIx, usize)> {
        let (rest, position) = word.rsplit_once('.')?;
        let (group, side) = rest.rsplit_once('.')?;
        let (position, direction) = (position.parse::<u32>().ok()?, direction(side)?);
        let id = self.estate.texts.find(group)?;
        let (ix, group) = self.estate.each_group().find(|(_, group)| group.id == id)?;
        let at =
            group.rules.iter().position(|rule| rule.direction == direction && rule.position == position)?;
        Some((ix, at))
    }
}

fn direction(word: &str) -> Option<Direction> {
    match word {
        "in" => Some(Direction::Ingress),
        "out" => Some(Direction::Egress),
        _ => None,
    }
}

fn verdict(word: &str) -> Option<Verdict> {
    match word {
        "allowed" => Some(Verdict::Allowed),
        "denied" => Some(Verdict::Denied),
        "unknown" => Some(Verdict::Unknown),
        _ => None,
    }
}
