//! Comparisons of nftables: what is compared, and with which values.

use portreeve_model::Direction;
use serde_json::Value;

use super::expression::Names;
use super::text;
use crate::host::ranges::{Addresses, PORTS, PROTOCOLS, Ranges, V4, V6, address_range, number};
use crate::host::traffic::Traffic;
use crate::host::words::{connection_states, is_inner_interface, protocol};

/// What a comparison says of the connections that are asked about.
pub(super) enum Says {
    /// It holds for these.
    Only(Traffic),
    /// For all.
    Everything,
    /// For none.
    Nothing,
    /// For some of these, perhaps.
    Perhaps(Traffic),
}

/// What stands on the left.
enum Field {
    Protocol,
    Family,
    Address {
        source: bool,
        v4: bool,
    },
    Port {
        source: bool,
        protocols: &'static [u8],
    },
    /// True or false for a new connection from outside.
    Word(fn(&str) -> Option<bool>),
    /// Only the protocol is understood.
    Of(&'static [u8]),
    Flags(Vec<String>),
    Unknown,
}

/// One comparison.
pub(super) fn compare(body: &Value, names: &Names, direction: Direction) -> Says {
    let (Some(left), Some(right)) = (body.get("left"), body.get("right")) else {
        return Says::Perhaps(Traffic::all());
    };
    let op = text(body, "op");
    if let Some(name) = right.as_str().and_then(|right| right.strip_prefix('@')) {
        return in_set(&field(left, direction), op, name, names);
    }
    let values = values(right);
    decide(&field(left, direction), op, &values)
}

/// Membership in a named set. Sets that change by themselves leave it open who is in them.
fn in_set(field: &Field, op: &str, name: &str, names: &Names) -> Says {
    let open = |says: Says| match says {
        Says::Nothing => Says::Nothing,
        _ => Says::Perhaps(bound(field)),
    };
    let Some(set) = names.get(name) else { return open(Says::Everything) };
    let flags = set.get("flags").map(values).unwrap_or_default();
    let changes = flags.iter().any(|flag| matches!(flag.as_str(), Some("dynamic" | "timeout")));
    let elements = set.get("elem").map(values).unwrap_or_default();
    let says = decide(field, if op == "!=" { op } else { "==" }, &elements);
    if changes { open(Says::Everything) } else { says }
}

/// The values of a right side: one, a list, or a set written out.
fn values(right: &Value) -> Vec<Value> {
    let list = right.get("set").unwrap_or(right);
    let all = match list {
        Value::Array(all) => all.clone(),
        one => vec![one.clone()],
    };
    all.into_iter()
        .map(|value| value.get("elem").and_then(|elem| elem.get("val")).cloned().unwrap_or(value))
        .collect()
}

fn field(left: &Value, direction: Direction) -> Field {
    const PORTED: &[u8] = &[6, 17, 33, 132, 136];
    if let Some(payload) = left.get("payload") {
        return match (text(payload, "protocol"), text(payload, "field")) {
            ("ip", "saddr") => Field::Address { source: true, v4: true },
            ("ip", "daddr") => Field::Address { source: false, v4: true },
            ("ip6", "saddr") => Field::Address { source: true, v4: false },
            ("ip6", "daddr") => Field::Address { source: false, v4: false },
            ("ip", "protocol") | ("ip6", "nexthdr") => Field::Protocol,
            ("tcp", "dport") => Field::Port { source: false, protocols: &[6] },
            ("tcp", "sport") => Field::Port { source: true, protocols: &[6] },
            ("udp", "dport") => Field::Port { source: false, protocols: &[17] },
            ("udp", "sport") => Field::Port { source: true, protocols: &[17] },
            ("sctp", "dport") => Field::Port { source: false, protocols: &[132] },
            ("sctp", "sport") => Field::Port { source: true, protocols: &[132] },
            ("th", "dport") => Field::Port { source: false, protocols: PORTED },
            ("th", "sport") => Field::Port { source: true, protocols: PORTED },
            ("tcp", "flags") => Field::Flags(vec!["syn".to_owned()]),
            ("icmp", _) => Field::Of(&[1]),
            ("icmpv6", _) => Field::Of(&[58]),
            ("tcp", _) => Field::Of(&[6]),
            ("udp", _) => Field::Of(&[17]),
            _ => Field::Unknown,
        };
    }
    if let Some(meta) = left.get("meta") {
        return match text(meta, "key") {
            "l4proto" => Field::Protocol,
            "nfproto" | "protocol" => Field::Family,
            "iif" | "iifname" | "oif" | "oifname" => Field::Word(interface),
            "pkttype" => Field::Word(|word| Some(matches!(word, "host" | "unicast"))),
            _ => Field::Unknown,
        };
    }
    if let Some(ct) = left.get("ct") {
        return match text(ct, "key") {
            "state" => Field::Word(state),
            "status" => Field::Word(status),
            "direction" => Field::Word(|word| Some(word == "original")),
            _ => Field::Unknown,
        };
    }
    if let Some(fib) = left.get("fib") {
        let flags = fib.get("flags").map(values).unwrap_or_default();
        let own = if direction == Direction::Ingress { "daddr" } else { "saddr" };
        let own = matches!(flags.as_slice(), [flag] if flag == own);
        return if own && text(fib, "result") == "type" {
            // The server's own address is a local one.
            Field::Word(|word| Some(word == "local"))
        } else {
            Field::Unknown
        };
    }
    flags(left).map_or(Field::Unknown, Field::Flags)
}

/// `tcp flags & (fin | syn | rst | ack)`: the flags that are looked at.
fn flags(left: &Value) -> Option<Vec<String>> {
    let [what, mask] = left.get("&")?.as_array()?.as_slice() else { return None };
    let payload = what.get("payload")?;
    let tcp = text(payload, "protocol") == "tcp" && text(payload, "field") == "flags";
    tcp.then(|| flag_names(&values(mask)))
}

/// The names of flags, however they are put together.
fn flag_names(values: &[Value]) -> Vec<String> {
    let mut names = Vec::new();
    for value in values {
        match (value.as_str(), value.get("|").and_then(Value::as_array)) {
            (Some(name), _) => names.push(name.to_owned()),
            // Older versions nest: `{"|": [{"|": ["fin", "syn"]}, "ack"]}`.
            (None, Some(parts)) => names.extend(flag_names(parts)),
            (None, None) => {
                names.extend(value.as_u64().filter(|bits| *bits != 0).map(|bits| bits.to_string()));
            }
        }
    }
    names
}

fn decide(field: &Field, op: &str, values: &[Value]) -> Says {
    let not = op == "!=";
    match field {
        Field::Protocol => {
            let numbers: Option<Vec<_>> = values.iter().map(|value| span(value, named_protocol)).collect();
            let set = numbers.and_then(|spans| ordered(Ranges::of(PROTOCOLS, spans), op));
            set.map_or(Says::Perhaps(Traffic::all()), |protocols| {
                only(Traffic { protocols, ..Traffic::all() })
            })
        }
        Field::Family => family(values, not),
        Field::Address { source, v4 } => {
            let base = bound(field);
            let ranges: Option<Vec<_>> = values.iter().map(address).collect();
            let Some(ranges) = ranges.filter(|_| matches!(op, "==" | "!=" | "in" | "")) else {
                return Says::Perhaps(base);
            };
            let set = Ranges::of(if *v4 { V4 } else { V6 }, ranges);
            let set = if not { set.complement() } else { set };
            let none = Addresses::none();
            let addresses = if *v4 { Addresses { v4: set, ..none } } else { Addresses { v6: set, ..none } };
            let all = Traffic::all();
            let side = if *source {
                Traffic { sources: addresses, ..all }
            } else {
                Traffic { destinations: addresses, ..all }
            };
            only(base.and(&side))
        }
        Field::Port { source, .. } => {
            let base = bound(field);
            let spans: Option<Vec<_>> = values.iter().map(|value| span(value, |_| None)).collect();
            let Some(set) = spans.and_then(|spans| ordered(Ranges::of(PORTS, spans), op)) else {
                return Says::Perhaps(base);
            };
            let all = Traffic::all();
            let side =
                if *source { Traffic { source_ports: set, ..all } } else { Traffic { ports: set, ..all } };
            only(base.and(&side))
        }
        Field::Word(holds) => words(*holds, op, values),
        Field::Flags(mask) => {
            let wanted = flag_names(values);
            let sees_syn = mask.iter().any(|flag| flag == "syn");
            // `in` asks for any of the flags.
            let holds = match op {
                "in" => sees_syn && wanted.iter().any(|flag| flag == "syn"),
                _ if sees_syn => wanted == ["syn"],
                _ => wanted.is_empty(),
            };
            let tcp = Traffic::of_protocols([6]);
            if holds == not { Says::Nothing } else { Says::Only(tcp) }
        }
        Field::Of(_) | Field::Unknown => Says::Perhaps(bound(field)),
    }
}

fn only(traffic: Traffic) -> Says {
    if traffic.is_empty() { Says::Nothing } else { Says::Only(traffic) }
}

/// What a comparison of this field can hold for at most.
fn bound(field: &Field) -> Traffic {
    match field {
        Field::Address { v4, .. } => Traffic::of_family(*v4),
        Field::Port { protocols, .. } | Field::Of(protocols) => {
            Traffic::of_protocols(protocols.iter().copied())
        }
        Field::Flags(_) => Traffic::of_protocols([6]),
        _ => Traffic::all(),
    }
}

/// The set that a comparison by order means.
fn ordered(set: Ranges, op: &str) -> Option<Ranges> {
    let (first, last) = (set.ranges().first().map(|range| range.0), set.ranges().last().map(|range| range.1));
    let largest = set.complement().ranges().last().map_or(0, |range| range.1).max(last.unwrap_or_default());
    let to = |end: Option<u128>| end.map(|end| Ranges::of(largest, [(0, end)]));
    Some(match op {
        "==" | "in" | "" => set,
        "!=" => set.complement(),
        "<" => to(first?.checked_sub(1)).unwrap_or(Ranges::empty(largest)),
        "<=" => to(first)?,
        ">" => to(last)?.complement(),
        ">=" => to(last?.checked_sub(1)).map_or(Ranges::full(largest), |below| below.complement()),
        _ => return None,
    })
}

/// A number, a name, or a range of them.
fn span(value: &Value, named: fn(&str) -> Option<u128>) -> Option<(u128, u128)> {
    if let Some([first, last]) = value.get("range").and_then(Value::as_array).map(Vec::as_slice) {
        return Some((span(first, named)?.0, span(last, named)?.1));
    }
    let number = match value {
        Value::Number(number) => number.as_u64().map(u128::from),
        Value::String(name) => name.parse().ok().or_else(|| named(name)),
        _ => None,
    }?;
    Some((number, number))
}

fn named_protocol(name: &str) -> Option<u128> {
    protocol(name).map(u128::from)
}

/// An address, a prefix, or a range of addresses.
fn address(value: &Value) -> Option<(u128, u128)> {
    let range = if let Some(prefix) = value.get("prefix") {
        address_range(&format!("{}/{}", text(prefix, "addr"), prefix.get("len")?.as_u64()?))?
    } else if let Some([first, last]) = value.get("range").and_then(Value::as_array).map(Vec::as_slice) {
        address_range(&format!("{}-{}", first.as_str()?, last.as_str()?))?
    } else {
        address_range(value.as_str()?)?
    };
    Some((number(range.first()), number(range.last())))
}

fn family(values: &[Value], not: bool) -> Says {
    let mut seen = [false, false];
    for value in values {
        match value.as_str() {
            Some("ipv4" | "ip") => seen[0] = true,
            Some("ipv6" | "ip6") => seen[1] = true,
            Some("arp" | "vlan" | "8021q") => {}
            _ => return Says::Perhaps(Traffic::all()),
        }
    }
    match seen.map(|seen| seen != not) {
        [true, true] => Says::Everything,
        [false, false] => Says::Nothing,
        [v4, _] => Says::Only(Traffic::of_family(v4)),
    }
}

/// Values that are true or false for a new connection from outside.
fn words(holds: fn(&str) -> Option<bool>, op: &str, values: &[Value]) -> Says {
    let unknown = || Says::Perhaps(Traffic::all());
    if !matches!(op, "==" | "!=" | "in" | "") {
        return unknown();
    }
    let mut any = Some(false);
    for value in values {
        let said = match value {
            Value::String(word) => holds(word),
            _ => None,
        };
        any = match (any, said) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        };
    }
    match any {
        None => unknown(),
        Some(any) if any == (op == "!=") => Says::Nothing,
        Some(_) => Says::Everything,
    }
}

fn interface(name: &str) -> Option<bool> {
    is_inner_interface(name).then_some(false)
}

fn state(word: &str) -> Option<bool> {
    connection_states([word])
}

/// Whether a connection was translated: those are not the ones that come here.
fn status(word: &str) -> Option<bool> {
    matches!(word, "dnat" | "snat").then_some(false)
}
