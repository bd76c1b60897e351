//! The options of one rule of `iptables`.

use portreeve_model::{Action, Direction};

use crate::host::chain::{Step, Verdict};
use crate::host::ranges::{Addresses, PORTS, Ranges, address_range, port_range};
use crate::host::traffic::Traffic;
use crate::host::words::{connection_states, is_inner_interface, protocol};

/// The words of a rule; quotes keep spaces within a word.
pub(super) fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted, mut any) = (Vec::new(), String::new(), false, false);
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if quoted => word.extend(letters.next()),
            '"' => (quoted, any) = (!quoted, true),
            _ if letter.is_whitespace() && !quoted => {
                if any || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                any = false;
            }
            _ => word.push(letter),
        }
    }
    if any || !word.is_empty() {
        words.push(word);
    }
    words
}

/// What an option says of the connections that are asked about.
#[expect(clippy::large_enum_variant, reason = "one lives at a time")]
enum Says {
    /// It is about these.
    Only(Traffic),
    /// About all of them.
    Everything,
    /// About none of them.
    Nothing,
    /// It cannot be told.
    Unknown,
}

/// One rule; nothing where it has no verdict or is not about new connections from outside.
pub(super) fn step(options: &[String], direction: Direction, id: &str, words: &str) -> Option<Step> {
    let mut rule = Step {
        traffic: Traffic::all(),
        doubt: None,
        verdict: Verdict::Return,
        id: id.to_owned(),
        words: words.to_owned(),
    };
    let mut rest = options.iter().map(String::as_str).peekable();
    let mut not = false;
    while let Some(option) = rest.next() {
        match option {
            "!" => {
                not = true;
                continue;
            }
            "-j" | "-g" | "--jump" | "--goto" => {
                rule.verdict = verdict(rest.next().unwrap_or_default(), option, words)?;
                return Some(rule);
            }
            _ => {}
        }
        // A comment may begin with anything.
        if option == "--comment" {
            rest.next();
            continue;
        }
        let mut values = Vec::new();
        while let Some(value) = rest.next_if(|next| !next.starts_with('-') && *next != "!") {
            values.push(value);
        }
        match says(option, &values, not, direction) {
            Says::Everything => {}
            Says::Nothing => return None,
            Says::Only(traffic) => rule.traffic = rule.traffic.and(&traffic),
            Says::Unknown => {
                let said = [&[option], values.as_slice()].concat().join(" ");
                rule.doubt.get_or_insert_with(|| format!("`{said}` of `{words}` is not understood"));
            }
        }
        not = false;
    }
    // A rule that only counts or marks.
    None
}

fn verdict(target: &str, option: &str, words: &str) -> Option<Verdict> {
    const GO_ON: [&str; 16] = [
        "LOG", "NFLOG", "ULOG", "MARK", "CONNMARK", "TCPMSS", "CT", "NOTRACK", "CHECKSUM", "DSCP", "TOS",
        "SET", "CLASSIFY", "AUDIT", "TRACE", "SECMARK",
    ];
    const ELSEWHERE: [&str; 5] = ["DNAT", "REDIRECT", "TPROXY", "NETMAP", "CLUSTERIP"];
    Some(match target {
        "DROP" | "REJECT" | "TARPIT" => Verdict::Decide(Action::Deny),
        "RETURN" => Verdict::Return,
        // Sources are only translated when all is decided.
        "ACCEPT" | "SNAT" | "MASQUERADE" => Verdict::Decide(Action::Allow),
        _ if GO_ON.contains(&target) => return None,
        _ if ELSEWHERE.contains(&target) => Verdict::Unknown(format!(
            "`{words}` sends this elsewhere, perhaps to a container: its own filters are not in the input"
        )),
        _ if option == "-g" || option == "--goto" => Verdict::Goto(target.to_owned()),
        _ => Verdict::Jump(target.to_owned()),
    })
}

fn says(option: &str, values: &[&str], not: bool, direction: Direction) -> Says {
    let value = values.first().copied().unwrap_or_default();
    let traffic = match option {
        "-s" | "--source" | "--src-range" => {
            addresses(value).map(|sources| Traffic { sources, ..Traffic::all() })
        }
        "-d" | "--destination" => {
            addresses(value).map(|destinations| Traffic { destinations, ..Traffic::all() })
        }
        "-p" | "--protocol" => match value {
            "all" | "0" => Some(Traffic::all()),
            _ => protocol(value).map(|number| Traffic::of_protocols([number])),
        },
        "--dport" | "--dports" | "--destination-port" | "--destination-ports" => {
            ports(value).map(|ports| Traffic { ports, ..Traffic::all() })
        }
        "--sport" | "--sports" | "--source-port" | "--source-ports" => {
            ports(value).map(|source_ports| Traffic { source_ports, ..Traffic::all() })
        }
        _ => return condition(option, values, not, direction),
    };
    match traffic {
        None => Says::Unknown,
        Some(traffic) if not => negated(option, &traffic),
        Some(traffic) => Says::Only(traffic),
    }
}

