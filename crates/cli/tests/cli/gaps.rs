//! What the documents do not tell: an answer that it could change is never a pass.

use serde_json::{Value, json};

use crate::common::{
    Scratch, account, from, group, groups, instance, instances, interface, interfaces, lines, list, opens,
    rule, text, texts, with, without,
};

/// The gap that says something and affects `open-ssh`.
#[track_caller]
fn affected(report: &Value, words: &[&str]) {
    let gaps = list(report, "gaps");
    let told = gaps.iter().any(|gap| {
        let words_there =
            words.iter().all(|word| text(gap, "what").contains(word) || text(gap, "at").contains(word));
        words_there && texts(gap, "affects").contains(&"open-ssh")
    });
    assert!(told, "no gap with {words:?} affects open-ssh: {gaps:#?}");
}

fn by_list(policy: &str, priority: u32) -> Value {
    rule(json!({"SourcePrefixListId": "pl-1", "Policy": policy, "Priority": priority}))
}

/// Rules that can only be possible, and what the gap names.
#[test]
fn what_a_rule_refers_to_may_be_missing() {
    let ports = with(without(opens("22/22"), "PortRange"), json!({"PortRangeListId": "prl-1"}));
    let cases: Vec<(Vec<Value>, &str)> = vec![
        (vec![by_list("Accept", 1)], "pl-1"),
        (vec![ports], "prl-1"),
        // A drop that may or may not stop everyone.
        (vec![with(opens("22/22"), json!({"Priority": 2})), by_list("Drop", 1)], "pl-1"),
        (vec![with(opens("22/22"), json!({"Priority": "high"}))], "high"),
        (vec![from("10.300.0.0/16")], "10.300.0.0/16"),
        (vec![opens("1/70000")], "1/70000"),
        (vec![with(opens("22/22"), json!({"IpProtocol": "QUIC"}))], "QUIC"),
        (vec![with(opens("22/22"), json!({"Policy": "Perhaps"}))], "Perhaps"),
        (vec![with(opens("22/22"), json!({"Direction": "sideways"}))], "sideways"),
    ];
    for (rules, word) in cases {
        let report = Scratch::with(&account(&rules)).asks("open-ssh").ended(3).json();
        assert_eq!(lines(&report), ["open-ssh possible sg-a"], "{word}");
        affected(&report, &[word]);
    }
}

/// A gap that cannot change the answer leaves it firm.
#[test]
fn what_is_missing_may_not_matter() {
    let foreign = rule(json!({"SourceGroupId": "sg-other", "SourceGroupOwnerAccount": "1200000000000002"}));
    let cases: Vec<(Vec<Value>, i32)> = vec![
        // Members of a group are private peers.
        (vec![foreign], 0),
        // The list stands behind a rule that opens the port anyway.
        (vec![opens("22/22"), by_list("Accept", 2)], 1),
        (vec![opens("22/22"), by_list("Drop", 2)], 1),
    ];
    for (rules, code) in cases {
        let report = Scratch::with(&account(&rules)).asks("open-ssh").ended(code).json();
        assert!(!lines(&report).iter().any(|line| line.contains("possible")), "{report}");
    }
}

#[test]
fn rules_that_were_not_collected_may_open_anything() {
    let closed = from("10.0.0.0/8");
    let cut = with(group("sg-a", std::slice::from_ref(&closed)), json!({"NextToken": "t"}));
    let mut counted = groups(&["sg-a"]);
    counted["SecurityGroups"]["SecurityGroup"][0]["RuleCount"] = json!(3);
    let cases = [
        (vec![groups(&["sg-a"])], "DescribeSecurityGroupAttribute"),
        (vec![cut, groups(&["sg-a"])], "NextToken"),
        (vec![group("sg-a", &[closed]), counted], "3"),
        (
            vec![without(group("sg-a", &[]), "Permissions"), groups(&["sg-a"])],
            "DescribeSecurityGroupAttribute",
        ),
    ];
    for (documents, word) in cases {
        let report = Scratch::with(&documents).asks("open-ssh").ended(3).json();
        assert_eq!(lines(&report), ["open-ssh possible sg-a"], "{word}");
        affected(&report, &["sg-a", word]);
    }
}

/// A group that an interface carries and no document describes may open or close anything there.
#[test]
fn a_group_that_is_not_in_the_input_is_told() {
    let cases: [(Value, i32, &[&str]); 2] =
        [(from("10.0.0.0/8"), 3, &[]), (opens("22/22"), 1, &["open-ssh sure sg-a i-1/eni-1 unknown"])];
    for (rule, code, found) in cases {
        let carried = [account(&[rule]), vec![interfaces(&[interface(1, &["sg-a", "sg-b"])])]].concat();
        let report = Scratch::with(&carried).asks("open-ssh").ended(code).json();
        assert_eq!(lines(&report), found);
        affected(&report, &["sg-b"]);
    }
}

