//! Groups: their types, internal access, networks and missing rules.

use portreeve_model::{GroupPeers, Listing, Otherwise, SameGroup};

use super::{attribute, estate, gaps, group, rules_of};

fn listed(kind: &str, more: &str) -> String {
    format!(
        r#"{{"SecurityGroups": {{"SecurityGroup": [{{"SecurityGroupId": "sg-1", "SecurityGroupType": "{kind}",
            "SecurityGroupName": "one", "VpcId": "vpc-1"{more}}}]}}, "RegionId": "cn-hangzhou", "NextToken": ""}}"#
    )
}

#[test]
fn types_decide_the_defaults() {
    let cases = [
        (
            "normal",
            "alibaba basic",
            Otherwise::Allow,
            GroupPeers::OwnNetwork,
            "basic group: outbound allowed by default",
        ),
        (
            "enterprise",
            "alibaba advanced",
            Otherwise::Deny,
            GroupPeers::Nobody,
            "advanced group: outbound denied by default",
        ),
        (
            "Enterprise",
            "alibaba advanced",
            Otherwise::Deny,
            GroupPeers::Nobody,
            "advanced group: outbound denied by default",
        ),
    ];
    for (kind, name, egress, group_peers, because) in cases {
        let estate = estate(&[&listed(kind, ""), &attribute("sg-1", "")]);
        let profile = estate.profile(group(&estate, "sg-1").profile);
        assert_eq!((profile.name, profile.egress, profile.group_peers), (name, egress, group_peers));
        assert_eq!(profile.ingress, Otherwise::Deny);
        assert_eq!(profile.default_because[1], because);
        assert_eq!(gaps(&estate), [] as [&str; 0]);
    }
}

#[test]
fn without_a_listing_the_type_is_unknown() {
    let estate = estate(&[&attribute("sg-1", "")]);
    let profile = estate.profile(group(&estate, "sg-1").profile);
    assert_eq!((profile.name, profile.egress), ("alibaba unknown type", Otherwise::Unknown));
    assert_eq!(
        gaps(&estate),
        [
            "security groups: the type of 1 group(s) (`sg-1`) is not in the input, so what they let out by default is \
             unknown: run `aliyun ecs DescribeSecurityGroups`"
        ]
    );
    assert_eq!(estate.coverage.groups, Listing::Absent);
}

#[test]
fn an_unknown_word_for_the_type_is_told() {
    let estate = estate(&[&listed("classic-ng", ""), &attribute("sg-1", "")]);
    assert_eq!(estate.profile(group(&estate, "sg-1").profile).name, "alibaba unknown type");
    assert_eq!(gaps(&estate), ["0.json: SecurityGroupType `classic-ng` of `sg-1` is not known"]);
}

