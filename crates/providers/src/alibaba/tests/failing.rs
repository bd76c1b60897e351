//! Saved errors.

use portreeve_model::Listing;

use super::{attribute, estate, gaps, group, listing};

const THROTTLED: &str = r#"{"Code": "Throttling.User", "HostId": "ecs.cn-hangzhou.aliyuncs.com", "Message":
    "Request was denied due to user flow control.", "Recommend": "https://x", "RequestId": "1"}"#;

fn request(fields: &str) -> String {
    format!(r#"{{"request": {{{fields}}}, "response": {THROTTLED}}}"#)
}

#[test]
fn errors_name_the_api_where_anything_tells() {
    let small =
        r#"{"code": "Forbidden.RAM", "message": "no right to call DescribeVpcs, sorry", "requestId": "1"}"#;
    let denied = r#"{"Code": "NoPermission", "Message": "no.", "RequestId": "1", "AccessDeniedDetail":
        {"AuthAction": "ecs:DescribeInstances", "PolicyType": "x"}}"#;
    let asked = request(r#""Action": "DescribeNetworkInterfaces""#);
    let cases = [
        (
            THROTTLED,
            "0.json: a call failed with `Throttling.User` (Request was denied due to user flow control.): what it would \
             have told is not in the input",
        ),
        (
            small,
            "0.json: DescribeVpcs failed with `Forbidden.RAM` (no right to call DescribeVpcs, sorry): run it again",
        ),
        (denied, "0.json: DescribeInstances failed with `NoPermission` (no.): run it again"),
        (
            &asked,
            "0.json (byte 65): DescribeNetworkInterfaces failed with `Throttling.User` (Request was denied due to user \
             flow control.): run it again",
        ),
    ];
    for (document, expected) in cases {
        let estate = estate(&[document]);
        assert_eq!(gaps(&estate), [expected], "{document}");
        assert_eq!(estate.unread.len(), 1, "{document}");
    }
}

#[test]
fn a_listing_with_an_error_is_open() {
    let whole = r#"{"Instances": {"Instance": []}, "TotalCount": 0}"#;
    assert_eq!(estate(&[whole]).coverage.instances, Listing::Complete);
    let failed = estate(&[whole, &request(r#""Action": "DescribeInstances", "PageNumber": 2"#)]);
    assert!(matches!(failed.coverage.instances, Listing::Partial(_)));
    let alone = estate(&[&request(r#""Action": "DescribeInstances""#)]);
    assert!(matches!(alone.coverage.instances, Listing::Partial(_)));
}

#[test]
fn an_error_in_place_of_rules_leaves_their_group_open() {
    let error = request(r#""Action": "DescribeSecurityGroupAttribute", "SecurityGroupId": "sg-1""#);
    let open = estate(&[&listing("sg-1"), &error]);
    assert_eq!(
        gaps(&open),
        [
            "sg-1: DescribeSecurityGroupAttribute failed with `Throttling.User` (Request was denied due to user flow \
             control.): run it again",
            "sg-1: rules of sg-1 are not in the input (DescribeSecurityGroupAttribute failed with `Throttling.User`): run \
             `aliyun ecs DescribeSecurityGroupAttribute --SecurityGroupId sg-1`"
        ]
    );
    assert!(group(&open, "sg-1").incomplete.iter().all(Option::is_some));
    assert!(open.unread.is_empty(), "what is open is known");

    let repeated = estate(&[&listing("sg-1"), &error, &attribute("sg-1", "")]);
    assert_eq!(group(&repeated, "sg-1").incomplete, [None; 2], "a later call told");

    let stranger = estate(&[&error]);
    assert_eq!(stranger.unread.len(), 1, "nothing else tells of the group");
}
