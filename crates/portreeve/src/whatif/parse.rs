//! Edits from words. Nothing is looked up here: ids and names stay words.

use std::net::IpAddr;

use portreeve_model::{Action, AddressRange, Direction, PortRange, Ports, Prefix, Protocol};
use portreeve_netset::protocol;

use super::words::{NoEdit, Words};

/// An edit as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// `SG: RULE`.
    Add {
        /// The group.
        group: String,
        /// The rule.
        rule: WishedRule,
    },
    /// `SG: remove RULE`.
    Remove {
        /// The group, where it is named.
        group: Option<String>,
        /// The rule by its id, or as `<group>#<direction>/<n>`.
        rule: String,
    },
    /// `SG: change RULE to RULE`.
    Change {
        /// The group.
        group: String,
        /// The rule by its id, or as `<group>#<direction>/<n>`.
        rule: String,
        /// What it becomes.
        to: WishedRule,
    },
    /// `join WHO SG [at N]`.
    Join {
        /// A server or an interface.
        who: String,
        /// The group.
        group: String,
        /// The place among the groups, from 1.
        at: Option<u32>,
    },
    /// `leave WHO SG`.
    Leave {
        /// A server or an interface.
        who: String,
        /// The group.
        group: String,
    },
    /// `create SG [like SG | in NETWORK]`.
    Create {
        /// The id of the new group.
        group: String,
        /// A group of the same kind and network.
        like: Option<String>,
        /// The network.
        network: Option<String>,
    },
    /// `clone SG as NEW`.
    Clone {
        /// The group that is copied.
        group: String,
        /// The id of the copy.
        new: String,
    },
    /// `delete SG`.
    Delete {
        /// The group.
        group: String,
    },
}

/// A rule as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WishedRule {
    /// Allow or deny.
    pub action: Action,
    /// Which way.
    pub direction: Direction,
    /// Protocols.
    pub protocol: Protocol,
    /// Destination ports.
    pub ports: Ports,
    /// The other side.
    pub peer: WishedPeer,
    /// The client's ports, where the rule asks for them.
    pub source_ports: Option<Ports>,
    /// The priority, where one is given.
    pub priority: Option<u32>,
    /// The description.
    pub description: String,
}

/// The other side of a rule as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WishedPeer {
    /// Everybody.
    Any,
    /// Addresses.
    Prefix(Prefix),
    /// A group or a list by id or name.
    Named(String),
}

const EDITS: &str = "an edit: a group with `:` and a rule, as in `sg-web: allow tcp 443 from 0.0.0.0/0 in`, or `join`, `leave`, \
                     `create`, `clone`, `delete` or `remove`";
const PEERS: &str = "a peer: a CIDR block, an address, `any`, or the id of a group or list";

/// Reads one edit.
///
/// # Errors
/// With the word that does not belong, and what was expected in its place.
pub fn parse(line: &str) -> Result<Wish, NoEdit> {
    let mut words = Words::of(line)?;
    let first = words.any(EDITS)?;
    let wish = if words.takes(":") {
        in_group(&mut words, first)?
    } else {
        match first.to_ascii_lowercase().as_str() {
            "add" => add(&mut words)?,
            "remove" => remove(&mut words, None)?,
            "join" => join(&mut words)?,
            "leave" => {
                let who = words.any("a server or an interface")?;
                Wish::Leave { who, group: words.any("a group")? }
            }
            "create" => create(&mut words)?,
            "clone" => clone(&mut words)?,
            "delete" => Wish::Delete { group: words.any("a group")? },
            _ => return Err(NoEdit::Word { word: first, expected: EDITS.to_owned() }),
        }
    };
    words.end()?;
    Ok(wish)
}

