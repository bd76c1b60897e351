//! One plan for one finding, by the number of rules of the interface: `cargo bench -p portreeve-benches --bench fix`.
//!
//! The goal is 50 ms at 1,000 rules. Measured on two cores that much else was running on: 2.7 to 3 ms at best, 8 to 12 ms in the middle,
//! 33 ms at worst.

#![expect(clippy::expect_used, reason = "a benchmark that cannot set itself up has nothing to say")]

use std::fmt::Write as _;

use divan::{Bencher, black_box};
use portreeve_benches::estate::{Estate, Size};
use portreeve_benches::rule::rules_of;
use portreeve_fix::{Aim, Options, Stay, Subject, plans};
use portreeve_model::{Direction, GroupIx};
use portreeve_netset::{AddressSet, Block, Cidr, IntervalSet, PacketSet, PortSet};
use portreeve_testkit::{Case, parse};

const SIZES: [usize; 3] = [10, 100, 1000];

fn main() {
    divan::main();
}

/// An interface with the usual inbound rules of a generated account, in ten groups, and a last rule that opens ports to everyone.
fn usual(rules: usize, open: &str) -> Case {
    let size = Size { groups: 10_000, instances: 10_000, lists: 200, seed: 1 };
    let estate = Estate::plan(size).expect("the size is one that the generator takes");
    let all = (0..size.groups).flat_map(|group| rules_of(&estate, group));
    let lines: Vec<String> =
        all.filter(|rule| rule.is_ingress).take(rules - 1).map(|rule| rule.notation()).collect();
    let mut text = String::from("profile basic\nnetwork n 10.0.0.0/8\n");
    for (number, chunk) in lines.chunks(rules.div_ceil(10)).enumerate() {
        writeln!(text, "group g{number} in n\n{}", chunk.join("\n")).expect("a string takes any text");
        if number == 0 {
            writeln!(text, "  in 50 {open}").expect("a string takes any text");
        }
    }
    let groups: Vec<String> =
        (0..lines.chunks(rules.div_ceil(10)).len()).map(|number| format!("g{number}")).collect();
    writeln!(text, "interface i in n 10.0.0.1 groups {}", groups.join(" ")).expect("a string takes any text");
    parse(&text).expect("the generated notation parses")
}

/// What a plan needs to close one port to everyone but one block.
fn close(bencher: Bencher<'_, '_>, case: &Case, port: u16) {
    let unwanted = PacketSet::from_block(&Block {
        protocols: IntervalSet::single(6),
        ports: PortSet::single(port),
        peers: AddressSet::all_v4(),
        ..Block::all()
    });
    let aim =
        Aim::Close { subject: Subject::Group(GroupIx::new(0)), direction: Direction::Ingress, unwanted };
    let office: Cidr = "203.0.113.0/24".parse().expect("a block");
    let options = Options { stay: Stay::Named(office.into()), ..Options::default() };
    assert!(
        !plans(&case.estate, std::slice::from_ref(&aim), &options).is_empty(),
        "there is something to plan"
    );
    bencher.bench(|| plans(black_box(&case.estate), std::slice::from_ref(&aim), &options));
}

/// A rule for one port, which narrow ones replace.
#[divan::bench(args = SIZES)]
fn one_port(bencher: Bencher<'_, '_>, rules: usize) {
    close(bencher, &usual(rules, "allow tcp 22 from 0.0.0.0/0"), 22);
}

/// A rule for everything, before which a deny has to stand.
#[divan::bench(args = SIZES)]
fn everything(bencher: Bencher<'_, '_>, rules: usize) {
    close(bencher, &usual(rules, "allow all from 0.0.0.0/0"), 3389);
}
