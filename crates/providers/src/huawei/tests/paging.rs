//! Whether listings are whole, and which rules a listing of rules tells of.

use portreeve_model::Listing;

use super::{estate, gaps, group};

fn groups(ids: &[&str], next: &str) -> String {
    let rows: Vec<String> = ids
        .iter()
        .map(|id| format!(r#"{{"id": "{id}", "name": "{id}", "project_id": "p", "created_at": "2025"}}"#))
        .collect();
    let next = if next.is_empty() { String::new() } else { format!(r#", "next_marker": "{next}""#) };
    format!(
        r#"{{"security_groups": [{}], "page_info": {{"previous_marker": "x", "current_count": {}{next}}}}}"#,
        rows.join(", "),
        ids.len()
    )
}

fn rule(id: &str, group: &str, direction: &str) -> String {
    format!(
        r#"{{"id": "{id}", "security_group_id": "{group}", "direction": "{direction}", "ethertype": "IPv4", "protocol": "tcp",
            "multiport": "22", "action": "allow", "priority": 1, "project_id": "p", "remote_ip_prefix": "10.0.0.0/8"}}"#
    )
}

fn rules(rows: &[String], next: &str) -> String {
    let next = if next.is_empty() { String::new() } else { format!(r#", "next_marker": "{next}""#) };
    format!(r#"{{"security_group_rules": [{}], "page_info": {{"current_count": 1{next}}}}}"#, rows.join(", "))
}

#[test]
fn a_page_that_names_a_next_one_needs_a_last_one() {
    let (first, last) = (groups(&["a", "b"], "b"), groups(&["c"], ""));
    let both = rules(&[rule("1", "a", "ingress"), rule("2", "b", "egress")], "");
    for documents in [[&first, &last, &both], [&last, &first, &both]] {
        let estate = estate(&documents.map(String::as_str));
        assert_eq!(estate.coverage.groups, Listing::Complete);
        assert_eq!(gaps(&estate), [] as [&str; 0]);
    }
    let estate = estate(&[&first, &both]);
    assert!(matches!(estate.coverage.groups, Listing::Partial(_)));
    assert_eq!(
        gaps(&estate),
        [
            "0.json: further security groups are not in the input, which has no last page of them: run `hcloud VPC \
          ListSecurityGroups/v3` for all pages"
        ]
    );
}

/// Without its request no page tells which one came before it.
#[test]
fn a_page_in_the_middle_is_missed_where_the_requests_are_known() {
    let page = |marker: &str, ids: &[&str], next: &str| {
        let asked = if marker.is_empty() { String::new() } else { format!(r#", "marker": "{marker}""#) };
        format!(
            r#"{{"request": {{"Action": "ListSecurityGroups"{asked}}}, "response": {}}}"#,
            groups(ids, next)
        )
    };
    let all = [page("", &["a", "b"], "b"), page("b", &["c", "d"], "d"), page("d", &["e"], "")];
    let whole: Vec<&str> = all.iter().map(String::as_str).collect();
    assert_eq!(estate(&whole).coverage.groups, Listing::Complete);
    for missing in 0..3 {
        let rest: Vec<&str> =
            whole.iter().enumerate().filter(|(at, _)| *at != missing).map(|(_, page)| *page).collect();
        let cut = estate(&rest);
        assert!(matches!(cut.coverage.groups, Listing::Partial(_)), "without page {missing}");
        assert!(
            gaps(&cut)
                .iter()
                .any(|gap| gap.contains("a page of security groups is not in the input: run `hcloud VPC")),
            "{:?}",
            gaps(&cut)
        );
    }
    let short = groups(&["a", "b"], "").replace(r#""current_count": 2"#, r#""current_count": 3"#);
    assert!(matches!(estate(&[&short]).coverage.groups, Listing::Partial(_)), "a row of the page is gone");
}

#[test]
fn rules_behind_a_missing_page_leave_every_group_open() {
    let estate = estate(&[
        &groups(&["a", "b"], ""),
        &rules(&[rule("1", "a", "ingress"), rule("2", "a", "egress")], "2"),
    ]);
    for id in ["a", "b"] {
        assert!(group(&estate, id).incomplete.iter().all(Option::is_some), "{id}");
    }
}

/// A listing of rules does not say how it was filtered: one of a single group tells of that group only, one of a single direction
/// of that direction only.
#[test]
fn a_listing_that_may_be_filtered_tells_of_what_it_shows() {
    let both = |id: &str| [rule(&format!("{id}1"), id, "ingress"), rule(&format!("{id}2"), id, "egress")];
    let cases = [
        ([both("a"), both("b")].concat(), "a", [false, false]),
        // A group without rules denies everything.
        ([both("a"), both("b")].concat(), "c", [false, false]),
        (both("a").to_vec(), "a", [false, false]),
        (both("a").to_vec(), "b", [true, true]),
        (vec![rule("1", "a", "ingress"), rule("2", "b", "ingress")], "a", [false, true]),
        (vec![], "a", [true, true]),
    ];
    for (rows, id, open) in cases {
        let estate = estate(&[&groups(&["a", "b", "c"], ""), &rules(&rows, "")]);
        let incomplete = group(&estate, id).incomplete.map(|gap| gap.is_some());
        assert_eq!(incomplete, open, "{id} after {rows:?}");
    }
}

#[test]
fn a_group_without_any_rules_in_the_input_says_how_to_get_them() {
    let estate = estate(&[&groups(&["a"], "")]);
    assert_eq!(
        gaps(&estate),
        ["a: rules of a are not in the input: run `hcloud VPC ShowSecurityGroup/v3 --security_group_id=a`"]
    );
}

#[test]
fn listings_that_count_end_when_all_are_seen() {
    let servers = |ids: &[&str], count: u32| {
        let rows: Vec<String> =
            ids.iter().map(|id| format!(r#"{{"id": "{id}", "tenant_id": "p"}}"#)).collect();
        format!(r#"{{"servers": [{}], "count": {count}}}"#, rows.join(", "))
    };
    let whole = estate(&[&servers(&["1", "2"], 3), &servers(&["3"], 3)]);
    assert_eq!(whole.coverage.instances, Listing::Complete);
    // The same page twice is no second page.
    let cut = estate(&[&servers(&["1", "2"], 3), &servers(&["1", "2"], 3)]);
    assert!(matches!(cut.coverage.instances, Listing::Partial(_)));
    assert_eq!(
        gaps(&cut),
        ["0.json: 2 of 3 servers are in the input: run `hcloud ECS ListServersDetails` for all pages"]
    );
}

#[test]
fn links_and_full_pages_name_a_next_page_too() {
    let peerings = |links: &str| format!(r#"{{"peerings": [{{"id": "1"}}]{links}}}"#);
    let next = peerings(r#", "peerings_links": [{"rel": "next", "href": "https://example.test?marker=1"}]"#);
    let previous = peerings(r#", "peerings_links": [{"rel": "previous", "marker": "1"}]"#);
    assert!(matches!(estate(&[&next]).coverage.peerings, Listing::Partial(_)));
    assert_eq!(estate(&[&previous]).coverage.peerings, Listing::Complete);
    assert_eq!(estate(&[&next, &previous]).coverage.peerings, Listing::Complete);
    let ports = |count: u32| {
        let rows: Vec<String> = (0..count)
            .map(|at| format!(r#"{{"id": "p{at}", "network_id": "n", "security_groups": []}}"#))
            .collect();
        format!(r#"{{"ports": [{}]}}"#, rows.join(","))
    };
    assert!(matches!(estate(&[&ports(2000)]).coverage.interfaces, Listing::Partial(_)));
    assert_eq!(estate(&[&ports(1999)]).coverage.interfaces, Listing::Complete);
}

#[test]
fn projects_are_listed_apart() {
    let other = groups(&["z"], "").replace(r#""project_id": "p""#, r#""project_id": "q""#);
    let estate = estate(&[&groups(&["a"], "a"), &other]);
    assert!(
        matches!(estate.coverage.groups, Listing::Partial(_)),
        "the last page of another project is none of this one"
    );
}
