//! Several documents about the same things.

use super::{attribute, estate, gaps, group, listing, read, rules_of};

fn rule(id: &str, port: u16) -> String {
    let id = if id.is_empty() { String::new() } else { format!(r#""SecurityGroupRuleId": "{id}", "#) };
    format!(
        r#"{{{id}"Direction": "ingress", "IpProtocol": "TCP", "PortRange": "{port}/{port}", "Policy": "Accept",
            "Priority": 1, "SourceCidrIp": "0.0.0.0/0"}}"#
    )
}

fn shown(ports: &[u16]) -> Vec<String> {
    let show = |(at, port)| format!("ingress#{} p1 allow tcp {port}-{port} from 0.0.0.0/0", at + 1);
    ports.iter().enumerate().map(show).collect()
}

#[test]
fn the_same_file_twice_changes_nothing() {
    let document = attribute("sg-1", &[rule("sgr-1", 22), rule("", 80)].join(","));
    let once = estate(&[&listing("sg-1"), &document]);
    let twice = estate(&[&listing("sg-1"), &document, &listing("sg-1"), &document]);
    assert_eq!(rules_of(&once, "sg-1"), shown(&[22, 80]));
    assert_eq!(rules_of(&twice, "sg-1"), rules_of(&once, "sg-1"));
    assert_eq!(gaps(&twice), [] as [&str; 0]);
    assert_eq!(twice.coverage, once.coverage);
}

#[test]
fn rules_unite_by_id_and_without_one_by_content() {
    let first = attribute("sg-1", &[rule("sgr-1", 22), rule("", 80), rule("", 80)].join(","));
    let second = attribute("sg-1", &[rule("sgr-2", 22), rule("", 81), rule("", 80)].join(","));
    let estate = estate(&[&listing("sg-1"), &first, &second]);
    assert_eq!(rules_of(&estate, "sg-1"), shown(&[22, 80, 22, 81]));
}

#[test]
fn of_two_rules_with_one_id_the_later_counts_in_the_place_of_the_first() {
    let first = attribute("sg-1", &[rule("sgr-1", 22), rule("sgr-2", 80)].join(","));
    let second = attribute("sg-1", &rule("sgr-1", 23));
    let estate = estate(&[&listing("sg-1"), &first, &second]);
    assert_eq!(rules_of(&estate, "sg-1"), shown(&[23, 80]));
    assert_eq!(
        gaps(&estate),
        ["sg-1/sgr-1: `1.json` and `2.json` differ in this rule: the later one is used"]
    );
}

#[test]
fn of_two_groups_with_one_id_the_later_counts_and_a_gap_says_so() {
    let normal = r#"{"SecurityGroups": {"SecurityGroup": [{"SecurityGroupId": "sg-1", "SecurityGroupName": "a",
                     "SecurityGroupType": "normal", "VpcId": "vpc-1"}]}, "NextToken": ""}"#;
    let enterprise = normal.replace("normal", "enterprise").replace(r#""a""#, r#""b""#);
    let document = attribute("sg-1", "");
    let estate = estate(&[normal, &document, &enterprise]);
    let group = group(&estate, "sg-1");
    assert_eq!(estate.profile(group.profile).name, "alibaba advanced");
    assert_eq!(estate.text(group.name), "b");
    assert_eq!(
        gaps(&estate),
        ["sg-1: `0.json` and `2.json` differ in the type of this group: the later one is used"]
    );
}

#[test]
fn another_internal_policy_or_vpc_is_told() {
    let drop = attribute("sg-1", "");
    let accept = drop.replace("Drop", "Accept").replace("vpc-1", "vpc-2");
    let estate = estate(&[&listing("sg-1"), &drop, &accept]);
    assert_eq!(
        gaps(&estate),
        [
            "sg-1: two responses differ in the VPC of this group: the later one is used",
            "sg-1: `1.json` and `2.json` differ in the internal access policy of this group: the later one is used"
        ]
    );
}

