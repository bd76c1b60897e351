//! Listings and rules in pages, and what tells that some are missing.

use portreeve_model::Listing;

use super::{estate, gaps, group};

/// A page of the listing of groups: its groups, and the fields that tell of paging.
fn groups(ids: &[&str], paging: &str) -> String {
    let rows: Vec<String> = ids
        .iter()
        .map(|id| {
            format!(r#"{{"SecurityGroupId": "{id}", "SecurityGroupType": "enterprise", "VpcId": "vpc-1"}}"#)
        })
        .collect();
    format!(r#"{{"RegionId": "r", "SecurityGroups": {{"SecurityGroup": [{}]}}{paging}}}"#, rows.join(","))
}

/// Whether the listing of groups is whole, and what is said if not.
fn missing(pages: &[&str]) -> Option<String> {
    let estate = estate(pages);
    match estate.coverage.groups {
        Listing::Partial(gap) => Some(estate.gap(gap).what.clone()),
        Listing::Complete => None,
        Listing::Absent => panic!("no listing in {pages:?}"),
    }
}

fn numbered(ids: &[&str], number: u32, total: u32) -> String {
    groups(
        ids,
        &format!(r#", "PageNumber": {number}, "PageSize": 2, "TotalCount": {total}, "NextToken": """#),
    )
}

fn linked(ids: &[&str], next: &str) -> String {
    groups(ids, &format!(r#", "NextToken": "{next}""#))
}

fn asked(page: &str, token: &str) -> String {
    format!(
        r#"{{"request": {{"Action": "DescribeSecurityGroups", "NextToken": "{token}"}}, "response": {page}}}"#
    )
}

#[test]
fn counted_pages_are_whole_when_all_rows_are_there() {
    let (one, two, three) =
        (numbered(&["a", "b"], 1, 5), numbered(&["c", "d"], 2, 5), numbered(&["e"], 3, 5));
    let text = one.replace("\"PageNumber\": 1", "\"PageNumber\": \"1\"").replace(": 5", ": \"5\"");
    let token = one.replace(r#""NextToken": """#, r#""NextToken": "t""#);
    let cases: Vec<(Vec<&str>, Option<&str>)> = vec![
        (vec![&one, &two, &three], None),
        (vec![&three, &one, &two], None),
        (vec![&text, &two, &three], None),
        (vec![&one, &two, &three, &two], None),
        (vec![&one, &two], Some("4 of 5 are in the input")),
        (vec![&one, &three], Some("3 of 5 are in the input")),
        // The same page twice does not stand for another.
        (vec![&one, &one, &three], Some("3 of 5 are in the input")),
        (vec![&two], Some("2 of 5 are in the input")),
        (vec![&token], Some("2 of 5 are in the input")),
    ];
    for (pages, expected) in cases {
        let told = missing(&pages);
        match expected {
            None => assert_eq!(told, None, "{pages:?}"),
            Some(what) => {
                let advice =
                    "run `aliyun ecs DescribeSecurityGroups --RegionId r` for all pages (see 0.json)";
                assert_eq!(told, Some(format!("{what}: {advice}")), "{pages:?}");
            }
        }
    }
}

#[test]
fn linked_pages_are_whole_when_one_names_no_next() {
    let (one, two, three) = (linked(&["a"], "t1"), linked(&["b"], "t2"), linked(&["c"], ""));
    let plain = groups(&["a"], "");
    let cases: Vec<(Vec<&str>, bool)> = vec![
        (vec![&one, &two, &three], true),
        (vec![&three, &two, &one], true),
        (vec![&three], true),
        (vec![&plain], true),
        (vec![&one], false),
        (vec![&one, &two], false),
    ];
    for (pages, whole) in cases {
        assert_eq!(missing(&pages).is_none(), whole, "{pages:?}");
    }
}

#[test]
fn requests_tell_a_page_that_is_missing_in_the_middle() {
    let one = asked(&linked(&["a"], "t1"), "");
    let two = asked(&linked(&["b"], "t2"), "t1");
    let three = asked(&linked(&["c"], ""), "t2");
    let cases: Vec<(Vec<&str>, bool)> = vec![
        (vec![&one, &two, &three], true),
        (vec![&three, &one, &two, &two], true),
        (vec![&one, &three], false),
        (vec![&two, &three], false),
        (vec![&one], false),
    ];
    for (pages, whole) in cases {
        assert_eq!(missing(&pages).is_none(), whole, "{pages:?}");
    }
}

#[test]
fn regions_are_listed_apart() {
    let here = linked(&["a"], "");
    let there = linked(&["b"], "t1").replace(r#""RegionId": "r""#, r#""RegionId": "s""#);
    assert_eq!(
        missing(&[&here, &there]).unwrap(),
        "the page after a NextToken is not in the input: run `aliyun ecs DescribeSecurityGroups --RegionId s` for all \
         pages (see 1.json)"
    );
}

#[test]
fn every_listing_is_watched() {
    let page = |list: &str, row: &str, id: &str| {
        format!(
            r#"{{"{list}": {{"{row}": [{{"{id}": "x"}}]}}, "TotalCount": "2", "PageNumber": 1, "PageSize": 1}}"#
        )
    };
    let cases = [
        page("SecurityGroups", "SecurityGroup", "SecurityGroupId"),
        page("Instances", "Instance", "InstanceId"),
        page("NetworkInterfaceSets", "NetworkInterfaceSet", "NetworkInterfaceId"),
        page("Vpcs", "Vpc", "VpcId"),
        page("VSwitches", "VSwitch", "VSwitchId"),
        page("NetworkAcls", "NetworkAcl", "NetworkAclId"),
        page("EipAddresses", "EipAddress", "IpAddress"),
        page("PrefixLists", "PrefixList", "PrefixListId"),
        r#"{"PortRangeLists": [{"PortRangeListId": "x"}], "TotalCount": 2, "PageNumber": 1}"#.to_owned(),
    ];
    for document in cases {
        let estate = estate(&[&document]);
        let told = gaps(&estate).iter().filter(|gap| gap.contains("1 of 2 are in the input")).count();
        assert_eq!(told, 1, "{document}");
        let coverage = estate.coverage;
        let partial = [
            coverage.groups,
            coverage.instances,
            coverage.interfaces,
            coverage.networks,
            coverage.subnets,
            coverage.acls,
            coverage.public_addresses,
        ];
        let open = partial.iter().filter(|listing| matches!(listing, Listing::Partial(_))).count();
        let lists = document.contains("PrefixList") || document.contains("PortRangeList");
        assert_eq!(open, usize::from(!lists), "{document}");
    }
}

fn rule(id: u32, direction: &str) -> String {
    format!(
        r#"{{"SecurityGroupRuleId": "sgr-{id}", "Direction": "{direction}", "IpProtocol": "ALL", "Policy": "Accept",
            "Priority": 1, "SourceCidrIp": "10.0.0.0/8", "DestCidrIp": "10.0.0.0/8"}}"#
    )
}

/// A page of rules with these directions.
fn page(first: u32, directions: &[&str], next: &str) -> String {
    let rules: Vec<String> = (first..).zip(directions).map(|(id, direction)| rule(id, direction)).collect();
    format!(
        r#"{{"SecurityGroupId": "sg-1", "InnerAccessPolicy": "Drop", "VpcId": "vpc-1", "NextToken": "{next}",
            "Permissions": {{"Permission": [{}]}}}}"#,
        rules.join(",")
    )
}

fn asked_for(page: &str, direction: &str, token: &str) -> String {
    format!(
        r#"{{"request": {{"Action": "DescribeSecurityGroupAttribute", "SecurityGroupId": "sg-1", "Direction":
            "{direction}", "NextToken": "{token}"}}, "response": {page}}}"#
    )
}

