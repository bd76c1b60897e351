//! Words and numbers that estates are made of.

use std::fmt;

use crate::template::Written;

/// Environments, in names and tags.
pub const ENVIRONMENTS: [&str; 5] = ["prod", "prod", "staging", "test", "dev"];
/// What a group or an instance is for.
pub const ROLES: [&str; 10] =
    ["web", "app", "db", "cache", "queue", "batch", "gateway", "search", "ci", "monitor"];
/// Owners, in tags.
pub const TEAMS: [&str; 6] =
    ["payments", "search-quality", "platform", "data-warehouse", "mobile", "risk-control"];
/// Names of prefix lists.
pub const SITES: [&str; 7] = ["office", "partner", "vpn", "branch", "monitoring", "payment-provider", "cdn"];

/// Descriptions of rules, as they stand in JSON: many are empty, one has quotes and one is not ASCII.
pub const DESCRIPTIONS: [&str; 16] = [
    "",
    "",
    "",
    "",
    "",
    "",
    "health checks",
    "office",
    "System created rule.",
    "from the bastion host, see the runbook before you remove this",
    "ticket 48213",
    "temporary, for the migration",
    "partner access \\\"test\\\"",
    "监控系统",
    "added by automation",
    "internal services",
];

/// Ports that rules open one at a time.
pub const PORTS: [u16; 32] = [
    22, 22, 80, 80, 443, 443, 8080, 8080, 3306, 6379, 5432, 27017, 9200, 9092, 2181, 8443, 3389, 1433, 1521,
    5601, 9100, 10250, 6443, 10050, 389, 636, 25, 2049, 15672, 5672, 8088, 9090,
];

/// Ports that rules open on UDP.
pub const UDP_PORTS: [u16; 6] = [53, 123, 161, 514, 500, 4500];

/// Ranges of ports that rules open.
pub const RANGES: [(u16, u16); 10] = [
    (1, 65535),
    (8000, 8999),
    (30000, 32767),
    (1024, 65535),
    (5900, 5910),
    (9000, 9100),
    (20, 21),
    (49152, 65535),
    (6000, 6009),
    (3000, 4000),
];

/// What is open to everyone where something is, with weights.
pub const OPEN: [(u32, (u16, u16)); 14] = [
    (5, (80, 80)),
    (5, (443, 443)),
    (4, (22, 22)),
    (2, (3389, 3389)),
    (1, (3306, 3306)),
    (1, (6379, 6379)),
    (1, (9200, 9300)),
    (1, (27017, 27017)),
    (1, (5432, 5432)),
    (1, (8088, 8088)),
    (1, (8080, 8090)),
    (1, (30000, 32767)),
    (1, (1, 65535)),
    (2, (8443, 8443)),
];

/// First octets of public networks, none of them special.
pub const PUBLIC: [u8; 16] = [36, 42, 47, 58, 101, 106, 110, 112, 116, 120, 121, 123, 183, 202, 218, 222];

/// The element that a number picks; the default of the type for an empty table.
pub fn nth<T: Copy + Default>(table: &[T], number: u64) -> T {
    let length = table.len().max(1) as u64;
    usize::try_from(number % length).ok().and_then(|at| table.get(at)).copied().unwrap_or_default()
}

/// One element, all alike; the default of the type for an empty table.
pub fn any<T: Copy + Default>(random: &mut fastrand::Rng, table: &[T]) -> T {
    nth(table, random.u64(..))
}

/// One element, as often as its weight says.
pub fn weighted<T: Copy>(random: &mut fastrand::Rng, table: &[(u32, T)]) -> Option<T> {
    let total: u32 = table.iter().map(|(weight, _)| weight).sum();
    let mut rest = random.u32(..total.max(1));
    table.iter().find_map(|&(weight, element)| {
        let is_it = rest < weight;
        rest = rest.saturating_sub(weight);
        is_it.then_some(element)
    })
}

/// A day and time of the last years, as a number picks it; `seconds` are left out by some of the vendor's APIs.
pub fn time(number: u64, with_seconds: bool) -> impl fmt::Display {
    let part = move |shift: u32, count: u64| (number >> shift) % count;
    Written(move |out: &mut fmt::Formatter<'_>| {
        write!(out, "{}-{:02}-{:02}T", 2019 + part(0, 7), 1 + part(8, 12), 1 + part(16, 28))?;
        write!(out, "{:02}:{:02}", part(24, 24), part(32, 60))?;
        if with_seconds { write!(out, ":{:02}Z", part(40, 60)) } else { out.write_str("Z") }
    })
}

#[cfg(test)]
mod tests {
    use super::{time, weighted};

    #[test]
    fn weights_are_how_often() {
        let mut random = fastrand::Rng::with_seed(1);
        let picks =
            (0..3_000).filter(|_| weighted(&mut random, &[(2, true), (1, false)]) == Some(true)).count();
        assert!((1_900..2_100).contains(&picks), "two thirds of 3,000 are 2,000, not {picks}");
    }

    #[test]
    fn times_come_with_and_without_seconds() {
        assert_eq!(time(0, true).to_string(), "2019-01-01T00:00:00Z");
        assert_eq!(time(1 | 2 << 8 | 3 << 16, false).to_string(), "2020-03-04T00:00Z");
    }
}