#[test]
fn responses_come_alone_in_lists_wrapped_and_one_after_the_other() {
    let (groups, rules) = (listing("sg-1"), attribute("sg-1", &rule("sgr-1", 22)));
    let wrapped =
        format!(r#"{{"request": {{"Action": "DescribeSecurityGroupAttribute"}}, "response": {rules}}}"#);
    let turned =
        format!(r#"{{"response": {rules}, "request": {{"Action": "DescribeSecurityGroupAttribute"}}}}"#);
    let cases = [
        format!("{groups}\n{rules}"),
        format!("{groups}{rules}"),
        format!("[{groups}, {rules}]"),
        format!("[{groups}, {wrapped}]"),
        format!("{groups} {turned}"),
        format!("{}\n{}", groups.replace('\n', " "), rules.replace('\n', " ")),
    ];
    for text in cases {
        let estate = estate(&[&text]);
        assert_eq!(rules_of(&estate, "sg-1"), shown(&[22]), "{text}");
        assert_eq!(gaps(&estate), [] as [&str; 0], "{text}");
    }
}

#[test]
fn every_response_knows_where_it_starts() {
    let (groups, rules) = (listing("sg-1"), attribute("sg-1", ""));
    let text = format!("[ {groups},\n {{\"request\": {{}}, \"response\": {rules}}}]");
    let estate = estate(&["{}", &text]);
    let origin = group(&estate, "sg-1").origin.unwrap();
    assert_eq!(estate.document(origin.document).path, "1.json");
    assert_eq!(usize::try_from(origin.offset).unwrap(), text.find(&rules).unwrap());
}

#[test]
fn unknown_documents_are_told_with_their_keys() {
    let cases = [
        (
            r#"{"Foo": 1, "Bar": {"SecurityGroups": {}}}"#,
            "unknown document with the keys `Foo`, `Bar`: the answers of Alibaba Cloud's `Describe…` calls and of Huawei Cloud's `List…` and `Show…` calls are known",
        ),
        (
            r#"{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"j":1,"k":1}"#,
            "unknown document with the keys `a`, `b`, `c`, `d`, `e`, `f`, `g`, `h`, `i`, `j`: the answers of Alibaba Cloud's `Describe…` calls and of Huawei Cloud's `List…` and `Show…` calls are known",
        ),
        ("{}", "an empty object is no document of any vendor"),
        (
            r#"{"SecurityGroups": [{"GroupId": "sg-1"}]}"#,
            "looks like a document of AWS (`SecurityGroups`), which is not supported",
        ),
        (
            r#"{"security_groups": [{"id": "1", "revision_number": 3}]}"#,
            "looks like a document of OpenStack (`revision_number`), which is not supported",
        ),
        (
            r#"{"Response": {"SecurityGroupSet": []}}"#,
            "looks like a document of Tencent Cloud (`Response`), which is not supported",
        ),
        (r#"{"RiskSgDetail": []}"#, "result of the vendor's own check, not a source: it is not read"),
        (r#"{"RequestId": "1"}"#, "answer to a change: it says nothing of the account"),
        (
            r#"{"RequestId": "1", "SecurityGroupId": "sg-7"}"#,
            "answer to a change: it says nothing of the account",
        ),
        ("[[[[[[]]]]]]", "lists within lists is no document of any vendor"),
        ("[1, \"x\"]", "a bare value is no document of any vendor"),
    ];
    for (text, expected) in cases {
        let read = read(&[text]);
        assert_eq!(
            read.notes.iter().find(|note| note.text == expected).map(|note| note.document.at()),
            Some(0),
            "{text}: {:?}",
            read.notes
        );
        assert_eq!(read.responses, 0, "{text}");
        assert_eq!(gaps(&read.estate), [] as [&str; 0], "{text}");
        assert!(read.estate.groups.is_empty());
    }
}

#[test]
fn what_is_told_often_is_told_once() {
    let read = read(&[r#"{"Foo": 1}{"Foo": 2}"#, r#"{"Foo": 1}"#]);
    let notes: Vec<&str> = read.notes.iter().map(|note| note.text.as_str()).collect();
    assert_eq!(
        notes,
        [
            "unknown document with the keys `Foo`: the answers of Alibaba Cloud's `Describe…` calls and of Huawei Cloud's `List…` and `Show…` calls are known (2 times)",
            "unknown document with the keys `Foo`: the answers of Alibaba Cloud's `Describe…` calls and of Huawei Cloud's `List…` and `Show…` calls are known"
        ]
    );
}

#[test]
fn values_of_another_kind_become_a_gap() {
    let read = read(&[r#"{"SecurityGroups": {"SecurityGroup": "none"}, "NextToken": ""}"#]);
    assert_eq!(
        gaps(&read.estate),
        ["0.json: DescribeSecurityGroups has something else where a list is expected, which was skipped"]
    );
    assert_eq!(read.estate.unread.len(), 1);
}