fn in_group(words: &mut Words, group: String) -> Result<Wish, NoEdit> {
    if words.takes("remove") {
        return remove(words, Some(group));
    }
    if words.takes("change") {
        words.takes("rule");
        let rule = words.any("the id of a rule, or `<group>#<direction>/<n>`")?;
        words.must("to", "`to` and what the rule becomes")?;
        return Ok(Wish::Change { group, rule, to: rule_words(words)? });
    }
    words.takes("add");
    Ok(Wish::Add { group, rule: rule_words(words)? })
}

/// `add to SG: RULE`, as plans say it.
fn add(words: &mut Words) -> Result<Wish, NoEdit> {
    words.must("to", "`to` and a group")?;
    let group = words.any("a group")?;
    words.must(":", "`:` and a rule")?;
    Ok(Wish::Add { group, rule: rule_words(words)? })
}

/// `remove RULE`, or as plans say it, `remove rule RULE of SG`.
fn remove(words: &mut Words, group: Option<String>) -> Result<Wish, NoEdit> {
    words.takes("rule");
    let rule = words.any("the id of a rule, or `<group>#<direction>/<n>`")?;
    let named = if words.takes("of") { Some(words.any("a group")?) } else { None };
    Ok(Wish::Remove { group: group.or(named), rule })
}

fn join(words: &mut Words) -> Result<Wish, NoEdit> {
    let who = words.any("a server or an interface")?;
    let group = words.any("a group")?;
    let at =
        if words.takes("at") { Some(number(words, "a place, counted from 1", 1, u32::MAX)?) } else { None };
    Ok(Wish::Join { who, group, at })
}

fn create(words: &mut Words) -> Result<Wish, NoEdit> {
    let group = words.any("the id of the new group")?;
    let (mut like, mut network) = (None, None);
    if words.takes("like") {
        like = Some(words.any("a group")?);
    } else if words.takes("in") {
        network = Some(words.any("a network")?);
    } else if !words.is_done() {
        return Err(words.unlike("`like` and a group, or `in` and a network"));
    }
    Ok(Wish::Create { group, like, network })
}

fn clone(words: &mut Words) -> Result<Wish, NoEdit> {
    let group = words.any("a group")?;
    words.must("as", "`as` and the id of the copy")?;
    Ok(Wish::Clone { group, new: words.any("the id of the copy")? })
}

fn number(words: &mut Words, expected: &str, least: u32, most: u32) -> Result<u32, NoEdit> {
    let word = words.any(expected)?;
    let number = word.parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| NoEdit::Word { word, expected: expected.to_owned() })
}

fn rule_words(words: &mut Words) -> Result<WishedRule, NoEdit> {
    let action = if words.takes("allow") || words.takes("accept") {
        Action::Allow
    } else if words.takes("deny") || words.takes("drop") {
        Action::Deny
    } else {
        return Err(words.unlike("a rule, which begins with `allow` or `deny` (nor `remove` or `change`)"));
    };
    let (protocol, ports) = service(words)?;
    let side = words.peek().unwrap_or_default().to_ascii_lowercase();
    if !(words.takes("from") || words.takes("to")) {
        return Err(
            words.unlike("`from` or `to` and a peer (ports come before it, such as `443` or `80,8000-8080`)")
        );
    }
    let peer = peer(words)?;
    let mut rule = WishedRule {
        action,
        direction: if side == "from" { Direction::Ingress } else { Direction::Egress },
        protocol,
        ports,
        peer,
        source_ports: None,
        priority: None,
        description: String::new(),
    };
    rest(words, &mut rule, &side)?;
    Ok(rule)
}

/// What may follow the peer, in any order.
fn rest(words: &mut Words, rule: &mut WishedRule, side: &str) -> Result<(), NoEdit> {
    while !words.is_done() {
        if words.takes("priority") {
            rule.priority = Some(number(words, "a priority, a whole number", 0, u32::MAX)?);
        } else if words.sees("in") || words.sees("out") {
            let fits = if side == "from" { "in" } else { "out" };
            let expected = format!("`{fits}`: a rule that says `{side}` goes that way");
            words.must(fits, &expected)?;
        } else if words.takes("source") {
            words.must("ports", "`ports`")?;
            let word = words.any("ports")?;
            rule.source_ports = Some(ports(&word)?);
        } else if words.takes("as") {
            rule.description = words.any("a description in quotation marks")?;
        } else {
            return Err(words.unlike("`priority N`, `in`, `out`, `source ports N` or `as \"description\"`"));
        }
    }
    Ok(())
}

