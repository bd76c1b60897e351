//! The output of `ss -lntu`: what listens.
//!
//! <https://man7.org/linux/man-pages/man8/ss.8.html>. Columns are the protocol, the state, two queues, the local and the
//! remote address, and with `-p` the programs. `*` stands for a socket of IPv6 that takes IPv4 too, `[::]` for one that
//! does not.

use std::net::{IpAddr, Ipv4Addr};

use portreeve_model::Protocol;

use super::{Facts, Listens, Wrong};

const RUN: &str = "run `ss -lntuH`";

pub(super) fn read(text: &str) -> Result<Facts, Wrong> {
    // Before 2017 `ss` wrote `:::22` for every address of IPv6, and `*:22` for every address of IPv4 only.
    let old = text.split_whitespace().any(|word| word.starts_with(":::"));
    let mut listeners = Vec::new();
    for (at, line) in text.lines().enumerate() {
        listeners.extend(socket(line, at + 1, old)?);
    }
    Ok(Facts { format: "ss", listeners: Some(listeners), ..Facts::default() })
}

fn socket(line: &str, number: usize, old: bool) -> Result<Option<Listens>, Wrong> {
    let mut columns = line.split_whitespace();
    let protocol = match columns.next() {
        None | Some("Netid") => return Ok(None),
        Some("tcp") => Protocol::TCP,
        Some("udp") => Protocol::UDP,
        Some("State" | "LISTEN" | "UNCONN") => {
            let what = "the column of protocols is missing, so only TCP or only UDP was asked for";
            return Err(Wrong::new(number, format!("{what}: {RUN}")));
        }
        Some(other) if is_other(other) => return Ok(None),
        Some(other) => {
            return Err(Wrong::new(number, format!("`{other}` is no protocol of a socket: {RUN}")));
        }
    };
    let state = columns.next().unwrap_or_default();
    if !matches!(state, "LISTEN" | "UNCONN") {
        let known = state.chars().all(|c| c.is_ascii_uppercase() || c == '-') && !state.is_empty();
        let what = format!("`{state}` is no state of a socket: {RUN}");
        return if known { Ok(None) } else { Err(Wrong::new(number, what)) };
    }
    let local =
        columns.nth(2).ok_or_else(|| Wrong::new(number, format!("the line ends too early: {RUN}")))?;
    let (address, port) = local.rsplit_once(':').unwrap_or((local, ""));
    let Ok(port) = port.parse() else {
        return Err(Wrong::new(number, format!("`{local}` has no number of a port: {RUN}")));
    };
    let Some((address, every)) = bound(address, old) else {
        return Err(Wrong::new(number, format!("`{address}` is no address: {RUN}")));
    };
    // The remote address comes before the programs.
    let program = columns.nth(1).map(program).unwrap_or_default();
    Ok(Some(Listens { protocol, address, every, port, program }))
}

/// Sockets that no packet of TCP or UDP reaches.
fn is_other(word: &str) -> bool {
    const KINDS: [&str; 16] = [
        "raw", "icmp", "icmp6", "u_str", "u_dgr", "u_seq", "nl", "p_raw", "p_dgr", "sctp", "dccp", "v_str",
        "v_dgr", "tipc", "xdp", "mptcp",
    ];
    KINDS.contains(&word) || word == "???"
}

/// The address that a socket is bound to, and whether that is every one of its family.
fn bound(text: &str, old: bool) -> Option<(Option<IpAddr>, bool)> {
    if text == "*" {
        return Some((old.then_some(IpAddr::V4(Ipv4Addr::UNSPECIFIED)), true));
    }
    if text == "::" {
        // The old way of writing; such a socket takes IPv4 too unless the program asked for IPv6 alone.
        return Some((None, true));
    }
    // `127.0.0.53%lo` names the interface after the address.
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let bare = bare.split('%').next().unwrap_or_default().trim_end_matches(']');
    let address: IpAddr = bare.parse().ok()?;
    Some((Some(address), address.is_unspecified()))
}

/// The first program of `users:(("sshd",pid=1,fd=3))`.
fn program(column: &str) -> String {
    let mut parts = column.strip_prefix("users:((\"").unwrap_or_default().split('"');
    parts.next().unwrap_or_default().to_owned()
}
