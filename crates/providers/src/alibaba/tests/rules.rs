//! Single rules: every trap of the vendor's rule format.

use super::{attribute, estate, gaps, listing, only_gap, rules_of};

/// A rule with these fields on top of a plain ingress rule for TCP 22 from anywhere.
fn rule(fields: &[(&str, &str)]) -> String {
    let plain = [
        ("Direction", r#""ingress""#),
        ("IpProtocol", r#""TCP""#),
        ("PortRange", r#""22/22""#),
        ("Policy", r#""Accept""#),
        ("Priority", "1"),
        ("SourceCidrIp", r#""0.0.0.0/0""#),
        ("NicType", r#""intranet""#),
        ("SecurityGroupRuleId", r#""sgr-1""#),
    ];
    let mut all: Vec<(&str, &str)> =
        plain.into_iter().filter(|(key, _)| !fields.iter().any(|(other, _)| key == other)).collect();
    all.extend(fields.iter().filter(|(_, value)| !value.is_empty()));
    let body: Vec<String> = all.iter().map(|(key, value)| format!(r#""{key}": {value}"#)).collect();
    format!("{{{}}}", body.join(", "))
}

/// Fields on top of the plain rule, what the rule becomes, and its gap.
type Case<'t> = (&'t [(&'t str, &'t str)], &'t str, &'t str);

/// What a rule with these fields becomes, and its gap.
fn check(cases: &[Case<'_>]) {
    for (fields, expected, gap) in cases {
        let document = attribute("sg-1", &rule(fields));
        let estate = estate(&[&listing("sg-1"), &document]);
        assert_eq!(rules_of(&estate, "sg-1"), [*expected], "{fields:?}");
        // What the documents lack is told as it is; what they say wrongly, with the file that says it.
        let lacking = gap.contains("not in the input");
        let gap = if gap.is_empty() || lacking { (*gap).to_owned() } else { format!("{gap} (in `1.json`)") };
        assert_eq!(only_gap(&estate, "sg-1").unwrap_or_default(), gap, "{fields:?}");
        let told = if gap.is_empty() { vec![] } else { vec![format!("sg-1/sgr-1: {gap}")] };
        assert_eq!(gaps(&estate), told, "{fields:?}");
    }
}

#[test]
fn priorities_are_numbers_however_they_are_written() {
    check(&[
        (&[("Priority", "1")], "ingress#1 p1 allow tcp 22-22 from 0.0.0.0/0", ""),
        (&[("Priority", r#""110""#)], "ingress#1 p110 allow tcp 22-22 from 0.0.0.0/0", ""),
        (&[("Priority", r#"" 9 ""#)], "ingress#1 p9 allow tcp 22-22 from 0.0.0.0/0", ""),
        (
            &[("Priority", "111")],
            "ingress#1 p111 possibly allow tcp 22-22 from 0.0.0.0/0",
            "Priority `111` is not a number from 1 to 110",
        ),
        (
            &[("Priority", "0")],
            "ingress#1 p0 possibly allow tcp 22-22 from 0.0.0.0/0",
            "Priority `0` is not a number from 1 to 110",
        ),
        (
            &[("Priority", r#""high""#)],
            "ingress#1 p1 possibly allow tcp 22-22 from 0.0.0.0/0",
            "Priority `high` is not a number from 1 to 110",
        ),
        (
            &[("Priority", "")],
            "ingress#1 p1 possibly allow tcp 22-22 from 0.0.0.0/0",
            "Priority `` is not a number from 1 to 110",
        ),
    ]);
}

#[test]
fn actions_and_directions_are_read_in_any_case() {
    check(&[
        (&[("Policy", r#""accept""#)], "ingress#1 p1 allow tcp 22-22 from 0.0.0.0/0", ""),
        (&[("Policy", r#""DROP""#)], "ingress#1 p1 deny tcp 22-22 from 0.0.0.0/0", ""),
        (&[("Direction", r#""Ingress""#)], "ingress#1 p1 allow tcp 22-22 from 0.0.0.0/0", ""),
    ]);
}

#[test]
fn an_unknown_action_leaves_its_direction_open() {
    let document = attribute("sg-1", &rule(&[("Policy", r#""Reject""#)]));
    let estate = estate(&[&listing("sg-1"), &document]);
    assert_eq!(rules_of(&estate, "sg-1"), ["ingress#1 p1 possibly deny tcp 22-22 from 0.0.0.0/0"]);
    let [ingress, egress] = super::group(&estate, "sg-1").incomplete;
    assert_eq!(estate.gap(ingress.unwrap()).what, "Policy `Reject` is neither Accept nor Drop (in `1.json`)");
    assert_eq!(egress, None, "egress is not touched");
}

#[test]
fn an_unknown_direction_leaves_both_open() {
    let document = attribute("sg-1", &rule(&[("Direction", r#""sideways""#)]));
    let estate = estate(&[&listing("sg-1"), &document]);
    assert_eq!(rules_of(&estate, "sg-1"), ["ingress#1 p1 possibly allow tcp 22-22 from 0.0.0.0/0"]);
    let incomplete =
        super::group(&estate, "sg-1").incomplete.map(|gap| estate.gap(gap.unwrap()).what.clone());
    assert_eq!(incomplete, ["Direction `sideways` is neither ingress nor egress (in `1.json`)"; 2]);
}

#[test]
fn protocols_are_names_in_any_case_or_numbers() {
    check(&[
        (&[("IpProtocol", r#""udp""#)], "ingress#1 p1 allow udp 22-22 from 0.0.0.0/0", ""),
        (
            &[("IpProtocol", r#""All""#), ("PortRange", r#""-1/-1""#)],
            "ingress#1 p1 allow all * from 0.0.0.0/0",
            "",
        ),
        // Protocols without ports ignore what stands there.
        (&[("IpProtocol", r#""ICMP""#)], "ingress#1 p1 allow 1 * from 0.0.0.0/0", ""),
        (
            &[("IpProtocol", r#""ICMPv6""#), ("SourceCidrIp", ""), ("Ipv6SourceCidrIp", r#""::/0""#)],
            "ingress#1 p1 allow 58 * from ::/0",
            "",
        ),
        (&[("IpProtocol", r#""GRE""#), ("PortRange", "")], "ingress#1 p1 allow 47 * from 0.0.0.0/0", ""),
        (&[("IpProtocol", r#""132""#), ("PortRange", "")], "ingress#1 p1 allow 132 * from 0.0.0.0/0", ""),
        (&[("IpProtocol", "0"), ("PortRange", "")], "ingress#1 p1 allow 0 * from 0.0.0.0/0", ""),
        // A number is the protocol of that number: 6 has ports.
        (&[("IpProtocol", r#""6""#)], "ingress#1 p1 allow tcp 22-22 from 0.0.0.0/0", ""),
        (
            &[("IpProtocol", r#""SCTP""#)],
            "ingress#1 p1 possibly allow all * from 0.0.0.0/0",
            "IpProtocol `SCTP` is not known",
        ),
        (
            &[("IpProtocol", r#""256""#)],
            "ingress#1 p1 possibly allow all * from 0.0.0.0/0",
            "IpProtocol `256` is not known",
        ),
    ]);
}

#[test]
fn ports_are_ranges_all_or_a_list() {
    let bad =
        |text: &str| format!("PortRange `{text}` is not a range of ports from 1 to 65535 such as `22/22`");
    check(&[
        (&[("PortRange", r#""-1/-1""#)], "ingress#1 p1 allow tcp * from 0.0.0.0/0", ""),
        (&[("PortRange", r#""1/65535""#)], "ingress#1 p1 allow tcp 1-65535 from 0.0.0.0/0", ""),
        (&[("PortRange", r#""0/65535""#)], "ingress#1 p1 allow tcp 0-65535 from 0.0.0.0/0", ""),
        (
            &[("PortRange", r#""70000/70000""#)],
            "ingress#1 p1 allow tcp ? from 0.0.0.0/0",
            &bad("70000/70000"),
        ),
        (&[("PortRange", r#""1/70000""#)], "ingress#1 p1 allow tcp ? from 0.0.0.0/0", &bad("1/70000")),
        (&[("PortRange", r#""90/80""#)], "ingress#1 p1 allow tcp ? from 0.0.0.0/0", &bad("90/80")),
        (&[("PortRange", r#""22""#)], "ingress#1 p1 allow tcp ? from 0.0.0.0/0", &bad("22")),
        (&[("PortRange", "")], "ingress#1 p1 allow tcp ? from 0.0.0.0/0", &bad("")),
        // The range counts before the list.
        (
            &[("PortRange", r#""80/81""#), ("PortRangeListId", r#""prl-1""#)],
            "ingress#1 p1 allow tcp 80-81 from 0.0.0.0/0",
            "",
        ),
        (
            &[("PortRange", r#""""#), ("PortRangeListId", r#""prl-1""#)],
            "ingress#1 p1 allow tcp prl-1? from 0.0.0.0/0",
            "port list prl-1 is not in the input: run `aliyun ecs DescribePortRangeListEntries --PortRangeListId prl-1`",
        ),
        (
            &[("PortRange", r#""-1/-1""#), ("PortRangeListId", r#""prl-1""#)],
            "ingress#1 p1 allow tcp prl-1? from 0.0.0.0/0",
            "port list prl-1 is not in the input: run `aliyun ecs DescribePortRangeListEntries --PortRangeListId prl-1`",
        ),
    ]);
}

#[test]
fn peers_are_blocks_before_groups_before_lists() {
    let no_list = "prefix list pl-1 is not in the input: run `aliyun ecs DescribePrefixListAttributes --PrefixListId pl-1`";
    check(&[
        (&[("SourceCidrIp", r#""10.20.1.7""#)], "ingress#1 p1 allow tcp 22-22 from 10.20.1.7/32", ""),
        (&[("SourceCidrIp", r#""10.159.6.18/12""#)], "ingress#1 p1 allow tcp 22-22 from 10.144.0.0/12", ""),
        (
            &[("SourceCidrIp", r#""""#), ("Ipv6SourceCidrIp", r#""2001:db8:1a2b::1/32""#)],
            "ingress#1 p1 allow tcp 22-22 from 2001:db8::/32",
            "",
        ),
        (
            &[("SourceCidrIp", ""), ("Ipv6SourceCidrIp", r#""2001:db8::1""#)],
            "ingress#1 p1 allow tcp 22-22 from 2001:db8::1/128",
            "",
        ),
        (
            &[("SourceGroupId", r#""sg-2""#), ("SourcePrefixListId", r#""pl-1""#)],
            "ingress#1 p1 allow tcp 22-22 from 0.0.0.0/0",
            "",
        ),
        (
            &[("SourceCidrIp", ""), ("SourceGroupId", r#""sg-1""#), ("SourcePrefixListId", r#""pl-1""#)],
            "ingress#1 p1 allow tcp 22-22 from sg-1",
            "",
        ),
        (
            &[("SourceCidrIp", ""), ("SourcePrefixListId", r#""pl-1""#)],
            "ingress#1 p1 allow tcp 22-22 from pl-1?",
            no_list,
        ),
        (
            &[("SourceCidrIp", r#""10.0.0.0/33""#)],
            "ingress#1 p1 allow tcp 22-22 from ?",
            "SourceCidrIp `10.0.0.0/33` is not an address or CIDR block",
        ),
        (
            &[("SourceCidrIp", r#""10.0.0.1-10.0.0.9""#)],
            "ingress#1 p1 allow tcp 22-22 from ?",
            "SourceCidrIp `10.0.0.1-10.0.0.9` is not an address or CIDR block",
        ),
        (
            &[("SourceCidrIp", r#""10.0.0.0/8""#), ("Ipv6SourceCidrIp", r#""::/0""#)],
            "ingress#1 p1 allow tcp 22-22 from ?",
            "names both `10.0.0.0/8` and `::/0` as its source, which exclude each other",
        ),
        (&[("SourceCidrIp", "")], "ingress#1 p1 allow tcp 22-22 from ?", "names no source"),
        (&[("SourceCidrIp", "null")], "ingress#1 p1 allow tcp 22-22 from ?", "names no source"),
    ]);
}

#[test]
fn egress_rules_are_about_destinations() {
    let egress = ("Direction", r#""egress""#);
    check(&[
        (
            &[egress, ("SourceCidrIp", ""), ("DestCidrIp", r#""10.0.0.0/8""#)],
            "egress#1 p1 allow tcp 22-22 from 10.0.0.0/8",
            "",
        ),
        (
            &[egress, ("SourceCidrIp", ""), ("Ipv6DestCidrIp", r#""::/0""#)],
            "egress#1 p1 allow tcp 22-22 from ::/0",
            "",
        ),
        (
            &[egress, ("SourceCidrIp", ""), ("DestGroupId", r#""sg-1""#)],
            "egress#1 p1 allow tcp 22-22 from sg-1",
            "",
        ),
        (&[egress, ("SourceCidrIp", "")], "egress#1 p1 allow tcp 22-22 from ?", "names no destination"),
    ]);
}

#[test]
fn groups_that_are_not_in_the_input_are_told() {
    check(&[
        (
            &[("SourceCidrIp", ""), ("SourceGroupId", r#""sg-2""#)],
            "ingress#1 p1 allow tcp 22-22 from sg-2?",
            "security group sg-2 is not in the input: run `aliyun ecs DescribeSecurityGroupAttribute --SecurityGroupId \
             sg-2` and `aliyun ecs DescribeNetworkInterfaces --SecurityGroupId sg-2`",
        ),
        (
            &[
                ("SourceCidrIp", ""),
                ("SourceGroupId", r#""sg-2""#),
                // Larger than 2^53, and a number instead of text.
                ("SourceGroupOwnerAccount", "9007199254740993"),
            ],
            "ingress#1 p1 allow tcp 22-22 from sg-2@9007199254740993?",
            "security group sg-2 belongs to account 9007199254740993, whose members are not in the input",
        ),
    ]);
}

#[test]
fn five_tuple_rules_narrow_source_ports_and_local_addresses() {
    check(&[
        (
            &[("DestCidrIp", r#""10.20.1.10/32""#), ("SourcePortRange", r#""1024/65535""#)],
            "ingress#1 p1 allow tcp 22-22 from 0.0.0.0/0 source-ports 1024-65535 local 10.20.1.10/32",
            "",
        ),
        (
            &[("SourcePortRange", r#""1024/65535""#)],
            "ingress#1 p1 allow tcp 22-22 from 0.0.0.0/0 source-ports 1024-65535 local *",
            "",
        ),
        // The unset forms of the source ports.
        (&[("SourcePortRange", r#""-1/-1""#)], "ingress#1 p1 allow tcp 22-22 from 0.0.0.0/0", ""),
        (&[("SourcePortRange", r#""""#)], "ingress#1 p1 allow tcp 22-22 from 0.0.0.0/0", ""),
        (
            &[("SourcePortRange", r#""many""#)],
            "ingress#1 p1 allow tcp 22-22 from 0.0.0.0/0 source-ports ? local *",
            "SourcePortRange `many` is not a range of ports from 1 to 65535 such as `22/22`",
        ),
        // On egress the source is the local side.
        (
            &[
                ("Direction", r#""egress""#),
                ("SourceCidrIp", r#""10.0.0.5""#),
                ("DestCidrIp", r#""0.0.0.0/0""#),
            ],
            "egress#1 p1 allow tcp 22-22 from 0.0.0.0/0 source-ports * local 10.0.0.5/32",
            "",
        ),
        (
            &[("DestCidrIp", r#""here""#)],
            "ingress#1 p1 possibly allow tcp 22-22 from 0.0.0.0/0",
            "local address `here` is not an address or CIDR block",
        ),
        // Of two families the peer's counts.
        (
            &[("DestCidrIp", r#""10.0.0.5""#), ("Ipv6DestCidrIp", r#""2001:db8::5""#)],
            "ingress#1 p1 allow tcp 22-22 from 0.0.0.0/0 source-ports * local 10.0.0.5/32",
            "",
        ),
    ]);
}

#[test]
fn several_troubles_are_told_together() {
    check(&[(
        &[("Priority", r#""high""#), ("PortRange", r#""ssh""#), ("SourceCidrIp", r#""home""#)],
        "ingress#1 p1 possibly allow tcp ? from ?",
        "Priority `high` is not a number from 1 to 110; PortRange `ssh` is not a range of ports from 1 to 65535 such as `22/22`; \
         SourceCidrIp `home` is not an address or CIDR block",
    )]);
}

#[test]
fn escapes_and_unknown_fields_do_no_harm() {
    check(&[(
        &[
            ("SourceCidrIp", r#""0.0.0.0\/0""#),
            ("NewIn2027", r#"{"a": [1, {"b": "}"}]}"#),
            ("Description", r#""a \"quoted\" \u00fc""#),
        ],
        "ingress#1 p1 allow tcp 22-22 from 0.0.0.0/0",
        "",
    )]);
    let document = attribute("sg-1", &rule(&[("Description", r#""a \"quoted\" \u00fc""#)]));
    let estate = estate(&[&listing("sg-1"), &document]);
    assert_eq!(estate.text(super::group(&estate, "sg-1").rules[0].description), "a \"quoted\" ü");
}

#[test]
fn rules_without_an_id_are_named_by_their_position() {
    let one = rule(&[("SecurityGroupRuleId", ""), ("Direction", r#""egress""#), ("SourceCidrIp", "")]);
    let two = rule(&[("SecurityGroupRuleId", "")]);
    let three = rule(&[("SecurityGroupRuleId", ""), ("PortRange", r#""x""#)]);
    let estate = estate(&[&listing("sg-1"), &attribute("sg-1", &format!("{one}, {two}, {three}"))]);
    assert_eq!(
        gaps(&estate),
        [
            "sg-1#egress/1: names no destination (in `1.json`)",
            "sg-1#ingress/2: PortRange `x` is not a range of ports from 1 to 65535 such as `22/22` (in `1.json`)"
        ]
    );
}
