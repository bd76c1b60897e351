//! Who lets whom in: links between classes, reasoned out by hand.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has to say so"
)]

mod common;

use portreeve_engine::{Index, Source};
use portreeve_explain::{Explainer, Link, Lookup, Options, Sender, exposure, links};
use portreeve_model::Estate;
use portreeve_testkit::notation;

/// The links as `from -> to: services by rule`, sorted.
fn told(estate: &Estate) -> Vec<String> {
    let (index, lookup) = (Index::new(estate), Lookup::new(estate));
    let explainer = Explainer::new(&index, &lookup, Options::default());
    let exposed = exposure(&explainer, None, 1);
    let name = |class| explainer.group_ids(class).join("+");
    let line = |link: &Link| {
        let from = match link.from {
            Sender::Internet => "internet".to_owned(),
            Sender::Network(ix) => format!("all of {}", estate.text(estate.network(ix).id)),
            Sender::Class(class) => name(class),
        };
        let by = match link.by {
            Some(Source::Rule(at)) => format!("{}.{}", estate.text(estate.group(at.group).id), at.rule + 1),
            Some(Source::SameGroup(_)) => "same group".to_owned(),
            other => format!("{other:?}"),
        };
        let service = |(protocol, ports): &(Option<u8>, _)| match protocol {
            Some(number) => format!("{number}/{ports}"),
            None => "others".to_owned(),
        };
        let services: Vec<String> = link.services.iter().map(service).collect();
        format!("{from} -> {}: {} by {by}", name(link.to), services.join(" "))
    };
    let mut all: Vec<String> = links(&explainer, &exposed, 2).iter().map(line).collect();
    all.sort();
    all
}

fn check(text: &str, expected: &[&str]) {
    let case = notation::parse(text).unwrap();
    assert_eq!(told(&case.estate), expected, "{text}");
}

#[test]
fn a_rule_links_classes_and_not_interfaces() {
    check(
        "profile basic
network net-a 10.0.0.0/16
group web in net-a same-group rules
  in 1 allow tcp 443 from 0.0.0.0/0
group app in net-a same-group rules
  in 1 allow tcp 8080 from group web
  in 1 allow tcp 22 from 192.168.0.0/16
interface w1 in net-a 10.0.0.1 public 198.51.100.1 groups web
interface w2 in net-a 10.0.0.2 groups web
interface a1 in net-a 10.0.1.1 groups app
interface a2 in net-a 10.0.1.2 groups app
",
        // 443 is open to everyone, so also to the application tier and among the web servers themselves. Nobody is in 192.168.0.0/16.
        &[
            "app -> web: 6/443 by web.1",
            "internet -> web: 6/443 by web.1",
            "web -> app: 6/8080 by app.1",
            "web -> web: 6/443 by web.1",
        ],
    );
}

#[test]
fn what_a_deny_decides_and_what_a_sender_stops_is_no_link() {
    check(
        "profile basic
network net-a 10.0.0.0/16
group client in net-a same-group rules
  out 1 deny tcp 3306 to any
group db in net-a same-group rules
  in 1 deny tcp 22 from group client
  in 5 allow tcp 22,3306,5432 from group client
interface c1 in net-a 10.0.0.1 groups client
interface d1 in net-a 10.0.0.2 public 198.51.100.1 groups db
",
        // 22 is denied before, 3306 never leaves, and the group opens nothing to the internet.
        &["client -> db: 6/5432 by db.2"],
    );
}

#[test]
fn without_a_public_address_the_internet_is_no_sender() {
    check(
        "profile basic
network net-a 10.0.0.0/16
group web in net-a same-group rules
  in 1 allow tcp 443 from 0.0.0.0/0
interface w1 in net-a 10.0.0.1 groups web
",
        &[],
    );
}

#[test]
fn a_rule_for_many_classes_lets_in_their_network() {
    let mut text = "profile basic\nnetwork net-a 10.0.0.0/16\ngroup db in net-a same-group rules\n  in 1 allow tcp 3306 from 10.0.0.0/16\n".to_owned();
    for at in 0..9 {
        text = format!(
            "{text}group g{at} in net-a same-group rules\ninterface i{at} in net-a 10.0.1.{at} groups g{at}\n"
        );
    }
    text.push_str("interface d1 in net-a 10.0.0.2 groups db\n");
    check(&text, &["all of net-a -> db: 6/3306 by db.1"]);
}

#[test]
fn a_rule_for_every_class_lets_in_their_network() {
    // Three classes are the whole network. The database is alone in its class, and meets no filter on its way to itself.
    let text = "profile basic
network net-a 10.0.0.0/16
group db in net-a same-group rules
  in 1 allow tcp 3306 from 0.0.0.0/0
  in 1 allow tcp 22 from 10.0.0.1
group web in net-a same-group rules
group app in net-a same-group rules
interface d1 in net-a 10.0.0.3 groups db
interface w1 in net-a 10.0.0.1 groups web
interface a1 in net-a 10.0.0.2 groups app
";
    check(text, &["all of net-a -> db: 6/3306 by db.1", "web -> db: 6/22 by db.2"]);
}

#[test]
fn who_comes_in_by_another_rule_does_not_break_up_a_network() {
    // The twin of the database comes in as a member of its group, before the rule: all others are still the whole network.
    let text = "profile basic
network net-a 10.0.0.0/16
group db in net-a same-group allow
  in 1 allow tcp 3306 from 0.0.0.0/0
group web in net-a same-group rules
group app in net-a same-group rules
interface d1 in net-a 10.0.0.3 groups db
interface d2 in net-a 10.0.0.4 groups db web
interface w1 in net-a 10.0.0.1 groups web
interface a1 in net-a 10.0.0.2 groups app
";
    let all = |to: &str| format!("all of net-a -> {to}: 6/3306 by db.1");
    let links = told(&notation::parse(text).unwrap().estate);
    assert!(links.contains(&all("db")) && links.contains(&all("db+web")), "{links:#?}");
    assert!(!links.iter().any(|link| link.starts_with("app ->")), "{links:#?}");
}
