//! Prefix lists and port lists.

use portreeve_model::{Estate, PortRange};

use super::{attribute, estate, gaps, listing, rules_of};

fn prefixes(family: &str, entries: &[&str]) -> String {
    let entries: Vec<String> =
        entries.iter().map(|cidr| format!(r#"{{"Cidr": "{cidr}", "Description": ""}}"#)).collect();
    format!(
        r#"{{"AddressFamily": "{family}", "Entries": {{"Entry": [{}]}}, "MaxEntries": 20, "PrefixListId": "pl-1",
            "PrefixListName": "offices", "RequestId": "1"}}"#,
        entries.join(",")
    )
}

fn shown(estate: &Estate) -> Vec<String> {
    estate.address_lists[0]
        .entries
        .iter()
        .map(|range| format!("{}-{}", range.first(), range.last()))
        .collect()
}

#[test]
fn prefix_lists_have_ranges_of_their_family() {
    let cases = [
        (
            "IPv4",
            vec!["192.0.2.0/25", "198.51.100.7", "0.0.0.0/1"],
            vec!["192.0.2.0-192.0.2.127", "198.51.100.7-198.51.100.7", "0.0.0.0-127.255.255.255"],
            "",
        ),
        ("IPv6", vec!["2001:db8::/126"], vec!["2001:db8::-2001:db8::3"], ""),
        ("", vec!["10.0.0.0/31", "::/127"], vec!["10.0.0.0-10.0.0.1", "::-::1"], ""),
        (
            "IPv6",
            vec!["10.0.0.0/8", "::/127"],
            vec!["::-::1"],
            "entry `10.0.0.0/8` is not an IPv6 block (in `0.json`)",
        ),
        (
            "IPv4",
            vec!["10.0.0.0/40"],
            vec![],
            "entry `10.0.0.0/40` is not an address or CIDR block (in `0.json`)",
        ),
    ];
    for (family, entries, expected, gap) in cases {
        let estate = estate(&[&prefixes(family, &entries)]);
        assert_eq!(shown(&estate), expected, "{family} {entries:?}");
        let told = estate.address_lists[0].incomplete.map(|gap| estate.gap(gap).what.clone());
        assert_eq!(told.unwrap_or_default(), gap, "{family} {entries:?}");
        assert_eq!(estate.address_lists[0].max_entries, Some(20));
        assert_eq!(estate.text(estate.address_lists[0].name), "offices");
    }
}

#[test]
fn a_listed_prefix_list_without_entries_is_told() {
    let listed = r#"{"PrefixLists": {"PrefixList": [{"PrefixListId": "pl-1", "PrefixListName": "offices",
        "AddressFamily": "IPv4", "MaxEntries": 20}]}, "NextToken": ""}"#;
    let rule = r#"{"SecurityGroupRuleId": "sgr-1", "Direction": "ingress", "IpProtocol": "TCP", "PortRange": "22/22",
                   "Policy": "Accept", "Priority": 1, "SourcePrefixListId": "pl-1"}"#;
    let estate_of = |documents: &[&str]| estate(documents);
    let open = estate_of(&[&listing("sg-1"), &attribute("sg-1", rule), listed]);
    assert_eq!(rules_of(&open, "sg-1"), ["ingress#1 p1 allow tcp 22-22 from pl-1"]);
    assert_eq!(
        gaps(&open),
        [
            "pl-1: entries of prefix list pl-1 are not in the input: run `aliyun ecs DescribePrefixListAttributes \
          --PrefixListId pl-1`"
        ]
    );
    assert!(open.address_lists[0].incomplete.is_some());
    let whole =
        estate_of(&[&listing("sg-1"), &attribute("sg-1", rule), listed, &prefixes("IPv4", &["10.0.0.0/8"])]);
    assert_eq!(gaps(&whole), [] as [&str; 0]);
}

