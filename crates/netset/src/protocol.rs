//! Numbers of IP protocols, and what their packets carry in place of ports.

/// ICMP for IPv4 (RFC 792): types and codes, no ports.
pub const ICMP: u8 = 1;
/// TCP (RFC 9293).
pub const TCP: u8 = 6;
/// UDP (RFC 768).
pub const UDP: u8 = 17;
/// DCCP (RFC 4340).
pub const DCCP: u8 = 33;
/// GRE (RFC 2784): no ports.
pub const GRE: u8 = 47;
/// Encapsulating Security Payload of IPsec (RFC 4303): no ports.
pub const ESP: u8 = 50;
/// Authentication Header of IPsec (RFC 4302): no ports.
pub const AH: u8 = 51;
/// ICMP for IPv6 (RFC 4443): types and codes, no ports.
pub const ICMPV6: u8 = 58;
/// SCTP (RFC 9260).
pub const SCTP: u8 = 132;
/// UDP-Lite (RFC 3828).
pub const UDPLITE: u8 = 136;

/// The port axis of a protocol that has no ports, and of a rule about all ports.
pub const ALL_PORTS: (u16, u16) = (u16::MIN, u16::MAX);

/// What the port axis means to a protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PortAxis {
    /// Destination ports, and there are source ports too.
    Ports,
    /// ICMP types and codes, see [`icmp_port`]; there are no source ports.
    TypesAndCodes,
    /// Nothing: a packet of this protocol is on the whole axis or nowhere.
    Nothing,
}

/// What the port axis means to this protocol.
pub const fn port_axis(protocol: u8) -> PortAxis {
    match protocol {
        TCP | UDP | DCCP | SCTP | UDPLITE => PortAxis::Ports,
        ICMP | ICMPV6 => PortAxis::TypesAndCodes,
        _ => PortAxis::Nothing,
    }
}

/// Whether packets of this protocol name a source port and a destination port.
pub const fn has_ports(protocol: u8) -> bool {
    matches!(port_axis(protocol), PortAxis::Ports)
}

/// Cuts an inclusive range of protocols where the meaning of the port axis changes.
pub(crate) fn axis_runs((lo, hi): (u8, u8)) -> impl Iterator<Item = ((u8, u8), PortAxis)> {
    let mut next = Some(lo);
    std::iter::from_fn(move || {
        let start = next.filter(|&start| start <= hi)?;
        let axis = port_axis(start);
        let end = (start..=hi).take_while(|&protocol| port_axis(protocol) == axis).last().unwrap_or(start);
        next = end.checked_add(1);
        Some(((start, end), axis))
    })
}

/// The place of an ICMP or ICMPv6 message on the port axis.
///
/// ```
/// use portreeve_netset::protocol::icmp_port;
///
/// assert_eq!(icmp_port(3, 4), 0x0304); // destination unreachable, fragmentation needed
/// ```
pub const fn icmp_port(icmp_type: u8, code: u8) -> u16 {
    u16::from_be_bytes([icmp_type, code])
}

/// The stretch of the port axis that holds all codes of one ICMP or ICMPv6 type.
pub const fn icmp_type_ports(icmp_type: u8) -> (u16, u16) {
    (icmp_port(icmp_type, u8::MIN), icmp_port(icmp_type, u8::MAX))
}

/// The ICMP type and code that a place on the port axis stands for.
pub const fn icmp_type_and_code(port: u16) -> (u8, u8) {
    let [icmp_type, code] = port.to_be_bytes();
    (icmp_type, code)
}

/// The usual lower-case name of a protocol, if it has one here.
pub const fn name(protocol: u8) -> Option<&'static str> {
    Some(match protocol {
        ICMP => "icmp",
        TCP => "tcp",
        UDP => "udp",
        DCCP => "dccp",
        GRE => "gre",
        ESP => "esp",
        AH => "ah",
        ICMPV6 => "icmpv6",
        SCTP => "sctp",
        UDPLITE => "udplite",
        _ => return None,
    })
}

/// A protocol as people write it: its name, or its number where this crate knows none.
///
/// ```
/// use portreeve_netset::protocol;
///
/// assert_eq!(protocol::label(6), "tcp");
/// assert_eq!(protocol::label(200), "200");
/// ```
pub fn label(protocol: u8) -> String {
    name(protocol).map_or_else(|| protocol.to_string(), str::to_owned)
}
