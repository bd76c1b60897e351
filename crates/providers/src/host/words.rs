//! Words that the tools of Linux share.

use portreeve_model::Protocol;

/// The number of a protocol, by number or by its name in `/etc/protocols`.
pub(super) fn protocol(word: &str) -> Option<u8> {
    const NAMES: [(&str, u8); 16] = [
        ("icmp", 1),
        ("igmp", 2),
        ("ipencap", 4),
        ("tcp", 6),
        ("udp", 17),
        ("ipv6", 41),
        ("gre", 47),
        ("esp", 50),
        ("ah", 51),
        ("ipv6-icmp", 58),
        ("icmpv6", 58),
        ("ospf", 89),
        ("vrrp", 112),
        ("sctp", 132),
        ("udplite", 136),
        ("dccp", 33),
    ];
    let word = word.to_ascii_lowercase();
    word.parse().ok().or_else(|| NAMES.iter().find(|(name, _)| *name == word).map(|(_, number)| *number))
}

/// TCP or UDP, which listeners speak.
pub(super) fn transport(word: &str) -> Option<Protocol> {
    match word.to_ascii_lowercase().as_str() {
        "tcp" | "6" => Some(Protocol::TCP),
        "udp" | "17" => Some(Protocol::UDP),
        _ => None,
    }
}

/// Whether a new connection from outside is in one of these states; nothing where a state is not known.
///
/// Only new ones are asked about: replies pass a filter that knows its connections, and an invalid packet opens none.
pub(super) fn connection_states<'s>(states: impl IntoIterator<Item = &'s str>) -> Option<bool> {
    let mut holds = false;
    for state in states {
        match state.trim().to_ascii_uppercase().as_str() {
            "NEW" => holds = true,
            "ESTABLISHED" | "RELATED" | "INVALID" | "UNTRACKED" | "DNAT" | "SNAT" => {}
            _ => return None,
        }
    }
    Some(holds)
}

/// Whether an interface is never the cloud's own: loopback, and those that container and virtual machine services make.
pub(super) fn is_inner_interface(name: &str) -> bool {
    const BEGINNINGS: [&str; 7] = ["veth", "virbr", "vnet", "cni", "podman", "lxcbr", "cali"];
    let docker = name
        .strip_prefix("br-")
        .is_some_and(|rest| rest.len() == 12 && rest.chars().all(|letter| letter.is_ascii_hexdigit()));
    name == "lo"
        || name == "docker0"
        || docker
        || BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
}
