//! Traffic that has to survive: expectations, or a list of observed flows.

use portreeve_explain::{End, Lookup, Spot};
use portreeve_fix::Keep;
use portreeve_model::{Direction, Estate};
use portreeve_netset::{AddressSet, Block, IntervalSet, PacketSet, PortSet};

use super::FixError;
use crate::ask::{Expectations, Query, Word, end};

/// Reads a file: TOML of `portreeve assert`, JSON to a line, or `from,to,protocol,port`. What it is shows in its first line.
pub(super) fn keep(estate: &Estate, lookup: &Lookup, file: &str, text: &str) -> Result<Vec<Keep>, FixError> {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    let queries = match first {
        Some(line) if line.starts_with('{') => flows(file, text, from_json),
        Some(line) if line.starts_with('[') => expected(file, text),
        Some(_) => flows(file, text, from_csv),
        None => Err(FixError(format!("`{file}` keeps nothing: it has no line of traffic"))),
    }?;
    let mut keeps = Vec::new();
    for (name, query) in queries {
        let found = both_ends(estate, lookup, &name, &query)?;
        if found.is_empty() {
            return Err(FixError(format!(
                "{name}: neither `{}` nor `{}` is an interface of the input",
                query.from, query.to
            )));
        }
        keeps.extend(found);
    }
    Ok(keeps)
}

type Named = (String, Query);

fn expected(file: &str, text: &str) -> Result<Vec<Named>, FixError> {
    let read = Expectations::parse(text).map_err(|error| FixError(format!("`{file}`: {error}")))?;
    let allowed = read.expect.iter().filter(|expectation| expectation.is_allowed());
    Ok(allowed
        .flat_map(|one| one.queries().into_iter().map(|query| (format!("`{}`", one.name), query)))
        .collect())
}

fn flows(
    file: &str,
    text: &str,
    read: impl Fn(&str) -> Result<Query, String>,
) -> Result<Vec<Named>, FixError> {
    let lines = (1..).zip(text.lines().map(str::trim));
    let told = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let mut queries = Vec::new();
    for (number, line) in told {
        let bare: String = line.chars().filter(|c| !c.is_whitespace() && *c != '"').collect();
        if queries.is_empty() && bare.eq_ignore_ascii_case("from,to,protocol,port") {
            continue;
        }
        let query = read(line).map_err(|why| FixError(format!("`{file}`, line {number}: {why}")))?;
        queries.push((format!("`{file}` line {number} ({} -> {})", query.from, query.to), query));
    }
    Ok(queries)
}

fn from_json(line: &str) -> Result<Query, String> {
    serde_json::from_str(line).map_err(|error| error.to_string())
}

fn from_csv(line: &str) -> Result<Query, String> {
    let cells: Vec<&str> = line.split(',').map(|cell| cell.trim().trim_matches('"')).collect();
    let (from, to, protocol, port) = match cells.as_slice() {
        [from, to] => (from, to, "", ""),
        [from, to, protocol] => (from, to, *protocol, ""),
        [from, to, protocol, port] => (from, to, *protocol, *port),
        _ => return Err(format!("`{line}` is not of the form `from,to,protocol,port`")),
    };
    let port = match port {
        "" => None,
        port => Some(port.parse().map_err(|_| format!("`{port}` is no port from 0 to 65535"))?),
    };
    let protocol = (!protocol.is_empty()).then(|| Word::Text(protocol.to_owned()));
    Ok(Query { from: (*from).to_owned(), to: (*to).to_owned(), protocol, port, source_port: None })
}

/// The traffic at each end that the input has.
fn both_ends(estate: &Estate, lookup: &Lookup, name: &str, query: &Query) -> Result<Vec<Keep>, FixError> {
    let told = |error: crate::ask::AskError| FixError(format!("{name}: {error}"));
    let number = query.protocol_number().map_err(told)?;
    let (from, to) =
        (found(estate, lookup, &query.from).map_err(told)?, found(estate, lookup, &query.to).map_err(told)?);
    let packets = |peers: &AddressSet| {
        PacketSet::from_block(&Block {
            protocols: number.map_or(IntervalSet::full(), IntervalSet::single),
            ports: query.port.map_or(PortSet::full(), PortSet::single),
            peers: peers.clone(),
            ..Block::all()
        })
    };
    let mut keeps = Vec::new();
    for (own, other, direction) in [(&to, &from, Direction::Ingress), (&from, &to, Direction::Egress)] {
        for interface in &own.interfaces {
            let (name, packets) = (name.to_owned(), packets(&other.addresses));
            keeps.push(Keep { name, interface: *interface, direction, packets });
        }
    }
    Ok(keeps)
}

/// An end as sets: `any` is every address.
struct Found {
    interfaces: Vec<portreeve_model::InterfaceIx>,
    addresses: AddressSet,
}

fn found(estate: &Estate, lookup: &Lookup, word: &str) -> Result<Found, crate::ask::AskError> {
    if word == "any" {
        return Ok(Found { interfaces: Vec::new(), addresses: AddressSet::all() });
    }
    Ok(match end(estate, lookup, word)? {
        End::Internet => Found { interfaces: Vec::new(), addresses: AddressSet::globally_routable() },
        End::Spots(spots) => {
            let mut interfaces: Vec<_> = spots.iter().filter_map(Spot::interface).collect();
            interfaces.sort_unstable();
            interfaces.dedup();
            let addresses = spots.iter().filter_map(Spot::address);
            let addresses = addresses.fold(AddressSet::empty(), |all, address| {
                all.union(&AddressSet::from_range(address, address).unwrap_or_default())
            });
            Found { interfaces, addresses }
        }
    })
}
