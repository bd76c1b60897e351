//! What stands between the two ends: NAT gateways, load balancers and transit routers.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has to say so"
)]

mod common;

use common::build::{prefix, table};
use portreeve_engine::Index;
use portreeve_explain::{Answer, End, Explainer, Lookup, Options, Question, Told, Verdict, exposure};
use portreeve_model::{
    Attachment, Backend, Balancer, BalancerListener, Clients, Estate, Forward, Hop, Hub, Nat, NetworkIx,
    PortRange, Protocol, Route, Text,
};

/// Two servers without public addresses; the rules are those of `db`.
fn world(rules: &str) -> Estate {
    let text = format!(
        "profile basic\nnetwork net-a 10.0.0.0/16\nnetwork net-b 10.1.0.0/16\ngroup clients in net-b\ngroup app in net-a\n{rules}\n\
         interface db in net-a 10.0.0.5 groups app server i-1\ninterface client in net-b 10.1.0.9 groups clients server i-2\n"
    );
    let mut estate = portreeve_testkit::parse(&text).unwrap_or_else(|e| panic!("{e}\n{text}")).estate;
    estate.interfaces.iter_mut().for_each(|it| it.public_known = true);
    estate
}

/// A load balancer at 198.51.100.9 and 10.0.0.200 that hands TCP 443 on to port 8443 of `db`.
fn balanced(rules: &str, clients: Clients, from: &[&str]) -> Estate {
    let mut estate = world(rules);
    let backend = Backend { target: estate.texts.intern("i-1"), address: None, port: Some(8443) };
    let listener = BalancerListener {
        protocol: Protocol::TCP,
        ports: PortRange::one(443),
        clients,
        guard: None,
        backends: Box::new([backend]),
    };
    estate.balancers.push(Balancer {
        id: estate.texts.intern("lb-1"),
        name: Text::EMPTY,
        network: Some(NetworkIx::new(0)),
        addresses: ["198.51.100.9", "10.0.0.200"].map(|it| it.parse().unwrap()).into(),
        from: from.iter().map(|text| prefix(text)).collect(),
        from_gap: None,
        listeners: vec![listener],
        incomplete: None,
    });
    estate
}

fn ask(estate: &Estate, from: &str, to: &str, port: Option<u16>) -> Answer {
    let (index, lookup) = (Index::new(estate), Lookup::new(estate));
    let end = |word: &str| lookup.end(estate, word).unwrap();
    let (from, to) = (end(from), end(to));
    let question = Question { from, to, protocol: Some(6), port, source_port: None };
    Explainer::new(&index, &lookup, Options::default()).ask(&question).unwrap()
}

fn verdict(estate: &Estate, from: &str, to: &str, port: u16) -> Verdict {
    ask(estate, from, to, Some(port)).verdict
}

fn causes(answer: &Answer) -> Vec<&'static str> {
    answer.parts.iter().flat_map(|part| &part.causes).map(|cause| cause.id).collect()
}

/// What is not known, in words.
fn gaps(estate: &Estate, answer: &Answer) -> Vec<String> {
    let told = answer.parts.iter().flat_map(|part| &part.gaps);
    told.map(|told| match told {
        Told::Gap(ix) => estate.gap(*ix).what.clone(),
        Told::Here(_, what) => what.clone(),
    })
    .collect()
}

#[test]
fn the_address_of_a_nat_gateway_leads_to_the_server_and_its_port() {
    let mut estate = world("in 1 allow tcp 22,80-81 from any");
    let range = |first, last| PortRange::new(first, last);
    let forward = |public_ports, private_ports| Forward {
        public: "203.0.113.77".parse().unwrap(),
        protocol: Protocol::TCP,
        public_ports,
        private: "10.0.0.5".parse().unwrap(),
        private_ports,
    };
    estate.nats.push(Nat {
        id: estate.texts.intern("nat-1"),
        name: Text::EMPTY,
        network: Some(NetworkIx::new(0)),
        sources: Vec::new(),
        forwards: vec![
            forward(range(2222, 2222), range(22, 22)),
            forward(range(8080, 8082), range(80, 82)),
            forward(range(9000, 9100), range(9001, 9101)),
        ],
        incomplete: None,
    });
    for (port, expected) in
        [(2222, Verdict::Allowed), (8081, Verdict::Allowed), (8082, Verdict::Denied), (22, Verdict::Denied)]
    {
        assert_eq!(verdict(&estate, "8.8.8.8", "203.0.113.77", port), expected, "{port}");
        assert_eq!(verdict(&estate, "internet", "203.0.113.77", port), expected, "{port}");
    }
    let nothing = ask(&estate, "8.8.8.8", "203.0.113.77", Some(22));
    assert_eq!(causes(&nothing), ["not-handed-on"]);
    // All ports: one by one where they are few, and open where they are many.
    let all = ask(&estate, "internet", "203.0.113.77", None);
    let verdicts: Vec<Verdict> = all.parts.iter().map(|part| part.verdict).collect();
    let (part, none, open) = (Verdict::Partly, Verdict::Denied, Verdict::Unknown);
    assert_eq!((all.verdict, verdicts), (Verdict::Partly, vec![part, part, part, none, open]));
    assert!(gaps(&estate, &all)[0].contains("ask about one of them"));
    assert!(
        all.parts[0].allowed.ports_of(6).contains(2222),
        "the ports are those that the question is about"
    );
    // By its own name the server is asked for by its own ports.
    assert_eq!(verdict(&estate, "internet", "db", 22), Verdict::Allowed);
    assert_eq!(verdict(&estate, "internet", "db", 2222), Verdict::Denied);
}

