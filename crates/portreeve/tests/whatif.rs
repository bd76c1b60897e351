//! Edits in words on real documents: what they make of an estate, and what the clouds would refuse.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has to say so"
)]

use std::path::Path;

use portreeve::load::{LoadOptions, Unwatched, load};
use portreeve::model::{Direction, Estate, Group, Peer, SameGroup};
use portreeve::whatif::{EditError, apply};

fn estate(source: &str) -> Estate {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let path = root.join(source).display().to_string();
    load(&[path], &LoadOptions::default(), &Unwatched).unwrap().estate
}

fn alibaba() -> Estate {
    estate("examples/alibaba")
}

fn huawei() -> Estate {
    estate("fixtures/huawei/sample")
}

fn lines(edits: &[&str]) -> Vec<String> {
    edits.iter().map(|edit| (*edit).to_owned()).collect()
}

#[track_caller]
fn edited(estate: &Estate, edits: &[&str]) -> Estate {
    apply(estate, &lines(edits), None).unwrap_or_else(|why| panic!("{why}"))
}

#[track_caller]
fn group<'e>(estate: &'e Estate, name: &str) -> &'e Group {
    let named = |group: &&Group| estate.text(group.name) == name || estate.text(group.id) == name;
    estate.groups.iter().find(named).unwrap_or_else(|| panic!("{name}"))
}

/// The groups of an interface, by name or id.
fn groups_of(estate: &Estate, id: &str) -> Vec<String> {
    let interface = estate.interfaces.iter().find(|it| estate.text(it.id) == id).unwrap();
    let ids = estate.group_list(interface.groups.unwrap());
    ids.iter().map(|id| estate.text(*id).to_owned()).collect()
}

/// Every edit is refused, with these words in order of the table.
#[track_caller]
fn refused(estate: &Estate, cases: &[(&[&str], &[&str])]) {
    for (edits, words) in cases {
        let error = apply(estate, &lines(edits), None).expect_err(&format!("{edits:?} is taken"));
        let said = error.to_string();
        let last = edits.len();
        assert!(said.starts_with(&format!("edit {last}, `{}`, is refused: ", edits[last - 1])), "{said}");
        assert!(matches!(error, EditError::Refused { number, .. } if number == last), "{said}");
        for word in *words {
            assert!(said.contains(word), "`{word}` is not in: {said}");
        }
    }
}

#[test]
fn rules_come_change_and_go() {
    let before = alibaba();
    let after = edited(
        &before,
        &[
            "shop-web: allow tcp 8443 from 203.0.113.0/24 priority 7 in as \"trial\"",
            "shop-web: change sgr-bp1shop0web000000002 to allow tcp 80 from pl-bp1office0v000000004 priority 10",
            "remove sgr-bp1shop0web000000005",
        ],
    );
    let (was, is) = (group(&before, "shop-web"), group(&after, "shop-web"));
    assert_eq!((was.rules.len(), is.rules.len()), (5, 5));
    let new = is.rules.last().unwrap();
    assert_eq!((new.priority, new.direction, new.position), (7, Direction::Ingress, 6));
    assert_eq!(after.text(new.description), "trial");
    let changed = is.rules.iter().find(|rule| after.text(rule.id) == "sgr-bp1shop0web000000002").unwrap();
    assert!(matches!(changed.peer, Peer::List(list) if list.list.is_some()));
    assert!(!is.rules.iter().any(|rule| after.text(rule.id) == "sgr-bp1shop0web000000005"));
}

#[test]
fn anybody_is_one_rule_of_each_family() {
    let before = alibaba();
    let count = |edit: &str| {
        let after = edited(&before, &[edit]);
        group(&after, "shop-web").rules.len() - group(&before, "shop-web").rules.len()
    };
    assert_eq!(count("shop-web: allow tcp 22 from any"), 2);
    assert_eq!(count("shop-web: allow icmp from any"), 1);
    assert_eq!(count("shop-web: allow icmpv6 from any"), 1);
}

