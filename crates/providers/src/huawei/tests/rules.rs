//! Single rules of version 3: every trap of the vendor's rule format.

use super::{estate, gaps, object, rules_of, shown};

const PLAIN: [(&str, &str); 12] = [
    ("id", r#""r1""#),
    ("description", r#""""#),
    ("security_group_id", r#""sg""#),
    ("direction", r#""ingress""#),
    ("protocol", r#""tcp""#),
    ("ethertype", r#""IPv4""#),
    ("multiport", r#""22""#),
    ("action", r#""allow""#),
    ("priority", "10"),
    ("remote_group_id", "null"),
    ("remote_ip_prefix", r#""0.0.0.0/0""#),
    ("remote_address_group_id", "null"),
];

/// Fields on top of a plain rule for TCP 22 from anywhere, what the rule becomes, and its gap.
type Case<'t> = (&'t [(&'t str, &'t str)], &'t str, &'t str);

/// An address group of each family beside the group.
const LISTS: &str = r#"{"address_groups": [
    {"id": "l4", "name": "four", "ip_version": 4, "ip_set": ["192.0.2.1"], "status": "NORMAL"},
    {"id": "l6", "name": "six", "ip_version": 6, "ip_set": ["2001:db8::/48"], "status": "NORMAL"}]}"#;

fn check(cases: &[Case<'_>]) {
    for (fields, expected, gap) in cases {
        let estate = estate(&[LISTS, &shown("sg", &object(&PLAIN, fields))]);
        assert_eq!(rules_of(&estate, "sg"), [*expected], "{fields:?}");
        // What the documents lack is told as it is; what they say wrongly, with the file that says it.
        let told = match *gap {
            "" => vec![],
            gap if gap.contains("not in the input") || gap.starts_with("names an address group") => {
                vec![format!("sg/r1: {gap}")]
            }
            gap => vec![format!("sg/r1: {gap} (in `1.json`)")],
        };
        let about: Vec<String> = gaps(&estate).into_iter().filter(|gap| gap.starts_with("sg/")).collect();
        assert_eq!(about, told, "{fields:?}");
    }
}

#[test]
fn priorities_are_numbers_however_they_are_written() {
    check(&[
        (&[("priority", "1")], "ingress#1 p1 allow tcp 22 from 0.0.0.0/0", ""),
        (&[("priority", r#""100""#)], "ingress#1 p100 allow tcp 22 from 0.0.0.0/0", ""),
        (
            &[("priority", r#""high""#)],
            "ingress#1 p1 possibly allow tcp 22 from 0.0.0.0/0",
            "priority `high` is not a number from 1 to 100",
        ),
        (
            &[("priority", "101")],
            "ingress#1 p101 possibly allow tcp 22 from 0.0.0.0/0",
            "priority `101` is not a number from 1 to 100",
        ),
        (
            &[("priority", "-")],
            "ingress#1 p1 possibly allow tcp 22 from 0.0.0.0/0",
            "priority `` is not a number from 1 to 100",
        ),
    ]);
}

#[test]
fn actions_and_switches() {
    check(&[
        (&[("action", r#""deny""#)], "ingress#1 p10 deny tcp 22 from 0.0.0.0/0", ""),
        (&[("enabled", "true")], "ingress#1 p10 allow tcp 22 from 0.0.0.0/0", ""),
        (&[("enabled", "null")], "ingress#1 p10 allow tcp 22 from 0.0.0.0/0", ""),
        (&[("enabled", "false")], "ingress#1 p10 never allow tcp 22 from 0.0.0.0/0", ""),
        (
            &[("enabled", r#""maybe""#)],
            "ingress#1 p10 possibly allow tcp 22 from 0.0.0.0/0",
            "enabled `maybe` is neither true nor false",
        ),
        (&[("direction", r#""egress""#)], "egress#1 p10 allow tcp 22 from 0.0.0.0/0", ""),
    ]);
}

/// It may block or let through, so whatever else its direction does is open too.
#[test]
fn a_rule_without_an_action_leaves_its_direction_open() {
    for (fields, open) in [
        (vec![("action", "null")], [true, false]),
        (vec![("action", r#""reject""#), ("direction", r#""egress""#)], [false, true]),
        (vec![("direction", r#""inbound""#)], [true, true]),
        (vec![("ethertype", r#""IPX""#)], [true, true]),
    ] {
        let estate = estate(&[&shown("sg", &object(&PLAIN, &fields))]);
        let group = super::group(&estate, "sg");
        assert_eq!(group.incomplete.map(|gap| gap.is_some()), open, "{fields:?}");
        assert!(rules_of(&estate, "sg")[0].contains("possibly"), "{fields:?}");
    }
}

#[test]
fn protocols_are_names_or_numbers() {
    let all_ports = ("multiport", "null");
    check(&[
        (&[("protocol", r#""UDP""#)], "ingress#1 p10 allow udp 22 from 0.0.0.0/0", ""),
        (&[("protocol", "null"), all_ports], "ingress#1 p10 allow all * from 0.0.0.0/0", ""),
        (&[("protocol", r#""""#), all_ports], "ingress#1 p10 allow all * from 0.0.0.0/0", ""),
        (&[("protocol", r#""icmp""#), all_ports], "ingress#1 p10 allow 1 * from 0.0.0.0/0", ""),
        (&[("protocol", r#""47""#), all_ports], "ingress#1 p10 allow 47 * from 0.0.0.0/0", ""),
        (&[("protocol", "47"), all_ports], "ingress#1 p10 allow 47 * from 0.0.0.0/0", ""),
        (
            &[("protocol", r#""icmpv6""#), all_ports],
            "ingress#1 p10 possibly allow 58 * from 0.0.0.0/0",
            "protocol `icmpv6` belongs to the other version of IP",
        ),
        (
            &[("protocol", r#""256""#), all_ports],
            "ingress#1 p10 possibly allow all * from 0.0.0.0/0",
            "protocol `256` is not known",
        ),
    ]);
}

#[test]
fn ports_are_lists_of_ranges() {
    let not_ports = |text: &str| format!("multiport `{text}` is not a list of ports such as `22,8080-8090`");
    check(&[
        (&[("multiport", "null")], "ingress#1 p10 allow tcp * from 0.0.0.0/0", ""),
        (&[("multiport", r#""""#)], "ingress#1 p10 allow tcp * from 0.0.0.0/0", ""),
        (&[("multiport", "33")], "ingress#1 p10 allow tcp 33 from 0.0.0.0/0", ""),
        (&[("multiport", r#""1-30""#)], "ingress#1 p10 allow tcp 1-30 from 0.0.0.0/0", ""),
        (&[("multiport", r#""22,3389,80""#)], "ingress#1 p10 allow tcp 22,3389,80 from 0.0.0.0/0", ""),
        (&[("multiport", r#""20, 22 - 30""#)], "ingress#1 p10 allow tcp 20,22-30 from 0.0.0.0/0", ""),
        (&[("multiport", "70000")], "ingress#1 p10 possibly allow tcp ? from 0.0.0.0/0", &not_ports("70000")),
        (
            &[("multiport", r#""30-20""#)],
            "ingress#1 p10 possibly allow tcp ? from 0.0.0.0/0",
            &not_ports("30-20"),
        ),
        (
            &[("multiport", r#""22,""#)],
            "ingress#1 p10 possibly allow tcp ? from 0.0.0.0/0",
            &not_ports("22,"),
        ),
        (
            &[("protocol", r#""icmp""#), ("multiport", r#""8""#)],
            "ingress#1 p10 possibly allow 1 ? from 0.0.0.0/0",
            "what multiport `8` means for a protocol other than TCP and UDP is not documented",
        ),
    ]);
}

#[test]
fn remote_sides_exclude_each_other_and_none_is_everyone_of_the_family() {
    let v6 = ("ethertype", r#""IPv6""#);
    let no_prefix = ("remote_ip_prefix", "null");
    check(&[
        (&[no_prefix], "ingress#1 p10 allow tcp 22 from 0.0.0.0/0", ""),
        (&[no_prefix, v6], "ingress#1 p10 allow tcp 22 from ::/0", ""),
        (&[no_prefix, ("ethertype", "-")], "ingress#1 p10 allow tcp 22 from 0.0.0.0/0", ""),
        (&[("remote_ip_prefix", r#""10.1.2.3/8""#)], "ingress#1 p10 allow tcp 22 from 10.0.0.0/8", ""),
        (&[("remote_ip_prefix", r#""10.1.2.3""#)], "ingress#1 p10 allow tcp 22 from 10.1.2.3/32", ""),
        (&[no_prefix, ("remote_group_id", r#""sg""#)], "ingress#1 p10 allow tcp 22 from group sg v4", ""),
        (&[no_prefix, ("remote_group_id", r#""sg""#), v6], "ingress#1 p10 allow tcp 22 from group sg v6", ""),
        (
            &[no_prefix, ("remote_group_id", r#""other""#)],
            "ingress#1 p10 allow tcp 22 from group other? v4",
            "security group other is not in the input: run `hcloud VPC ListSecurityGroups/v3`",
        ),
        (&[no_prefix, ("remote_address_group_id", r#""l4""#)], "ingress#1 p10 allow tcp 22 from list l4", ""),
        (
            &[no_prefix, ("remote_address_group_id", r#""l9""#)],
            "ingress#1 p10 allow tcp 22 from list l9?",
            "address group l9 is not in the input: run `hcloud VPC ListAddressGroup/v3`",
        ),
        (
            &[no_prefix, ("remote_address_group_id", r#""l6""#)],
            "ingress#1 p10 possibly allow tcp 22 from list l6",
            "names an address group of the other version of IP",
        ),
        (
            &[("remote_group_id", r#""sg""#)],
            "ingress#1 p10 allow tcp 22 from ?",
            "names its remote side in several ways, which exclude each other",
        ),
        (
            &[("remote_ip_prefix", r#""10.300.0.0/16""#)],
            "ingress#1 p10 allow tcp 22 from ?",
            "remote_ip_prefix `10.300.0.0/16` is not an address or CIDR block",
        ),
        (
            &[("remote_ip_prefix", r#""2001:db8::/32""#)],
            "ingress#1 p10 allow tcp 22 from ?",
            "remote_ip_prefix `2001:db8::/32` belongs to the other version of IP",
        ),
    ]);
}

#[test]
fn tags_of_groups_are_kept() {
    let tagged = shown("sg", "").replacen(
        r#""name""#,
        r#""tags": [{"key": "env", "value": "prod"}, {"key": "urgent", "value": ""}], "name""#,
        1,
    );
    let estate = estate(&[&tagged, &shown("other", "")]);
    let tags = |id: &str| {
        let (ix, _) = estate.each_group().find(|(_, group)| estate.text(group.id) == id).unwrap();
        let said = estate.tags.get(estate.tags.of_group(ix)).iter();
        said.map(|tag| format!("{}={}", estate.text(tag.key), estate.text(tag.value))).collect::<Vec<_>>()
    };
    assert_eq!((tags("sg"), tags("other")), (vec!["env=prod".to_owned(), "urgent=".to_owned()], vec![]));
}