#[test]
fn a_load_balancer_that_hides_its_clients_is_judged_by_its_own_addresses() {
    let (own, unknown): (&[&str], &[&str]) = (&["100.64.0.0/10"], &[]);
    for (rules, from, expected) in [
        ("in 1 allow tcp 8443 from 100.64.0.0/10", own, Verdict::Allowed),
        ("in 1 allow tcp 8443 from any", own, Verdict::Allowed),
        ("in 1 allow tcp 8443 from 8.0.0.0/8", own, Verdict::Denied),
        ("in 1 allow tcp 443 from any", own, Verdict::Denied),
        ("in 2 allow tcp 8443 from any\nin 1 deny tcp 8443 from 100.64.0.0/10", own, Verdict::Denied),
        // A part of what it may come from.
        ("in 1 allow tcp 8443 from 100.64.0.0/16", own, Verdict::Unknown),
        ("in 2 allow tcp 8443 from any\nin 1 deny tcp 8443 from 100.127.0.0/16", own, Verdict::Unknown),
        ("in 1 allow tcp 8443 from any", unknown, Verdict::Unknown),
    ] {
        let estate = balanced(rules, Clients::Hidden, from);
        for (to, port) in [("198.51.100.9", 443), ("db", 8443), ("10.0.0.5", 8443)] {
            for sender in ["8.8.8.8", "internet"] {
                let answer = ask(&estate, sender, to, Some(port));
                assert_eq!(answer.verdict, expected, "{rules} {sender} {to}");
                assert_eq!(answer.parts.len(), 1, "no public address is no trouble where something hands on");
                assert_eq!(gaps(&estate, &answer).is_empty(), expected != Verdict::Unknown, "{rules}");
            }
        }
        assert_eq!(
            verdict(&estate, "8.8.8.8", "198.51.100.9", 80),
            Verdict::Denied,
            "it does not listen there"
        );
        let (index, lookup) = (Index::new(&estate), Lookup::new(&estate));
        let explainer = Explainer::new(&index, &lookup, Options::default());
        let exposed = exposure(&explainer, None, 1);
        assert_eq!(exposed.len(), usize::from(expected != Verdict::Denied), "{rules}");
        for one in &exposed {
            let set = if expected == Verdict::Allowed { &one.allowed } else { &one.unknown };
            assert_eq!(set.ports_of(6).to_string(), "8443", "{rules}");
        }
    }
    let denied = balanced("", Clients::Hidden, own);
    let answer = ask(&denied, "internet", "198.51.100.9", Some(443));
    assert!(
        answer.parts[0].causes[0].remedy.contains("tcp/8443 from the load balancer at 100.64.0.0/10"),
        "{:?}",
        answer.parts[0].causes
    );
}

#[test]
fn a_load_balancer_may_keep_clients_or_lead_past_the_groups() {
    let rules = "in 1 allow tcp 8443 from 8.0.0.0/8";
    let kept = balanced(rules, Clients::Kept, &["100.64.0.0/10"]);
    assert_eq!(verdict(&kept, "8.8.8.8", "198.51.100.9", 443), Verdict::Allowed);
    assert_eq!(verdict(&kept, "9.9.9.9", "198.51.100.9", 443), Verdict::Denied);
    assert_eq!(verdict(&kept, "internet", "198.51.100.9", 443), Verdict::Partly);
    let past = balanced("", Clients::Unfiltered, &[]);
    for (to, port) in [("198.51.100.9", 443), ("db", 8443)] {
        assert_eq!(verdict(&past, "internet", to, port), Verdict::Allowed, "{to}");
    }
    assert_eq!(verdict(&past, "internet", "db", 443), Verdict::Denied);
    // Its private address is reached from networks that are connected, and from nowhere else.
    assert_eq!(verdict(&past, "8.8.8.8", "10.0.0.200", 443), Verdict::Denied);
    assert_eq!(verdict(&past, "client", "10.0.0.200", 443), Verdict::Unknown);
}