#[test]
fn groups_are_made_copied_joined_left_and_deleted() {
    let after = edited(
        &alibaba(),
        &[
            "create sg-new in vpc-bp1shop0prod000000000",
            "sg-new: allow tcp 22 from sg-bp1shop0app000000000",
            "clone sg-bp1default0legacy000 as sg-copy",
            "join shop-db-1 sg-new",
            "leave shop-db-1 shop-db",
            "create sg-twin like stg-app",
            "delete ops-old-terminal",
        ],
    );
    let new = group(&after, "sg-new");
    assert_eq!(
        (new.rules.len(), new.same_group),
        (1, SameGroup::Allow),
        "members of a basic group reach each other"
    );
    assert!(!after.group_list(after.interfaces[0].groups.unwrap()).is_empty());
    assert_eq!(groups_of(&after, "eni-bp1shop0db0000000001"), ["sg-new"]);
    let copy = group(&after, "sg-copy");
    assert!(
        copy.rules.len() == 3 && copy.rules.iter().all(|rule| rule.priority == 100 && rule.id.is_empty())
    );
    let (twin, model) = (group(&after, "sg-twin"), group(&after, "stg-app"));
    assert_eq!((twin.profile, twin.network, twin.rules.len()), (model.profile, model.network, 0));
    assert!(!after.groups.iter().any(|group| after.text(group.name) == "ops-old-terminal"));
}

#[test]
fn alibaba_refuses_with_its_own_codes() {
    let web = "shop-web: allow tcp 22 from 10.0.0.0/8";
    let late = format!("{web} priority 110");
    let zero = format!("{web} priority 0");
    refused(
        &alibaba(),
        &[
            (&[&late], &["InvalidPriority.ValueNotSupported", "priority 110", "1 (first) to 100"]),
            (&[&zero], &["InvalidPriority.ValueNotSupported"]),
            (
                &["Created_by_cloud_service_nat: allow tcp 22 from 10.0.0.0/8"],
                &["InvalidOperation.ResourceManagedByCloudProduct"],
            ),
            (&["delete Created_by_cloud_service_nat"], &["InvalidOperation.ResourceManagedByCloudProduct"]),
            (&["shop-web: allow tcp 22 from shop-web"], &["InvalidParamter.Conflict", "inner access policy"]),
            (
                &["shop-web: allow tcp 22 from ops-jump"],
                &["InvalidSourceGroupId.Mismatch", "another network"],
            ),
            (&["shop-web: allow tcp 22 from sg-gone"], &["InvalidSourceGroupId.NotFound"]),
            (&["shop-web: allow tcp 22 to sg-gone"], &["InvalidDestGroupId.NotFound"]),
            (&["stg-app: allow tcp 22 from stg-db"], &["neither names groups"]),
            (
                &["shop-web: allow icmp 8 from 10.0.0.0/8"],
                &["OperationDenied", "only tcp and udp have ports"],
            ),
            (&["shop-web: allow tcp 80,443 from 10.0.0.0/8"], &["InvalidParam.PortRange", "a rule for each"]),
            (&["shop-web: allow tcp 0-80 from 10.0.0.0/8"], &["InvalidParam.PortRange", "port 0"]),
            (&["shop-web: allow icmp from ::/0"], &["InvalidParam.Ipv4ProtocolConflictWithIpv6Address"]),
            (
                &["shop-web: allow icmpv6 from 0.0.0.0/0"],
                &["InvalidParam.Ipv6ProtocolConflictWithIpv4Address"],
            ),
            (&["shop-web: change sgr-bp1shop0web000000002 to allow tcp 80 from any"], &["one family"]),
            (
                &["shop-web: change sgr-bp1shop0web000000002 to allow tcp 80 to 0.0.0.0/0"],
                &["about ingress", "add another"],
            ),
            (&["remove sgr-bp1shop0web000000009"], &["InvalidParam.SecurityGroupRuleId", "did you mean"]),
            (&["join shop-web-2 shop-web"], &["InvalidInstanceId.AlreadyExists"]),
            (&["join shop-web-2 ops-git"], &["InvalidInstanceId.Mismatch", "vpc-bp1shop0prod000000000"]),
            (&["join stg-web-1 stg-db"], &["of another kind", "one kind"]),
            (&["join shop-web-2 shop-db at 1"], &["order of groups means nothing"]),
            (&["leave shop-db-1 shop-db"], &["InstanceLastSecurityGroup", "join another first"]),
            (&["leave shop-db-1 shop-web"], &["InvalidSecurityGroupAssociation.NotFound", "shop-db"]),
            (&["delete shop-web"], &["DependencyViolation", "eni-bp1shop0web000000001", "2 more"]),
            (&["create sg-bp1shop0db0000000000 in vpc-bp1shop0prod000000000"], &["already"]),
            (&["create sg-new in vpc-none"], &["`vpc-none` is no network"]),
            (&["create sg-new"], &["a group belongs to a network"]),
            (
                &["shop-wbe: allow tcp 22 from 10.0.0.0/8"],
                &["InvalidSecurityGroupId.NotFound", "did you mean `shop-web`"],
            ),
            // Each edit sees what the earlier ones left.
            (
                &["clone shop-web as sg-new", "clone shop-web as sg-new"],
                &["there is a group `sg-new` already"],
            ),
        ],
    );
}

