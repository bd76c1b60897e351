//! Several documents: repeated, contradicting, in any order, and beside another vendor's.

use portreeve_model::Listing;

use super::{estate, gaps, group, rules_of, shown};

fn rule(id: &str, port: u16) -> String {
    format!(
        r#"{{"id": "{id}", "security_group_id": "sg", "direction": "ingress", "ethertype": "IPv4", "protocol": "tcp",
            "multiport": "{port}", "action": "allow", "priority": 1, "remote_ip_prefix": "10.0.0.0/8"}}"#
    )
}

#[test]
fn the_same_twice_changes_nothing() {
    let document = shown("sg", &format!("{}, {}", rule("a", 1), rule("b", 2)));
    let listing =
        format!(r#"{{"security_group_rules": [{}], "page_info": {{"current_count": 1}}}}"#, rule("b", 2));
    let estate = estate(&[&document, &listing, &document]);
    assert_eq!(
        rules_of(&estate, "sg"),
        ["ingress#1 p1 allow tcp 1 from 10.0.0.0/8", "ingress#2 p1 allow tcp 2 from 10.0.0.0/8"]
    );
    assert_eq!(gaps(&estate), [] as [&str; 0]);
}

#[test]
fn rules_without_an_id_are_told_apart_by_what_they_say() {
    let nameless = |port| rule("", port);
    let document = shown("sg", &format!("{}, {}, {}", nameless(1), nameless(2), nameless(1)));
    assert_eq!(rules_of(&estate(&[&document]), "sg").len(), 2);
}

#[test]
fn of_two_that_differ_the_later_counts_and_a_gap_says_so() {
    let documents = [shown("sg", &rule("a", 1)), shown("sg", &rule("a", 2))];
    let estate = estate(&[&documents[0], &documents[1]]);
    assert_eq!(rules_of(&estate, "sg"), ["ingress#1 p1 allow tcp 2 from 10.0.0.0/8"]);
    assert_eq!(gaps(&estate), ["sg/a: `0.json` and `1.json` differ in this rule: the later one is used"]);
}

#[test]
fn quotas_that_the_documents_tell_count() {
    let usual = estate(&[&shown("sg", "")]).profiles[0].quotas;
    assert_eq!(
        (usual.rules_per_group, usual.groups, usual.composite_rules),
        (Some(50), Some(100), Some(120))
    );
    let three = r#"{"request_id": "r", "quota": {"security_group": 150, "secgroup_contain_rules": 60, "vpc": -1,
        "security_group_contain_ingress_ipv4_composite_rules": 200,
        "security_group_contain_egress_ipv6_composite_rules": 130}}"#;
    let one = r#"{"quotas": {"resources": [{"type": "securityGroup", "used": 6, "quota": 90, "min": 0}]}}"#;
    let said = estate(&[&shown("sg", ""), three]).profiles[0].quotas;
    assert_eq!((said.rules_per_group, said.groups, said.composite_rules), (Some(60), Some(150), Some(130)));
    assert_eq!(estate(&[&shown("sg", ""), one]).profiles[0].quotas.groups, Some(90));
}

const ALIBABA: &str = r#"{"SecurityGroups": {"SecurityGroup": [{"SecurityGroupId": "sg-1", "SecurityGroupType": "normal",
    "VpcId": "vpc-1"}]}, "NextToken": ""}"#;
const ALIBABA_RULES: &str = r#"{"InnerAccessPolicy": "Drop", "NextToken": "", "Permissions": {"Permission": []},
    "SecurityGroupId": "sg-1", "VpcId": "vpc-1"}"#;

/// Each vendor's objects keep their own profile and network, whichever file comes first.
#[test]
fn both_vendors_in_one_estate() {
    let own = shown("sg", &rule("a", 1));
    let port = r#"{"ports": [{"id": "p", "virsubnet_id": "net", "vpc_id": "vpc", "security_groups": ["sg"],
        "private_ips": [{"ip_address": "10.0.0.1"}]}], "page_info": {"current_count": 1}}"#;
    for documents in [[ALIBABA, ALIBABA_RULES, &own, port], [&own, port, ALIBABA_RULES, ALIBABA]] {
        let estate = estate(&documents);
        assert_eq!(estate.providers, ["alibaba", "huawei"]);
        let profile = |id: &str| estate.profile(group(&estate, id).profile).name;
        assert_eq!((profile("sg-1"), profile("sg")), ("alibaba basic", "huawei"));
        assert_eq!(rules_of(&estate, "sg"), ["ingress#1 p1 allow tcp 1 from 10.0.0.0/8"]);
        let [interface] = estate.interfaces.as_slice() else { panic!("one interface") };
        assert_eq!(interface.network.map(|ix| estate.text(estate.network(ix).id)), Some("vpc"));
        // Ports are whole, but nothing lists the other vendor's interfaces.
        assert!(matches!(estate.coverage.interfaces, Listing::Partial(_)));
        assert!(
            gaps(&estate).contains(&"alibaba: network interfaces of alibaba are not in the input".to_owned())
        );
    }
}