/// `tcp 443`, `tcp/80,443`, `icmp`, `all`.
fn service(words: &mut Words) -> Result<(Protocol, Ports), NoEdit> {
    let expected = "a protocol: `tcp`, `udp`, `icmp`, `icmpv6`, `gre`, `all` or a number up to 255";
    let word = words.any(expected)?;
    let (name, glued) =
        word.split_once('/').map_or((word.as_str(), None), |(name, ports)| (name, Some(ports)));
    let Some(protocol) = protocol_of(name) else {
        return Err(NoEdit::Word { word: name.to_owned(), expected: expected.to_owned() });
    };
    if let Some(glued) = glued {
        return Ok((protocol, ports(glued)?));
    }
    if words.sees("from") || words.sees("to") || words.is_done() {
        return Ok((protocol, Ports::All));
    }
    let word = words.any("ports")?;
    Ok((protocol, ports(&word)?))
}

fn protocol_of(name: &str) -> Option<Protocol> {
    let lower = name.to_ascii_lowercase();
    if lower == "all" {
        return Some(Protocol::All);
    }
    let known = (0..=u8::MAX).find(|number| protocol::name(*number).is_some_and(|name| name == lower));
    known.or_else(|| lower.parse().ok()).map(Protocol::Number)
}

fn ports(word: &str) -> Result<Ports, NoEdit> {
    if word.eq_ignore_ascii_case("all") {
        return Ok(Ports::All);
    }
    let range = |part: &str| {
        let (first, last) = part.split_once(['-', '/']).unwrap_or((part, part));
        PortRange::new(first.parse().ok()?, last.parse().ok()?)
    };
    let ranges: Option<Vec<PortRange>> = word.split(',').filter(|part| !part.is_empty()).map(range).collect();
    match ranges.as_deref() {
        Some([one]) => Ok(Ports::Range(*one)),
        Some(several) if !several.is_empty() => Ok(Ports::Ranges(several.into())),
        _ => Err(NoEdit::Word {
            word: word.to_owned(),
            expected: "ports: `443`, `8000-8080`, `80,443` or `all`".to_owned(),
        }),
    }
}

fn peer(words: &mut Words) -> Result<WishedPeer, NoEdit> {
    // Reports say which kind of object an id is.
    let kind = words.takes("group") || words.takes("list");
    let word = words.any(PEERS)?;
    if !kind && (word.eq_ignore_ascii_case("any") || word.eq_ignore_ascii_case("anywhere")) {
        return Ok(WishedPeer::Any);
    }
    if let Ok(address) = word.parse::<IpAddr>() {
        return Ok(WishedPeer::Prefix(Prefix::host(address)));
    }
    let Some((address, len)) = word.split_once('/') else { return Ok(WishedPeer::Named(word)) };
    let Ok(address) = address.parse::<IpAddr>() else { return Ok(WishedPeer::Named(word)) };
    match len.parse().ok().and_then(|len| Prefix::new(address, len)) {
        Some(prefix) => Ok(WishedPeer::Prefix(prefix)),
        None => Err(NoEdit::Word { word, expected: "a CIDR block: its prefix is too long".to_owned() }),
    }
}

/// A rule in the words that edits are written in.
impl WishedRule {
    /// Whether its addresses are of a family, as far as it names any.
    pub(super) fn is_ipv4(&self) -> Option<bool> {
        match self.peer {
            WishedPeer::Prefix(prefix) => Some(AddressRange::from(prefix).first().is_ipv4()),
            _ => None,
        }
    }
}
