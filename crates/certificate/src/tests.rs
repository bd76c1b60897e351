//! Ranges and blocks, and who everyone is.

use portreeve_verify::{Block, Range, Side, number};

use crate::boxes::{and, everyone, except, outside};

#[test]
fn ranges_are_taken_out_of_ranges() {
    let cases: [(Range, &[Range], &[Range]); 6] = [
        ((5, 5), &[(0, 3), (7, 9)], &[(5, 5)]),
        ((0, 9), &[(0, 3), (7, 9)], &[(4, 6)]),
        ((2, 8), &[(0, 3), (7, 9)], &[(4, 6)]),
        ((0, u128::MAX), &[(0, u128::MAX)], &[]),
        ((0, u128::MAX), &[(1, 1)], &[(0, 0), (2, u128::MAX)]),
        ((4, 6), &[], &[(4, 6)]),
    ];
    for (whole, taken, left) in cases {
        assert_eq!(outside(whole, taken), left, "{whole:?} without {taken:?}");
    }
}

#[test]
fn a_box_without_another_is_what_is_left() {
    let whole = Block::whole(false);
    let hole = whole.with(Side::Port, (22, 22)).with(Side::Peer, (10, 20));
    let rest = except(whole, &hole);
    let points =
        [(22, 10, false), (22, 21, true), (22, 20, false), (21, 10, true), (23, 0, true), (22, 9, true)];
    for (port, peer, expected) in points {
        let point = whole.with(Side::Port, (port, port)).with(Side::Peer, (peer, peer));
        let holding = rest.iter().filter(|part| except(point, part).is_empty()).count();
        assert_eq!(holding, usize::from(expected), "port {port}, peer {peer}");
    }
    assert!(except(hole, &whole).is_empty());
    assert_eq!(except(hole, &whole.with(Side::Port, (23, 23))), [hole]);
}

#[test]
fn everyone_is_who_the_contract_says() {
    let cases = [("8.8.8.8", true), ("10.1.2.3", false), ("203.0.113.9", false), ("224.0.0.1", false)];
    let cases = cases.into_iter().chain([
        ("2000::", true),
        ("2001:db8::1", true),
        ("4000::", false),
        ("fe80::1", false),
    ]);
    for (text, expected) in cases {
        let address: std::net::IpAddr = text.parse().unwrap();
        let at = number(address);
        assert_eq!(!and(&[(at, at)], &everyone(address.is_ipv6())).is_empty(), expected, "{text}");
    }
}
