//! The core has no I/O, no clock and no environment, so that the same documents always give the same answer.

use crate::files;
use crate::source::{self, Source};

/// The rooms that only compute.
const CORE: [&str; 8] = ["netset", "model", "engine", "checks", "explain", "fix", "verify", "certificate"];

/// What they must not name, written as the path begins or, for a macro, as it is called.
const FORBIDDEN: [&str; 17] = [
    "std::env",
    "std::fs",
    "std::io",
    "std::net::TcpListener",
    "std::net::TcpStream",
    "std::net::ToSocketAddrs",
    "std::net::UdpSocket",
    "std::os",
    "std::process",
    "std::time::Instant",
    "std::time::SystemTime",
    "Instant::now",
    "SystemTime::now",
    "eprint",
    "eprintln",
    "print",
    "println",
];

fn is_forbidden(path: &str) -> bool {
    FORBIDDEN.iter().any(|forbidden| {
        path == *forbidden || path.strip_prefix(forbidden).is_some_and(|rest| rest.starts_with("::"))
    })
}

#[test]
fn the_core_only_computes() {
    let mut complaints = Vec::new();
    for path in CORE.iter().flat_map(|room| source::production(&format!("crates/{room}"))) {
        for name in Source::read(&path).paths().iter().filter(|name| is_forbidden(name)) {
            complaints.push(format!("{}: `{name}` does not belong into the core", path.display()));
        }
    }
    files::no_complaints(&complaints);
}

#[test]
fn forbidden_paths_are_recognised() {
    for (path, expected) in [
        ("std::fs::read", true),
        ("std::fs", true),
        ("std::fsx", false),
        ("std::time::Duration", false),
        ("println", true),
        ("Instant::now", true),
        ("std::net::Ipv4Addr", false),
    ] {
        assert_eq!(is_forbidden(path), expected, "{path}");
    }
}