#[test]
fn alibaba_has_quotas() {
    // Ten groups on an interface: it has one, nine more join, and the tenth is one too many.
    let mut joins: Vec<String> = Vec::new();
    for number in 1..=10 {
        joins.push(format!("clone sg-bp1default0legacy000 as sg-{number}"));
        joins.push(format!("join shop-db-1 sg-{number}"));
    }
    let error = apply(&alibaba(), &joins, None).unwrap_err().to_string();
    assert!(
        error.starts_with("edit 20, ") && error.contains("InstanceSecurityGroupLimitExceeded"),
        "{error}"
    );
    // A thousand rules on an interface: the group has three, and nothing else is on it.
    let rule = |number: usize| format!("shop-db: allow tcp {number} from 10.0.0.0/8");
    let rules: Vec<String> = (1..=998).map(rule).collect();
    let error = apply(&alibaba(), &rules, None).unwrap_err().to_string();
    assert!(error.starts_with("edit 998, ") && error.contains("AuthorizationLimitExceed"), "{error}");
    // A basic group names at most twenty groups, of which it names one already.
    let names: Vec<String> =
        (1..=20).map(|port| format!("shop-db: allow tcp {port} from shop-app")).collect();
    let error = apply(&alibaba(), &names, None).unwrap_err().to_string();
    assert!(error.starts_with("edit 20, ") && error.contains("AuthorizationLimitExceed"), "{error}");
    // A threshold of the user's own takes the place of the platform's.
    let error = apply(&alibaba(), &lines(&["shop-db: allow tcp 1 from 10.0.0.0/8"]), Some(3))
        .unwrap_err()
        .to_string();
    assert!(error.contains("AuthorizationLimitExceed") && error.contains("3 is the most"), "{error}");
    // A hundred groups in a region, of which there are seventeen.
    let clones: Vec<String> = (18..=101).map(|number| format!("clone shop-web as sg-{number}")).collect();
    let error = apply(&alibaba(), &clones, None).unwrap_err().to_string();
    assert!(error.starts_with("edit 84, ") && error.contains("QuotaExceed.SecurityGroup"), "{error}");
}

#[test]
fn order_matters_where_groups_have_one() {
    let before = huawei();
    let interface = before
        .interfaces
        .iter()
        .find(|it| it.groups.is_some_and(|list| before.group_list(list).len() == 2))
        .map(|it| before.text(it.id).to_owned())
        .unwrap();
    let mut expected = groups_of(&before, &interface);
    let after = edited(&before, &["create sg-first", &format!("join {interface} sg-first at 1")]);
    expected.insert(0, "sg-first".to_owned());
    assert_eq!(groups_of(&after, &interface), expected);
    // A new group begins with four rules: its own members, and everything out.
    let first = group(&after, "sg-first");
    assert!(first.rules.len() == 4 && first.rules.iter().all(|rule| rule.priority == 100));
}

#[test]
fn huawei_refuses_what_it_documents() {
    let fill: Vec<String> =
        (1..=60).map(|port| format!("sg-web: allow tcp {port} from 10.0.0.0/8 priority 1")).collect();
    let error = apply(&huawei(), &fill, None).unwrap_err().to_string();
    assert!(error.contains("VPC.9905"), "{error}");
    let twice = "sg-web: allow tcp 9999 from 10.0.0.0/8 priority 3";
    refused(
        &huawei(),
        &[
            (&["sg-web: allow tcp 22 from 10.0.0.0/8 priority 101"], &["priority 101", "1 (first) to 100"]),
            (&[twice, twice], &["VPC.9902", "says the same"]),
            (&["delete sg-web"], &["VPC.9902", "in use"]),
            (&["sg-web: allow tcp 22 from 10.0.0.0/8 source ports 1-9"], &["no source ports"]),
            (&["sg-web: allow tcp 22 from sg-gone"], &["VPC.9904"]),
        ],
    );
}