#[test]
fn entries_of_a_prefix_list_without_a_name_need_their_request() {
    let bare = prefixes("IPv4", &["10.0.0.0/8"]).replace(r#""PrefixListId": "pl-1","#, "");
    assert_eq!(
        gaps(&estate(&[&bare])),
        ["0.json: entries of a prefix list do not name their list and were left out"]
    );
    let wrapped = format!(
        r#"{{"request": {{"Action": "DescribePrefixListAttributes", "PrefixListId": "pl-1"}}, "response": {bare}}}"#
    );
    assert_eq!(shown(&estate(&[&wrapped])), ["10.0.0.0-10.255.255.255"]);
}

fn ports(entries: &[&str]) -> String {
    let entries: Vec<String> =
        entries.iter().map(|range| format!(r#"{{"PortRange": "{range}", "Description": ""}}"#)).collect();
    format!(r#"{{"Entries": [{}], "RequestId": "1"}}"#, entries.join(","))
}

fn port_lists(lists: &[(&str, u32)]) -> String {
    let lists: Vec<String> = lists
        .iter()
        .map(|(id, room)| {
            format!(r#"{{"PortRangeListId": "{id}", "PortRangeListName": "n", "MaxEntries": {room}}}"#)
        })
        .collect();
    format!(r#"{{"PortRangeLists": [{}], "NextToken": ""}}"#, lists.join(","))
}

/// `prl-1: 80-80` for each list, `?` for one that may have more.
fn shown_ports(estate: &Estate) -> Vec<String> {
    let mut lists: Vec<String> = estate
        .port_lists
        .iter()
        .map(|list| {
            let entries: Vec<String> = list
                .entries
                .iter()
                .map(|range: &PortRange| format!("{}-{}", range.first(), range.last()))
                .collect();
            let open = if list.incomplete.is_some() { "?" } else { "" };
            format!("{}: {}{open}", estate.text(list.id), entries.join(" "))
        })
        .collect();
    lists.sort();
    lists
}

/// How many lists of entries are told to be tied to none.
fn untied_of(estate: &Estate) -> usize {
    estate
        .gaps
        .iter()
        .filter(|gap| gap.what.starts_with("entries of a port list cannot be tied to a list"))
        .count()
}

#[test]
fn port_entries_are_tied_by_name_by_request_and_by_elimination() {
    let one = ports(&["80/80", "8000/8999"]);
    let named = one.replace(r#""RequestId""#, r#""PortRangeListId": "prl-2", "RequestId""#);
    let wrapped = format!(
        r#"{{"request": {{"Action": "DescribePortRangeListEntries", "PortRangeListId": "prl-2"}}, "response": {one}}}"#
    );
    let two = port_lists(&[("prl-1", 5), ("prl-2", 5)]);
    let cases: Vec<(Vec<&str>, Vec<&str>, usize)> = vec![
        (vec![&two, &named], vec!["prl-1: ?", "prl-2: 80-80 8000-8999"], 0),
        (vec![&wrapped, &two], vec!["prl-1: ?", "prl-2: 80-80 8000-8999"], 0),
        // The only list.
        (vec![&one], vec![], 1),
    ];
    for (documents, expected, untied) in cases {
        let estate = estate(&documents);
        assert_eq!(shown_ports(&estate), expected, "{documents:?}");
        assert_eq!(untied_of(&estate), untied, "{documents:?}");
    }
}

/// Lists with their room, documents of entries, what the lists then hold, and how many documents are left over.
type Elimination<'t> = (Vec<(&'t str, u32)>, Vec<&'t str>, Vec<&'t str>, usize);

#[test]
fn elimination_takes_only_what_fits_alone() {
    let (small, large) = (ports(&["80/80"]), ports(&["1/1", "2/2", "3/3"]));
    let other = ports(&["81/81"]);
    let cases: Vec<Elimination<'_>> = vec![
        (vec![("prl-1", 5)], vec![&small], vec!["prl-1: 80-80"], 0),
        (vec![("prl-1", 5)], vec![&small, &small], vec!["prl-1: 80-80"], 0),
        (vec![("prl-1", 5), ("prl-2", 5)], vec![&small], vec!["prl-1: ?", "prl-2: ?"], 1),
        // Room decides: the large one only fits one list, which leaves the other for the small one.
        (
            vec![("prl-1", 1), ("prl-2", 5)],
            vec![&small, &large],
            vec!["prl-1: 80-80", "prl-2: 1-1 2-2 3-3"],
            0,
        ),
        (vec![("prl-1", 2)], vec![&large], vec!["prl-1: ?"], 1),
        // Two that both fit only one list: neither is taken.
        (vec![("prl-1", 5)], vec![&small, &other], vec!["prl-1: ?"], 2),
    ];
    for (lists, entries, expected, untied) in cases {
        let listed = port_lists(&lists);
        let documents: Vec<&str> = [listed.as_str()].into_iter().chain(entries).collect();
        let estate = estate(&documents);
        assert_eq!(shown_ports(&estate), expected, "{documents:?}");
        assert_eq!(untied_of(&estate), untied, "{documents:?}");
    }
}

#[test]
fn entries_that_fit_nowhere_are_told_with_the_lists_that_want_some() {
    let lists = port_lists(&[("prl-2", 5), ("prl-1", 5)]);
    let told =
        |documents: &[&str]| gaps(&estate(documents)).into_iter().find(|gap| gap.contains("tied")).unwrap();
    let advice = "keep the request with the response, or add a `PortRangeListId` to it";
    assert_eq!(
        told(&[&lists, &ports(&["80/80"])]),
        format!(
            "1.json: entries of a port list cannot be tied to a list, for they do not name it (prl-2, prl-1 are without \
             entries): {advice}"
        )
    );
    assert_eq!(
        told(&[&ports(&["80/80"])]),
        format!(
            "0.json: entries of a port list cannot be tied to a list, for they do not name it (no list is without \
             entries): {advice}"
        )
    );
}

#[test]
fn a_list_that_only_a_rule_names_can_be_the_one() {
    let rule = r#"{"SecurityGroupRuleId": "sgr-1", "Direction": "ingress", "IpProtocol": "TCP", "PortRange": "",
        "PortRangeListId": "prl-1", "Policy": "Accept", "Priority": 1, "SourceCidrIp": "10.0.0.0/8"}"#;
    let estate = estate(&[&listing("sg-1"), &attribute("sg-1", rule), &ports(&["80/80"])]);
    assert_eq!(rules_of(&estate, "sg-1"), ["ingress#1 p1 allow tcp prl-1 from 10.0.0.0/8"]);
    assert_eq!(shown_ports(&estate), ["prl-1: 80-80"]);
    assert_eq!(gaps(&estate), [] as [&str; 0]);
}

#[test]
fn broken_port_entries_leave_the_list_open() {
    let estate = estate(&[&port_lists(&[("prl-1", 5)]), &ports(&["80/80", "http"])]);
    assert_eq!(shown_ports(&estate), ["prl-1: 80-80?"]);
    assert_eq!(
        gaps(&estate),
        ["prl-1: entry `http` is not a range of ports from 1 to 65535 such as `22/22` (in `1.json`)"]
    );
}
