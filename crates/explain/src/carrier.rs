//! Ports that carriers between the client and the cloud tend to block, whatever the cloud's rules say.

use portreeve_netset::protocol::{TCP, UDP, label};

/// After the high-risk ports on the page of common ports of a cloud server, <https://github.com/huaweicloudDocs/vpc>, March
/// 2024.
const TCP_PORTS: &[u16] = &[
    42, 135, 137, 138, 139, 444, 445, 593, 1025, 1068, 1433, 1434, 3127, 3128, 3129, 3130, 4444, 4789, 5554,
    5800, 5900, 8998, 9995, 9996,
];
const UDP_PORTS: &[u16] =
    &[135, 136, 137, 138, 139, 1026, 1027, 1028, 1068, 1433, 1434, 4789, 5554, 9995, 9996];

/// Whether some carriers block a port.
pub(crate) fn often_blocks(protocol: u8, port: u16) -> bool {
    match protocol {
        TCP => TCP_PORTS.contains(&port),
        UDP => UDP_PORTS.contains(&port),
        _ => false,
    }
}

/// What to say of it.
pub(crate) fn note(protocol: u8, port: u16) -> String {
    format!("some carriers block {}/{port} in restricted regions, whatever the rules say", label(protocol))
}
