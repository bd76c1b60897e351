//! Words to edits, and what is said of words that are none.

use super::{Wish, WishedPeer, parse};

#[test]
fn every_form_is_read_and_said_again() {
    // (as typed, as it is said)
    let cases = [
        (
            "sg-x: allow tcp 443 from 0.0.0.0/0 priority 10 in",
            "\"sg-x\": allow tcp 443 from 0.0.0.0/0 priority 10 in",
        ),
        (
            "add to sg-x (web): allow tcp 22 from 10.0.0.1/32 priority 1 in",
            "\"sg-x\": allow tcp 22 from 10.0.0.1/32 priority 1 in",
        ),
        ("sg-x : Drop UDP/53,8000-8080 to any out", "\"sg-x\": deny udp 53,8000-8080 to any out"),
        ("sg-x: accept all from sg-y", "\"sg-x\": allow all from group \"sg-y\" in"),
        (
            "sg-x: allow icmp from 10.0.0.7 as \"ping, please\"",
            "\"sg-x\": allow icmp from 10.0.0.7/32 in as \"ping, please\"",
        ),
        ("sg-x: allow 47 from 2001:db8::/32", "\"sg-x\": allow gre from 2001:db8::/32 in"),
        (
            "sg-x: allow tcp 1/65535 from list pl-1 source ports 1024-65535",
            "\"sg-x\": allow tcp 1-65535 from group \"pl-1\" source ports 1024-65535 in",
        ),
        ("\"web servers\": remove sgr-1", "\"web servers\": remove \"sgr-1\""),
        ("remove rule sgr-1 of sg-x (web)", "\"sg-x\": remove \"sgr-1\""),
        ("remove sg-x#ingress/2", "remove \"sg-x#ingress/2\""),
        (
            "sg-x: change sgr-1 to deny tcp 22 from any",
            "\"sg-x\": change \"sgr-1\" to deny tcp 22 from any in",
        ),
        ("join i-1 sg-x at 2", "join \"i-1\" \"sg-x\" at 2"),
        ("leave eni-1 sg-x", "leave \"eni-1\" \"sg-x\""),
        ("create sg-new like sg-x", "create \"sg-new\" like \"sg-x\""),
        ("create sg-new in vpc-1", "create \"sg-new\" in \"vpc-1\""),
        ("create sg-new", "create \"sg-new\""),
        ("clone sg-x as sg-y", "clone \"sg-x\" as \"sg-y\""),
        ("delete sg-x", "delete \"sg-x\""),
    ];
    for (typed, said) in cases {
        let wish = parse(typed).unwrap_or_else(|why| panic!("{typed}: {why}"));
        assert_eq!(wish.to_string(), said, "{typed}");
        assert_eq!(parse(said).as_ref(), Ok(&wish), "{typed}");
    }
}

#[test]
fn an_error_names_the_word_and_what_was_expected() {
    // (as typed, words of the error)
    let cases: [(&str, &[&str]); 16] = [
        ("", &["an edit is empty"]),
        ("   ", &["an edit is empty"]),
        ("alow sg-x", &["`alow` is not an edit"]),
        ("sg-x: alow tcp from any", &["`alow` is not a rule", "`allow` or `deny`"]),
        ("sg-x: allow tpc 443 from any", &["`tpc` is not a protocol"]),
        ("sg-x: allow tcp 443", &["ends after `443`", "`from` or `to`"]),
        ("sg-x: allow tcp from", &["ends after `from`", "a peer"]),
        ("sg-x: allow tcp 443-80 from any", &["`443-80` is not ports"]),
        ("sg-x: allow tcp 70000 from any", &["`70000` is not ports"]),
        ("sg-x: allow tcp 22 from 10.0.0.0/33", &["`10.0.0.0/33`", "prefix is too long"]),
        ("sg-x: allow tcp 22 from any out", &["`out` is not `in`", "`from`"]),
        ("sg-x: allow tcp 22 from any priority high", &["`high` is not a priority"]),
        ("sg-x: allow tcp 22 from any sometimes", &["`sometimes` is not `priority N`"]),
        ("join i-1", &["ends after `i-1`", "a group"]),
        ("delete sg-x sg-y", &["complete before `sg-y`"]),
        ("sg-x: allow tcp 22 from any as \"half", &["`\"half`", "not closed"]),
    ];
    for (typed, expected) in cases {
        let said = parse(typed).expect_err(typed).to_string();
        for words in expected {
            assert!(said.contains(words), "{typed}: `{words}` is not in: {said}");
        }
    }
}

#[test]
fn a_quoted_word_is_no_keyword() {
    let wish = parse("sg-x: allow tcp from group \"any\"").unwrap();
    let Wish::Add { rule, .. } = wish else { panic!("{wish:?}") };
    assert_eq!(rule.peer, WishedPeer::Named("any".to_owned()));
}