/// Which directions are open: `i`, `e`, `ie` or nothing.
fn open(pages: &[&str], rule_count: u32) -> String {
    let listed = format!(
        r#"{{"SecurityGroups": {{"SecurityGroup": [{{"SecurityGroupId": "sg-1", "SecurityGroupType": "normal",
            "VpcId": "vpc-1", "RuleCount": {rule_count}}}]}}, "NextToken": ""}}"#
    );
    let documents: Vec<&str> = [listed.as_str()].into_iter().chain(pages.iter().copied()).collect();
    let estate = estate(&documents);
    let [ingress, egress] = group(&estate, "sg-1").incomplete.map(|gap| gap.is_some());
    format!("{}{}", if ingress { "i" } else { "" }, if egress { "e" } else { "" })
}

#[test]
fn pages_of_rules_without_their_requests() {
    let both_open = page(1, &["ingress", "egress"], "t1");
    let both_last = page(3, &["ingress", "egress"], "");
    let in_open = page(5, &["ingress"], "t2");
    let in_last = page(6, &["ingress"], "");
    let out_open = page(7, &["egress"], "t3");
    let out_last = page(8, &["egress"], "");
    let none_last = page(9, &[], "");
    let cases: Vec<(Vec<&str>, u32, &str)> = vec![
        (vec![&both_last], 0, ""),
        // Rules of one direction may be all there are.
        (vec![&in_last], 0, ""),
        (vec![&none_last], 0, ""),
        (vec![&both_open], 0, "ie"),
        (vec![&in_open], 0, "ie"),
        (vec![&both_open, &both_last], 0, ""),
        (vec![&both_last, &both_open], 0, ""),
        (vec![&in_open, &in_last], 0, ""),
        (vec![&in_open, &both_last], 0, ""),
        (vec![&in_open, &none_last], 0, ""),
        (vec![&in_open, &in_last, &out_open, &out_last], 0, ""),
        // Either one listing, ingress first, or the second page of the ingress listing is missing.
        (vec![&in_open, &out_last], 0, "i"),
        (vec![&in_open, &in_last, &out_open], 0, "e"),
        // The count of the listing settles it.
        (vec![&in_open, &out_last], 2, ""),
        (vec![&in_open, &out_last], 3, "ie"),
    ];
    for (pages, count, expected) in cases {
        assert_eq!(open(&pages, count), expected, "{pages:?} of {count}");
    }
}

