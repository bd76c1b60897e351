//! Lines that are rules.

use portreeve_model::{
    Action, Acts, Direction, Family, GapIx, GroupIx, ListRef, Narrow, Peer, PortRange, Ports, Rule, Scope,
    Text,
};

use super::NotationError;
use super::objects::{Builder, Of};
use super::words::{self, Words};

/// What may follow the peer of a rule.
struct Rest {
    narrow: Narrow,
    acts: Acts,
    scope: Scope,
    id: Text,
}

impl Builder {
    /// `in|out PRIORITY ACTION PROTOCOL [PORTS] from|to PEER …`
    pub(super) fn rule(&mut self, words: &mut Words<'_>, direction: Direction) -> Result<(), NotationError> {
        let Some(owner) = self.current else {
            return Err(words.wrong_before("a `group` line before its rules"));
        };
        let priority = words.read("a priority", |word| word.parse().ok())?;
        let action = words.read("`allow` or `deny`", action)?;
        let protocol = words.read("a protocol", words::protocol)?;
        let (peer_word, own_word) = match direction {
            Direction::Ingress => ("from", "to"),
            Direction::Egress => ("to", "from"),
        };
        let mut gap = None;
        let ports = match words.peek() {
            Some(word) if word == peer_word => Ports::All,
            _ => self.rule_ports(words, &mut gap, &format!("ports or `{peer_word}`"))?,
        };
        words.keyword(peer_word)?;
        let peer = self.peer(words, &mut gap)?;
        let rest = self.rest(words, own_word, &mut gap)?;
        let narrows = rest.narrow.source_ports != Ports::All || rest.narrow.local.is_some();
        let rule = Rule {
            id: rest.id,
            description: Text::EMPTY,
            position: 0, // counted when all rules are there
            priority,
            direction,
            action,
            acts: rest.acts,
            scope: rest.scope,
            protocol,
            ports,
            peer,
            narrow: narrows.then(|| Box::new(rest.narrow)),
            gap,
        };
        self.add_rule(owner, rule);
        Ok(())
    }

    fn add_rule(&mut self, owner: GroupIx, rule: Rule) {
        if let Some(group) = self.estate.groups.get_mut(owner.at()) {
            group.rules.push(rule);
        }
    }

    /// `22`, `22,80-90`, `ports NAME` or `?`
    fn rule_ports(
        &mut self,
        words: &mut Words<'_>,
        gap: &mut Option<GapIx>,
        expected: &str,
    ) -> Result<Ports, NotationError> {
        if words.take("?") {
            self.note(gap, words, "its ports are not known");
            return Ok(Ports::Unknown);
        }
        if words.take("ports") {
            let (id, list) = self.port_list(words)?;
            return Ok(Ports::List(ListRef { id, list: present(list, gap) }));
        }
        let ranges: Vec<PortRange> =
            words.read(expected, |word| word.split(',').map(words::port_range).collect())?;
        Ok(match ranges.as_slice() {
            [one] => Ports::Range(*one),
            _ => Ports::Ranges(ranges.into()),
        })
    }

    fn peer(&mut self, words: &mut Words<'_>, gap: &mut Option<GapIx>) -> Result<Peer, NotationError> {
        if words.take("any") {
            return Ok(Peer::Any);
        }
        if words.take("?") {
            self.note(gap, words, "its peer is not known");
            return Ok(Peer::Unknown);
        }
        if words.take("list") {
            let (id, list) = self.address_list(words)?;
            return Ok(Peer::List(ListRef { id, list: present(list, gap) }));
        }
        if words.take("group") {
            let (id, known) = self.known(words, Of::Group)?;
            let group = present(known.row().map(GroupIx::new), gap);
            let owner = if words.take("owner") { self.text(words, "an account")? } else { Text::EMPTY };
            let family = match (words.take("ipv4"), words.take("ipv6")) {
                (true, _) => Some(Family::V4),
                (_, true) => Some(Family::V6),
                _ => None,
            };
            return Ok(Peer::Group { id, owner, group, family });
        }
        let expected = "`any`, a prefix, an address, `list`, `group` or `?`";
        words.read(expected, words::prefix).map(Peer::Prefix)
    }

    fn rest(
        &mut self,
        words: &mut Words<'_>,
        own_word: &str,
        gap: &mut Option<GapIx>,
    ) -> Result<Rest, NotationError> {
        let narrow = Narrow { source_ports: Ports::All, local: None };
        let mut rest = Rest { narrow, acts: Acts::Surely, scope: Scope::Anywhere, id: Text::EMPTY };
        while words.peek().is_some() {
            if words.take(own_word) {
                rest.narrow.local = Some(words.read("a prefix or an address", words::prefix)?);
            } else if words.take("source-port") {
                rest.narrow.source_ports = self.rule_ports(words, gap, "source ports")?;
            } else if words.take("over") {
                rest.scope = words.read("`internet` or `private`", scope)?;
            } else if words.take("possibly") {
                rest.acts = Acts::Possibly;
                self.note(gap, words, "it may not act");
            } else if words.take("never") {
                rest.acts = Acts::Never;
            } else if words.take("id") {
                rest.id = self.text(words, "a rule's id")?;
            } else {
                let expected = format!("`{own_word}`, `source-port`, `over`, `possibly`, `never` or `id`");
                return Err(words.wrong(&expected));
            }
        }
        Ok(rest)
    }

    fn text(&mut self, words: &mut Words<'_>, expected: &str) -> Result<Text, NotationError> {
        let word = words.next(expected)?;
        Ok(self.estate.texts.intern(word))
    }

    /// The first gap of a rule is the one that it keeps.
    fn note(&mut self, gap: &mut Option<GapIx>, words: &Words<'_>, what: &str) {
        if gap.is_none() {
            *gap = Some(self.estate.add_gap(format!("line {}", words.line()), what));
        }
    }
}

/// The row of a reference; without one, the rule gets the gap of what is absent.
fn present<Ix>(found: Result<Ix, GapIx>, gap: &mut Option<GapIx>) -> Option<Ix> {
    match found {
        Ok(ix) => Some(ix),
        Err(absent) => {
            gap.get_or_insert(absent);
            None
        }
    }
}

fn action(word: &str) -> Option<Action> {
    match word {
        "allow" => Some(Action::Allow),
        "deny" => Some(Action::Deny),
        _ => None,
    }
}

fn scope(word: &str) -> Option<Scope> {
    match word {
        "internet" => Some(Scope::Internet),
        "private" => Some(Scope::Private),
        _ => None,
    }
}