/// The one side of a product that an option is about, turned round.
fn negated(option: &str, traffic: &Traffic) -> Says {
    let all = Traffic::all;
    Says::Only(match option {
        "-p" | "--protocol" => Traffic { protocols: traffic.protocols.complement(), ..all() },
        _ if option.contains("dport") || option.contains("destination-port") => {
            Traffic { ports: traffic.ports.complement(), ..all() }
        }
        _ if option.contains("sport") || option.contains("source-port") => {
            Traffic { source_ports: traffic.source_ports.complement(), ..all() }
        }
        "-s" | "--source" | "--src-range" => Traffic { sources: traffic.sources.complement(), ..all() },
        _ => Traffic { destinations: traffic.destinations.complement(), ..all() },
    })
}

/// Conditions that are true or false for a new connection from outside, whatever its addresses.
fn condition(option: &str, values: &[&str], not: bool, direction: Direction) -> Says {
    let value = values.first().copied().unwrap_or_default();
    let holds = match option {
        "-m" | "--match" => return module(value),
        "--ctstate" | "--state" => connection_states(value.split(',')),
        "-i" | "-o" | "--in-interface" | "--out-interface" => match value.trim_end_matches('+') {
            "" => Some(true),
            name if is_inner_interface(name) => Some(false),
            _ => None,
        },
        "--ctdir" => Some(value == "ORIGINAL"),
        "--dst-type" | "--src-type" => {
            address_type(value, (option == "--dst-type") == (direction == Direction::Ingress))
        }
        "--tcp-flags" => match values {
            [mask, set] => Some(flags(mask, set)),
            _ => None,
        },
        "--syn" => Some(true),
        "-f" | "--fragment" => Some(false),
        "--icmp-type" | "--icmpv6-type" => (value == "any" || value == "255").then_some(true),
        "--pkt-type" => Some(value == "unicast"),
        "--limit-burst" | "--mask" => return Says::Everything,
        _ => None,
    };
    match holds {
        None => Says::Unknown,
        Some(holds) if holds != not => Says::Everything,
        Some(_) => Says::Nothing,
    }
}

/// Modules that only bring options, and those whose mere presence asks for something.
fn module(name: &str) -> Says {
    const BRING_OPTIONS: [&str; 29] = [
        "tcp",
        "udp",
        "udplite",
        "sctp",
        "dccp",
        "icmp",
        "icmp6",
        "icmpv6",
        "ipv6-icmp",
        "multiport",
        "conntrack",
        "state",
        "comment",
        "addrtype",
        "iprange",
        "limit",
        "hashlimit",
        "connlimit",
        "recent",
        "set",
        "mark",
        "connmark",
        "mac",
        "owner",
        "string",
        "physdev",
        "time",
        "pkttype",
        "hl",
    ];
    if BRING_OPTIONS.contains(&name) { Says::Everything } else { Says::Unknown }
}

/// Addresses of this server (`own`) are `LOCAL`; those of other sides are `UNICAST` as far as anyone asks about them.
fn address_type(value: &str, own: bool) -> Option<bool> {
    match value {
        "LOCAL" => own.then_some(true),
        "UNICAST" => (!own).then_some(true),
        "BROADCAST" | "MULTICAST" | "ANYCAST" => Some(false),
        _ => None,
    }
}

/// Whether the first packet of a connection, which has SYN alone, passes a test of flags.
fn flags(mask: &str, set: &str) -> bool {
    let masked: Vec<&str> = mask.split(',').collect();
    let wanted: Vec<&str> = set.split(',').filter(|flag| *flag != "NONE").collect();
    let sees_syn = masked.iter().any(|flag| matches!(*flag, "SYN" | "ALL"));
    if sees_syn { wanted == ["SYN"] } else { wanted.is_empty() }
}

fn addresses(value: &str) -> Option<Addresses> {
    let ranges: Option<Vec<_>> = value.split(',').map(address_range).collect();
    Some(Addresses::of(&ranges?))
}

fn ports(value: &str) -> Option<Ranges> {
    let ranges: Option<Vec<_>> = value.split(',').map(|range| port_range(range, ':')).collect();
    Some(Ranges::of(PORTS, ranges?))
}
