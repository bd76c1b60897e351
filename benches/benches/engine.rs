//! One exact permitted set and one decision, by the number of rules: `cargo bench -p portreeve-benches --bench engine`.

#![expect(clippy::expect_used, reason = "a benchmark that cannot set itself up has nothing to say")]

use std::fmt::Write as _;

use divan::{Bencher, black_box};
use fastrand::Rng;
use portreeve_benches::estate::{Estate, Size};
use portreeve_benches::rule::rules_of;
use portreeve_engine::{Bound, Index, Place, Policy};
use portreeve_model::Direction;
use portreeve_netset::Packet;
use portreeve_testkit::{Case, parse};

const SIZES: [usize; 4] = [10, 100, 500, 2000];

fn main() {
    divan::main();
}

/// A group with the first inbound rules of a generated account: the mix that is described at `portreeve_benches::rule`. Groups and
/// prefix lists, which one group alone does not have, become private blocks.
fn usual(rules: usize) -> Case {
    let size = Size { groups: 10_000, instances: 10_000, lists: 200, seed: 1 };
    let estate = Estate::plan(size).expect("the size is one that the generator takes");
    let all = (0..size.groups).flat_map(|group| rules_of(&estate, group));
    let lines = all.filter(|rule| rule.is_ingress).take(rules).map(|rule| rule.notation());
    case(lines)
}

fn case(rules: impl Iterator<Item = String>) -> Case {
    let mut text = String::from("profile basic\nnetwork n 10.0.0.0/8\ngroup g in n\n");
    for rule in rules {
        writeln!(text, "{rule}").expect("a string takes any text");
    }
    text.push_str("interface i in n 10.0.0.1 groups g\n");
    parse(&text).expect("the generated notation parses")
}

/// A group that is harder than any real one: every fourth rule has ports or a range of ports of its own, and one in ten is about
/// all protocols or all addresses, so that hundreds of rules meet on hundreds of stretches of ports.
fn hard(rules: usize) -> Case {
    let mut rng = Rng::with_seed(7);
    let lines = (0..rules).map(|_| {
        let ports = match rng.u8(..100) {
            0..70 => format!("tcp {}", [22, 80, 443, 3306, 5432, 6379, 8080, 9200][rng.usize(..8)]),
            70..80 => format!("tcp {}", rng.u16(1..)),
            80..90 => {
                let first = rng.u16(1..60_000);
                format!("tcp {first}-{}", first + rng.u16(1..5_000))
            }
            90..95 => format!("udp {}", rng.u16(1..)),
            _ => "all".to_owned(),
        };
        let peer = match rng.u8(..100) {
            0..5 => "0.0.0.0/0".to_owned(),
            5..10 => format!("2001:db8:{:x}::/48", rng.u16(..)),
            10..40 => format!("10.{}.0.0/16", rng.u8(..)),
            _ => format!("{}.{}.{}.0/24", rng.u8(1..224), rng.u8(..), rng.u8(..)),
        };
        let action = if rng.u8(..10) == 0 { "deny" } else { "allow" };
        format!("  in {} {action} {ports} from {peer}", rng.u8(1..=100))
    });
    case(lines)
}

fn policy(case: &Case) -> Policy {
    let index = Index::new(&case.estate);
    let class = &index.classes()[0];
    Policy::of_class(&index, class, Direction::Ingress, Place::Internet, Bound::Surely)
}

fn packets() -> Vec<Packet> {
    let mut rng = Rng::with_seed(11);
    let local = "10.0.0.1".parse().expect("an address");
    let mut packet = || Packet {
        protocol: 6,
        port: [22, 80, 443, 3306, 12_345][rng.usize(..5)],
        source_port: 50_000,
        local,
        peer: std::net::Ipv4Addr::from(rng.u32(..)).into(),
    };
    (0..1024).map(|_| packet()).collect()
}

/// Ranking the rules and sweeping them into a canonical set.
#[divan::bench(args = SIZES)]
fn permitted_set(bencher: Bencher<'_, '_>, rules: usize) {
    permitted(bencher, &usual(rules));
}

/// The same, with rules that are hard to sweep.
#[divan::bench(args = SIZES)]
fn permitted_set_hard(bencher: Bencher<'_, '_>, rules: usize) {
    permitted(bencher, &hard(rules));
}

fn permitted(bencher: Bencher<'_, '_>, case: &Case) {
    let index = Index::new(&case.estate);
    let class = index.classes()[0].clone();
    bencher.bench_local(|| {
        let place = Place::Internet;
        Policy::of_class(&index, &class, Direction::Ingress, place, Bound::Surely).permitted()
    });
}

/// One decision from the table of a policy.
#[divan::bench(args = SIZES)]
fn decision(bencher: Bencher<'_, '_>, rules: usize) {
    let case = usual(rules);
    let table = policy(&case).table();
    let packets = packets();
    bencher.counter(divan::counter::ItemsCount::new(packets.len())).bench_local(|| {
        for packet in &packets {
            black_box(table.decide(black_box(packet)));
        }
    });
}