#[test]
fn what_is_missing_of_a_load_balancer_leaves_the_way_open() {
    let rules = "in 1 allow tcp 8443 from any";
    let mut guarded = balanced(rules, Clients::Kept, &[]);
    let gap = guarded.add_gap("lb-1", "its access list is not read");
    guarded.balancers[0].listeners[0].guard = Some(gap);
    for (to, port) in [("198.51.100.9", 443), ("db", 8443)] {
        let answer = ask(&guarded, "internet", to, Some(port));
        assert_eq!(
            (answer.verdict, gaps(&guarded, &answer)),
            (Verdict::Unknown, vec!["its access list is not read".to_owned()])
        );
    }
    let mut cut = balanced("in 1 allow tcp 0-65535 from any", Clients::Kept, &[]);
    let gap = cut.add_gap("lb-1", "collect its listeners");
    cut.balancers[0].incomplete = Some(gap);
    assert_eq!(verdict(&cut, "internet", "198.51.100.9", 443), Verdict::Allowed, "what is known holds");
    // Another listener, or another server port, may be among what is missing.
    for (to, port) in [("198.51.100.9", 80), ("db", 8444)] {
        let answer = ask(&cut, "internet", to, Some(port));
        assert_eq!(answer.verdict, Verdict::Unknown, "{to}");
        assert!(gaps(&cut, &answer).contains(&"collect its listeners".to_owned()), "{to}");
    }
}

/// Both networks at one transit router.
fn at_one_router(active: bool) -> Estate {
    let mut estate = world("in 1 allow tcp 22 from any");
    let mut member = |at: usize, active: bool| {
        let (network, id) = (estate.networks[at].id, estate.texts.intern(&format!("att-{at}")));
        let status = estate.texts.intern(if active { "Attached" } else { "Detaching" });
        Attachment { id, end: network, network: Some(NetworkIx::new(at)), active, status }
    };
    let members = vec![member(0, true), member(1, active)];
    let id = estate.texts.intern("tr-1");
    estate.hubs.push(Hub { id, members, incomplete: None });
    estate
}

/// Adds a route through the network's own attachment.
fn route(estate: &mut Estate, network: usize, to: &str) {
    table(estate, network, &[]);
    let hop = Hop::Other(estate.texts.intern("Attachment"), estate.texts.intern(&format!("att-{network}")));
    estate.route_tables[network].routes = Box::new([Route { destination: prefix(to), hop }]);
}

#[test]
fn two_networks_at_one_transit_router_are_connected_by_routes_of_both() {
    let routed = |active| {
        let mut estate = at_one_router(active);
        route(&mut estate, 0, "10.1.0.0/16");
        route(&mut estate, 1, "10.0.0.0/16");
        estate
    };
    let works = ask(&routed(true), "client", "db", Some(22));
    assert_eq!(works.verdict, Verdict::Allowed);
    let because = &works.parts[0].steps[1].because;
    assert!(because.contains("transit router tr-1") && because.contains("not looked at"), "{because}");
    let detached = ask(&routed(false), "client", "db", Some(22));
    assert_eq!((detached.verdict, causes(&detached)), (Verdict::Denied, vec!["peering-inactive"]));
    // Without route tables nobody knows, and the answer says what to collect.
    let bare = at_one_router(true);
    let answer = ask(&bare, "client", "db", Some(22));
    assert_eq!(answer.verdict, Verdict::Unknown);
    assert!(gaps(&bare, &answer)[0].contains("collect its route tables"), "{:?}", gaps(&bare, &answer));
    // A route that is missing is named, with the change that helps.
    let mut half = at_one_router(true);
    route(&mut half, 0, "10.1.0.0/16");
    table(&mut half, 1, &[]);
    let answer = ask(&half, "client", "db", Some(22));
    assert_eq!((answer.verdict, causes(&answer)), (Verdict::Denied, vec!["route-missing"]));
    assert_eq!(
        answer.parts[0].plans[0].words,
        ["add to route table rtb-1: 10.0.0.5/32 through attachment att-1"]
    );
    // A network that is not at the router may be behind another one.
    let mut far = routed(true);
    far.hubs[0].members.remove(0);
    far.hubs[0].members.push(Attachment {
        id: Text::EMPTY,
        end: Text::EMPTY,
        network: None,
        active: true,
        status: Text::EMPTY,
    });
    assert_eq!(verdict(&far, "client", "db", 22), Verdict::Unknown);
}

#[test]
fn nobody_opens_connections_from_what_hands_on() {
    let estate = balanced("in 1 allow tcp 22 from any", Clients::Kept, &[]);
    let (index, lookup) = (Index::new(&estate), Lookup::new(&estate));
    let from = lookup.end(&estate, "198.51.100.9").unwrap();
    let to = lookup.end(&estate, "db").unwrap();
    let question = Question { from, to, protocol: Some(6), port: Some(22), source_port: None };
    let answer = Explainer::new(&index, &lookup, Options::default()).ask(&question).unwrap();
    assert_eq!(answer.parts.len(), 1);
    assert!(matches!(answer.parts[0].from, portreeve_explain::Spot::Public(_)), "{:?}", answer.parts[0].from);
    assert!(matches!(question.from, End::Spots(_)));
}