#[test]
fn pages_of_rules_with_their_requests() {
    let in_one = asked_for(&page(1, &["ingress"], "t1"), "ingress", "");
    let in_two = asked_for(&page(2, &["ingress"], ""), "ingress", "t1");
    let out = asked_for(&page(3, &["egress"], ""), "egress", "");
    let all_one = asked_for(&page(4, &["ingress"], "t2"), "all", "");
    let all_two = asked_for(&page(5, &["egress"], ""), "", "t2");
    let cases: Vec<(Vec<&str>, &str)> = vec![
        (vec![&in_one, &in_two, &out], ""),
        (vec![&in_one, &in_two], "e"),
        (vec![&in_one, &out], "i"),
        (vec![&out], "i"),
        (vec![&all_one, &all_two], ""),
        (vec![&all_one], "ie"),
        (vec![&all_two], "ie"),
    ];
    for (pages, expected) in cases {
        assert_eq!(open(&pages, 0), expected, "{pages:?}");
    }
}

#[test]
fn a_missing_page_of_rules_is_told_with_what_to_run() {
    let estate = estate(&[&page(1, &["ingress"], "t1")]);
    let [ingress, _] = group(&estate, "sg-1").incomplete;
    assert_eq!(
        estate.gap(ingress.unwrap()).what,
        "further ingress rules of sg-1 are not in the input: run `aliyun ecs DescribeSecurityGroupAttribute \
         --SecurityGroupId sg-1` and follow every NextToken"
    );
}
