//! Our own JSON about a server, for facts that no tool prints.

use std::net::IpAddr;

use portreeve_model::{Action, Direction, Otherwise};
use serde::Deserialize;

use super::chain::{Filter, Ruling};
use super::ranges::{Addresses, PORTS, PROTOCOLS, Ranges, address_range, port_range};
use super::traffic::Traffic;
use super::words::{protocol, transport};
use super::{Facts, Listens, Wrong, text};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    listeners: Option<Vec<OneListener>>,
    firewall: Option<Firewall>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OneListener {
    protocol: String,
    address: String,
    port: u16,
    #[serde(default)]
    program: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Firewall {
    ingress: Verdict,
    egress: Verdict,
    #[serde(default)]
    rules: Vec<OneRule>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Allow,
    Deny,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Way {
    Ingress,
    Egress,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OneRule {
    direction: Way,
    action: Verdict,
    #[serde(default)]
    protocol: Option<String>,
    #[serde(default)]
    ports: Option<Number>,
    #[serde(default)]
    peer: Option<String>,
    #[serde(default)]
    description: String,
}

/// Ports are text, or one number.
#[derive(Deserialize)]
#[serde(untagged)]
enum Number {
    Text(String),
    One(u16),
}

pub(super) fn read(text: &str) -> Result<Facts, Wrong> {
    let document: Document = serde_json::from_str(text).map_err(|error| refused(&error))?;
    if document.listeners.is_none() && document.firewall.is_none() {
        return Err(Wrong::new(1, "there is neither `listeners` nor `firewall`: give one of them or both"));
    }
    let mut facts = Facts { format: "host JSON", families: [true; 2], ..Facts::default() };
    if let Some(said) = &document.listeners {
        let all: Result<Vec<_>, String> =
            said.iter().enumerate().map(|(at, one)| listener(at, one)).collect();
        facts.listeners = Some(all.map_err(|what| Wrong::new(line_of(text, "\"listeners\""), what))?);
    }
    if let Some(firewall) = &document.firewall {
        let filters: Result<Vec<_>, String> =
            Direction::BOTH.into_iter().map(|direction| filter(firewall, direction)).collect();
        facts.filters = Some(filters.map_err(|what| Wrong::new(line_of(text, "\"firewall\""), what))?);
    }
    Ok(facts)
}

/// What the reader of JSON says, with what to do.
fn refused(error: &serde_json::Error) -> Wrong {
    if !error.is_data() {
        return text::not_json(error);
    }
    // It ends with the place, which is told apart.
    let said = error.to_string();
    let said = said.split(" at line ").next().unwrap_or_default().to_owned();
    Wrong::new(error.line(), format!("{said}: see `docs/host-facts.md` for what may stand here"))
}

fn line_of(text: &str, key: &str) -> usize {
    text.lines().position(|line| line.contains(key)).unwrap_or_default() + 1
}

fn listener(at: usize, said: &OneListener) -> Result<Listens, String> {
    let number = at + 1;
    let Some(protocol) = transport(&said.protocol) else {
        return Err(format!(
            "listener {number}: `{}` is not a protocol here: write `tcp` or `udp`",
            said.protocol
        ));
    };
    let address: Option<IpAddr> = match said.address.as_str() {
        "*" => None,
        text => Some(text.parse().map_err(|_| {
            format!("listener {number}: `{text}` is no address: write one, or `*` for all of both families")
        })?),
    };
    let every = address.is_none_or(|address| address.is_unspecified());
    Ok(Listens { protocol, address, every, port: said.port, program: said.program.clone() })
}

fn filter(said: &Firewall, direction: Direction) -> Result<Filter, String> {
    let (way, default) = match direction {
        Direction::Ingress => (Way::Ingress, said.ingress),
        Direction::Egress => (Way::Egress, said.egress),
    };
    let mut rulings = Vec::new();
    for (at, rule) in said.rules.iter().enumerate() {
        let ruling = ruling(rule, direction).map_err(|what| format!("rule {}: {what}", at + 1))?;
        if rule.direction == way {
            rulings.push(Ruling { id: format!("rule {}", at + 1), ..ruling });
        }
    }
    let otherwise = match default {
        Verdict::Allow => Otherwise::Allow,
        Verdict::Deny => Otherwise::Deny,
    };
    Ok(Filter { name: format!("firewall {direction}"), direction, rulings, otherwise, incomplete: None })
}

fn ruling(said: &OneRule, direction: Direction) -> Result<Ruling, String> {
    let mut traffic = Traffic::all();
    match said.protocol.as_deref() {
        None | Some("all" | "any") => {}
        Some(word) => {
            let what = || format!("`{word}` is no protocol: write its name or its number, or `all`");
            let number = protocol(word).ok_or_else(what)?;
            traffic.protocols = Ranges::of(PROTOCOLS, [(number.into(), number.into())]);
        }
    }
    traffic.ports = match &said.ports {
        None => traffic.ports,
        Some(Number::One(port)) => Ranges::of(PORTS, [((*port).into(), (*port).into())]),
        Some(Number::Text(text)) => {
            let ranges: Option<Vec<_>> = text.split(',').map(|part| port_range(part.trim(), '-')).collect();
            let what = || format!("`{text}` is no list of ports: write `22,8000-8010`");
            Ranges::of(PORTS, ranges.ok_or_else(what)?)
        }
    };
    match said.peer.as_deref() {
        None | Some("any" | "*") => {}
        Some(text) => {
            let ranges: Option<Vec<_>> = text.split(',').map(|part| address_range(part.trim())).collect();
            let what = || format!("`{text}` is no address, block or range: write `10.0.0.0/8` or `any`");
            let peers = Addresses::of(&ranges.ok_or_else(what)?);
            match direction {
                Direction::Ingress => traffic.sources = peers,
                Direction::Egress => traffic.destinations = peers,
            }
        }
    }
    let action = match said.action {
        Verdict::Allow => Action::Allow,
        Verdict::Deny => Action::Deny,
    };
    Ok(Ruling { traffic, action, doubt: None, id: String::new(), words: said.description.clone() })
}