/// Documents that say nothing of groups are no account that passed.
#[test]
fn an_input_without_groups_is_undecided() {
    let vpcs = json!({"Vpcs": {"Vpc": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/8"}]}, "TotalCount": 1,
        "PageNumber": 1, "PageSize": 10});
    let addresses =
        json!({"EipAddresses": {"EipAddress": []}, "TotalCount": 0, "PageNumber": 1, "PageSize": 10});
    let cases = [
        vec![vpcs],
        vec![addresses],
        vec![interfaces(&[])],
        vec![interfaces(&[interface(1, &["sg-a"])])],
        vec![instances(&[instance(1, &["sg-a"])])],
    ];
    for documents in cases {
        let report = Scratch::with(&documents).asks("open-ssh").ended(3).json();
        affected(&report, &["DescribeSecurityGroups"]);
    }
    // An account that has no group at all says so.
    Scratch::with(&[groups(&[])]).asks("open-ssh").ended(0);
}

/// A listing's own words tell that a page is missing.
#[test]
fn pages_that_are_missing_leave_groups_and_interfaces_open() {
    let plain = |mut listing: Value| {
        for key in ["TotalCount", "PageNumber", "PageSize"] {
            listing.as_object_mut().unwrap().remove(key);
        }
        listing
    };
    let rules = group("sg-a", &[from("10.0.0.0/8")]);
    let row = || interface(1, &["sg-a"]);
    let more = json!({"TotalCount": 2});
    let token = json!({"NextToken": "t"});
    let cases = [
        (vec![with(groups(&["sg-a"]), more.clone())], "DescribeSecurityGroups"),
        (vec![with(plain(groups(&["sg-a"])), token.clone())], "DescribeSecurityGroups"),
        (vec![groups(&["sg-a"]), with(interfaces(&[row()]), more)], "DescribeNetworkInterfaces"),
        (vec![groups(&["sg-a"]), with(plain(interfaces(&[row()])), token)], "DescribeNetworkInterfaces"),
    ];
    for (listings, call) in cases {
        let report =
            Scratch::with(&[vec![rules.clone()], listings].concat()).asks("open-ssh").ended(3).json();
        assert_eq!(lines(&report), Vec::<String>::new());
        affected(&report, &[call]);
    }
}

/// Every listing that is cut leaves a gap that names its call, whether or not an answer depends on it.
#[test]
fn every_listing_that_is_cut_is_told() {
    let cut = |list: &str, row: &str, id: &str| json!({list: {row: [{id: "x", "VpcId": "vpc-1"}]}, "TotalCount": 2, "PageNumber": 1, "PageSize": 1});
    let cases = [
        (cut("Instances", "Instance", "InstanceId"), "DescribeInstances"),
        (cut("Vpcs", "Vpc", "VpcId"), "DescribeVpcs"),
        (cut("VSwitches", "VSwitch", "VSwitchId"), "DescribeVSwitches"),
        (cut("NetworkAcls", "NetworkAcl", "NetworkAclId"), "DescribeNetworkAcls"),
        (cut("PrefixLists", "PrefixList", "PrefixListId"), "DescribePrefixLists"),
        (json!({"PortRangeLists": [{"PortRangeListId": "x"}], "NextToken": "t"}), "DescribePortRangeLists"),
        (
            json!({"EipAddresses": {"EipAddress": [{"AllocationId": "x", "IpAddress": "203.0.113.1"}]}, "TotalCount": 2,
            "PageNumber": 1, "PageSize": 1}),
            "DescribeEipAddresses",
        ),
    ];
    for (listing, call) in cases {
        let documents = [account(&[opens("22/22")]), vec![listing]].concat();
        let report = Scratch::with(&documents).asks("open-ssh").json();
        let told = list(&report, "gaps").iter().any(|gap| text(gap, "at") == call);
        assert!(told, "{call} is not told: {}", report["gaps"]);
    }
}

/// A response that is an error hides something that nobody knows.
#[test]
fn a_saved_error_is_a_gap_that_names_the_call() {
    let error = |code: &str, message: &str| json!({"RequestId": "R", "HostId": "h", "Code": code, "Message": message});
    let throttled = error("Throttling.User", "Request was denied due to user flow control.");
    let wrapped = json!({"request": {"Action": "DescribeNetworkInterfaces"}, "response": throttled});
    let denied = with(
        error("Forbidden.RAM", "User not authorized to operate on the specified resource."),
        json!({"AccessDeniedDetail": {"AuthAction": "ecs:DescribeSecurityGroupAttribute"}}),
    );
    let cases = [
        (throttled, "Throttling.User"),
        (wrapped, "DescribeNetworkInterfaces"),
        (denied, "DescribeSecurityGroupAttribute"),
    ];
    for (error, word) in cases {
        let documents = [account(&[from("10.0.0.0/8")]), vec![error.clone()]].concat();
        let report = Scratch::with(&documents).asks("open-ssh").ended(3).json();
        affected(&report, &[word]);
        let documents = [account(&[opens("22/22")]), vec![error]].concat();
        Scratch::with(&documents).asks("open-ssh").ended(1);
    }
}

/// `shielded` needs certainty, too: a gap that may open or close leaves a server unknown.
#[test]
fn a_gap_on_the_interface_leaves_the_server_unknown() {
    let documents = [
        group("sg-a", &[with(opens("22/22"), json!({"Priority": 2}))]),
        group("sg-b", &[by_list("Drop", 1)]),
        groups(&["sg-a", "sg-b"]),
        interfaces(&[interface(1, &["sg-a"]), interface(2, &["sg-a", "sg-b"])]),
    ];
    let report = Scratch::with(&documents).asks("open-ssh").ended(1).json();
    assert_eq!(lines(&report), ["open-ssh sure sg-a i-1/eni-1 at_risk, i-2/eni-2 unknown"]);
    affected(&report, &["pl-1"]);
}
