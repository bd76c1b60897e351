//! One question, one interface's exposure, and the exposure of 100,000 interfaces: `cargo bench -p portreeve-benches --bench explain`.

#![expect(clippy::expect_used, reason = "a benchmark that cannot set itself up has nothing to say")]

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr};

use divan::{Bencher, black_box};
use portreeve_benches::estate::{Estate as Plan, Size};
use portreeve_benches::rule::rules_of;
use portreeve_engine::Index;
use portreeve_explain::{End, Explainer, Lookup, Options, Question, exposure};
use portreeve_model::{Address, Estate, Listing};
use portreeve_testkit::parse;

/// Interfaces of the estate, and the distinct groups that they share.
const INTERFACES: u32 = 100_000;
const GROUPS: usize = 2_000;

fn main() {
    divan::main();
}

/// Groups of a generated account with so many rules each; every interface has one group and every tenth a public address.
fn estate(rules: usize) -> Estate {
    let groups = if rules > 100 { 20 } else { GROUPS };
    let plan = Plan::plan(Size { groups: 30_000, instances: 30_000, lists: 200, seed: 1 });
    let plan = plan.expect("the size is one that the generator takes");
    let mut lines =
        (0..30_000).flat_map(|group| rules_of(&plan, group)).filter(|rule| rule.is_ingress).cycle();
    let mut text = String::from("profile basic\nnetwork n 10.0.0.0/8\n");
    for group in 0..groups {
        writeln!(text, "group g{group} in n").expect("a string takes any text");
        for rule in lines.by_ref().take(rules) {
            writeln!(text, "{}", rule.notation()).expect("a string takes any text");
        }
    }
    for group in 0..groups {
        writeln!(text, "interface i{group} in n 10.0.0.1 groups g{group}").expect("a string takes any text");
    }
    let mut estate = parse(&text).expect("the generated notation parses").estate;
    let patterns = estate.interfaces.clone();
    estate.interfaces = (0..INTERFACES)
        .zip(patterns.iter().cycle())
        .map(|(number, pattern)| {
            let mut interface = pattern.clone();
            interface.id = estate.texts.intern(&format!("eni-{number}"));
            let private = IpAddr::V4(Ipv4Addr::from(0x0a00_0000 + number + 1));
            let public = number.is_multiple_of(10).then(|| Ipv4Addr::from(0x0800_0000 + number).into());
            interface.addresses = Box::new([Address { private, public }]);
            interface
        })
        .collect();
    estate.coverage.interfaces = Listing::Complete;
    estate
}

fn quiet() -> Options {
    Options { plans: false, ..Options::default() }
}

/// One question about one packet, its causes included, on an estate of 100,000 interfaces.
#[divan::bench(args = [10, 1000])]
fn question(bencher: Bencher<'_, '_>, rules: usize) {
    let estate = estate(rules);
    let (index, lookup) = (Index::new(&estate), Lookup::new(&estate));
    let explainer = Explainer::new(&index, &lookup, quiet());
    let end = |word: &str| lookup.end(&estate, word).expect("a known end");
    let questions: Vec<Question> = (0..1000_u32)
        .map(|number| Question {
            from: if number.is_multiple_of(2) {
                end("8.8.8.8")
            } else {
                end(&format!("eni-{}", number * 37 + 1))
            },
            to: end(&format!("eni-{}", number * 10)),
            protocol: Some(6),
            port: Some([22, 443, 3306][number as usize % 3]),
            source_port: None,
        })
        .collect();
    for question in &questions {
        black_box(explainer.ask(question).expect("an answer"));
    }
    bencher.counter(divan::counter::ItemsCount::new(questions.len())).bench_local(|| {
        for question in &questions {
            let _ = black_box(explainer.ask(black_box(question)));
        }
    });
}

/// Everything that the internet may open on one interface.
#[divan::bench(args = [10, 1000])]
fn exposure_of_one(bencher: Bencher<'_, '_>, rules: usize) {
    let estate = estate(rules);
    let (index, lookup) = (Index::new(&estate), Lookup::new(&estate));
    let explainer = Explainer::new(&index, &lookup, quiet());
    let end: End = lookup.end(&estate, "eni-10").expect("a known end");
    bencher.bench_local(|| exposure(&explainer, Some(&end), 1));
}

/// Everything that the internet may open on 100,000 interfaces.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn exposure_of_all(bencher: Bencher<'_, '_>) {
    let estate = estate(10);
    let (index, lookup) = (Index::new(&estate), Lookup::new(&estate));
    let explainer = Explainer::new(&index, &lookup, quiet());
    bencher.bench_local(|| exposure(&explainer, None, 2));
}