#[test]
fn internal_access_is_what_the_rules_response_says() {
    let with = |policy: &str| attribute("sg-1", "").replace(r#""Drop""#, &format!("\"{policy}\""));
    let cases = [
        ("normal", Some("Accept"), SameGroup::Allow),
        ("normal", Some("accept"), SameGroup::Allow),
        ("normal", Some("Drop"), SameGroup::Rules),
        ("normal", Some(""), SameGroup::Unknown),
        ("normal", None, SameGroup::Unknown),
        // Members of advanced groups never pass by belonging, whatever is said.
        ("enterprise", Some("Accept"), SameGroup::Rules),
        ("enterprise", None, SameGroup::Rules),
    ];
    for (kind, policy, expected) in cases {
        let listing = listed(kind, "");
        let estate = match policy {
            Some(policy) => estate(&[&listing, &with(policy)]),
            None => estate(&[&listing]),
        };
        assert_eq!(group(&estate, "sg-1").same_group, expected, "{kind} {policy:?}");
    }
}

#[test]
fn rules_that_were_not_collected_are_told() {
    let estate = estate(&[&listed("normal", r#", "ServiceManaged": true"#)]);
    let expected = "rules of sg-1 are not in the input: run `aliyun ecs DescribeSecurityGroupAttribute --SecurityGroupId sg-1`";
    assert_eq!(gaps(&estate), [format!("sg-1: {expected}")]);
    let group = group(&estate, "sg-1");
    assert!(group.managed);
    assert_eq!(group.incomplete.map(|gap| estate.gap(gap.unwrap()).what.clone()), [expected; 2]);
    assert_eq!(estate.text(group.region), "cn-hangzhou");
    assert_eq!(estate.text(group.name), "one");
    assert_eq!(estate.text(estate.network(group.network.unwrap()).id), "vpc-1");
}

#[test]
fn fewer_rules_than_the_listing_counts_are_told() {
    let rule = r#"{"SecurityGroupRuleId": "sgr-1", "Direction": "ingress", "IpProtocol": "TCP", "PortRange": "22/22",
                   "Policy": "Accept", "Priority": 1, "SourceCidrIp": "0.0.0.0/0"}"#;
    for (count, complete) in [("0", true), ("1", true), ("2", false)] {
        let listing = listed("normal", &format!(r#", "RuleCount": {count}"#));
        let estate = estate(&[&listing, &attribute("sg-1", rule)]);
        assert_eq!(group(&estate, "sg-1").incomplete == [None; 2], complete, "{count}");
        if !complete {
            assert_eq!(
                gaps(&estate),
                ["sg-1: the listing counts 2 rules of sg-1, the input has 1: run `aliyun ecs \
                  DescribeSecurityGroupAttribute --SecurityGroupId sg-1` and follow every NextToken"]
            );
        }
    }
}

fn sided(nic_types: &[&str]) -> String {
    let rules = nic_types.iter().enumerate().map(|(at, nic_type)| {
        format!(
            r#"{{"SecurityGroupRuleId": "sgr-{at}", "Direction": "ingress", "IpProtocol": "TCP", "PortRange": "22/22",
                "Policy": "Accept", "Priority": 1, "SourceCidrIp": "0.0.0.0/0", "NicType": "{nic_type}"}}"#
        )
    });
    attribute("sg-1", &rules.collect::<Vec<_>>().join(","))
}

#[test]
fn a_group_without_a_vpc_is_classic_and_has_two_sides() {
    let listing = listed("normal", "").replace("vpc-1", "");
    let internet = sided(&["internet"]).replace("vpc-1", "");
    let intranet = sided(&["intranet"]).replace("vpc-1", "").replace("sgr-0", "sgr-9");
    let both = estate(&[&listing, &internet, &intranet]);
    assert_eq!(
        rules_of(&both, "sg-1"),
        [
            "ingress#1 p1 allow tcp 22-22 from 0.0.0.0/0 internet",
            "ingress#2 p1 allow tcp 22-22 from 0.0.0.0/0 private"
        ]
    );
    assert_eq!(group(&both, "sg-1").network, None);
    assert_eq!(gaps(&both), [] as [&str; 0]);

    let half = estate(&[&listing, &internet]);
    assert_eq!(
        gaps(&half),
        [
            "sg-1: intranet rules of sg-1 are not in the input: run `aliyun ecs DescribeSecurityGroupAttribute \
          --SecurityGroupId sg-1` with `--NicType intranet`"
        ]
    );
}

#[test]
fn in_a_vpc_the_side_means_nothing() {
    let estate = estate(&[&listed("normal", ""), &sided(&["internet", "intranet"])]);
    assert_eq!(
        rules_of(&estate, "sg-1"),
        ["ingress#1 p1 allow tcp 22-22 from 0.0.0.0/0", "ingress#2 p1 allow tcp 22-22 from 0.0.0.0/0"]
    );
}

#[test]
fn own_and_foreign_accounts_are_told_apart_by_the_documents_owner() {
    let rule = |owner: &str| {
        format!(
            r#"{{"SecurityGroupRuleId": "sgr-1", "Direction": "ingress", "IpProtocol": "TCP", "PortRange": "22/22",
                "Policy": "Accept", "Priority": 1, "SourceGroupId": "sg-2", "SourceGroupOwnerAccount": "{owner}"}}"#
        )
    };
    let vpcs = r#"{"Vpcs": {"Vpc": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/8", "OwnerId": 9007199254740993}]},
                   "TotalCount": 1, "PageNumber": 1, "PageSize": 10}"#;
    let own = estate(&[&listed("normal", ""), &attribute("sg-1", &rule("9007199254740993")), vpcs]);
    assert_eq!(rules_of(&own, "sg-1"), ["ingress#1 p1 allow tcp 22-22 from sg-2?"]);
    let foreign = estate(&[&listed("normal", ""), &attribute("sg-1", &rule("9007199254740992")), vpcs]);
    assert_eq!(rules_of(&foreign, "sg-1"), ["ingress#1 p1 allow tcp 22-22 from sg-2@9007199254740992?"]);
}

#[test]
fn references_are_kept_once() {
    let document = r#"{"RequestId": "1", "SecurityGroupReferences": {"SecurityGroupReference": [{"SecurityGroupId": "sg-1",
        "ReferencingSecurityGroups": {"ReferencingSecurityGroup": [{"AliUid": 11, "SecurityGroupId": "sg-2"}]}}]}}"#;
    let estate = estate(&[document, document]);
    let [reference] = estate.references.as_slice() else { panic!("{:?}", estate.references) };
    let texts = [reference.group, reference.by, reference.owner].map(|text| estate.text(text));
    assert_eq!(texts, ["sg-1", "sg-2", "11"]);
}
