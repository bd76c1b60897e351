//! Groups as version 1 tells them: no actions, no priorities.

use super::{estate, gaps, group, rules_of, shown};

fn listing(rules: &str) -> String {
    format!(
        r#"{{"security_groups": [{{"id": "sg", "name": "web", "description": "front", "enterprise_project_id": "0",
            "security_group_rules": [{rules}]}}]}}"#
    )
}

fn rule(id: &str, protocol: &str, first: &str, last: &str) -> String {
    format!(
        r#"{{"id": "{id}", "description": "", "security_group_id": "sg", "direction": "ingress", "ethertype": "IPv4",
            "protocol": "{protocol}", "port_range_min": {first}, "port_range_max": {last},
            "remote_ip_prefix": "0.0.0.0/0", "remote_group_id": null, "tenant_id": "p"}}"#
    )
}

const SAID: &str = "security groups: rules of groups are only known from version 1 of the API, which tells neither what a \
                    rule does nor its priority: run `hcloud VPC ListSecurityGroupRules/v3`";

/// Each of them may be a rule that denies, and rules with several port ranges may not be listed at all: nothing that the
/// group does is sure.
#[test]
fn rules_of_version_1_are_possible_and_may_not_be_all() {
    let rules =
        [rule("a", "tcp", "22", "22"), rule("b", "udp", "1000", "2000"), rule("c", "tcp", "null", "null")];
    let estate = estate(&[&listing(&rules.join(","))]);
    assert_eq!(
        rules_of(&estate, "sg"),
        [
            "ingress#1 p0 possibly allow tcp 22 from 0.0.0.0/0",
            "ingress#2 p0 possibly allow udp 1000-2000 from 0.0.0.0/0",
            "ingress#3 p0 possibly allow tcp * from 0.0.0.0/0",
        ]
    );
    assert!(group(&estate, "sg").incomplete.iter().all(Option::is_some));
    assert_eq!(gaps(&estate), [SAID]);
}

#[test]
fn an_icmp_rule_of_version_1_holds_a_type_and_a_code() {
    let estate = estate(&[&listing(&rule("a", "icmp", "8", "0"))]);
    assert_eq!(rules_of(&estate, "sg"), ["ingress#1 p0 possibly allow 1 ? from 0.0.0.0/0"]);
    assert_eq!(gaps(&estate), [SAID, "sg/a: is about ICMP type `8` and code `0` only (in `0.json`)"]);
}

#[test]
fn a_group_without_rules_in_version_1_may_have_some() {
    let estate = estate(&[&listing("")]);
    assert_eq!(gaps(&estate), [SAID]);
}

/// Whatever the order of the files, version 3 says more.
#[test]
fn version_3_counts_where_both_tell() {
    let old = listing(&rule("a", "tcp", "22", "22"));
    let new = shown(
        "sg",
        r#"{"id": "a", "security_group_id": "sg", "direction": "ingress", "ethertype": "IPv4", "protocol": "tcp",
            "multiport": "22", "action": "deny", "priority": 5, "remote_ip_prefix": "0.0.0.0/0"}"#,
    );
    let empty = shown("sg", "");
    for (documents, expected) in [
        ([old.as_str(), &new], vec!["ingress#1 p5 deny tcp 22 from 0.0.0.0/0"]),
        ([&new, old.as_str()], vec!["ingress#1 p5 deny tcp 22 from 0.0.0.0/0"]),
        ([old.as_str(), &empty], vec![]),
    ] {
        let estate = estate(&documents);
        assert_eq!(rules_of(&estate, "sg"), expected);
        assert_eq!(gaps(&estate), [] as [&str; 0]);
    }
}
