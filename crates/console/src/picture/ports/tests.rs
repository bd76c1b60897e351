//! The picture of ports and sources.

use portreeve::checks::{Open, Opening};
use portreeve::model::Direction;

use super::{MOST, ports, rows};

const NO: Open = Open::No;
const YES: Open = Open::Yes;

fn opening(protocol: Option<u8>, first: u16, last: u16, to: [Open; 5]) -> Opening {
    Opening { protocol, ports: (first, last), to }
}

#[test]
fn a_row_says_how_far_out_its_ports_are_open() {
    // The classes of an opening are: everyone, wide blocks, public addresses, private addresses, groups.
    let cases = [
        ([YES, YES, YES, YES, NO], "tcp/22 from everyone, private addresses"),
        ([NO, YES, YES, YES, NO], "tcp/22 from wide public blocks, private addresses"),
        ([NO, NO, YES, NO, NO], "tcp/22 from some public addresses"),
        ([NO, NO, NO, NO, YES], "tcp/22 from members of groups"),
        ([NO, NO, NO, NO, Open::Perhaps], "tcp/22 perhaps from members of groups"),
        (
            [NO, NO, YES, NO, Open::Perhaps],
            "tcp/22 from some public addresses, and perhaps from members of groups",
        ),
    ];
    for (to, expected) in cases {
        let rows = rows(&[opening(Some(6), 22, 22, to)]);
        let told: Vec<String> = rows.iter().map(|row| row.sentence(Direction::Ingress)).collect();
        assert_eq!(told, [expected], "{to:?}");
    }
}

#[test]
fn the_picture_has_a_row_for_each_stretch_and_a_cell_for_each_class() {
    let openings = [
        opening(Some(6), 80, 80, [YES; 5]),
        opening(Some(6), 9200, 9300, [NO, NO, NO, NO, YES]),
        opening(None, 0, u16::MAX, [NO, NO, NO, YES, NO]),
    ];
    let svg = ports(&openings, Direction::Ingress, "in").into_string();
    assert_eq!(svg.matches("<rect").count(), 3 * 5);
    assert_eq!(svg.matches("class=\"open").count(), 5 + 1 + 1);
    for label in ["tcp/80", "tcp/9200-9300", "other protocols"] {
        assert!(svg.contains(&format!(">{label}</text>")), "{label}: {svg}");
    }
    assert!(svg.contains(r#"role="img""#) && svg.contains(r#"aria-labelledby="in-title in-words""#), "{svg}");
    assert!(!svg.contains("style="), "the policy for content forbids inline styles");
}

#[test]
fn all_protocols_are_called_so_where_none_is_told_apart() {
    let all = rows(&[opening(None, 0, u16::MAX, [YES; 5])]);
    assert_eq!(all.first().map(|row| row.label.as_str()), Some("all protocols"));
}

#[test]
fn many_stretches_that_are_open_alike_share_a_row() {
    let many: Vec<Opening> =
        (0..100).map(|at| opening(Some(6), at * 2 + 2, at * 2 + 2, [YES, YES, YES, YES, NO])).collect();
    assert_eq!(rows(&many).len(), 1);
    let few = many.get(..MOST).unwrap();
    assert_eq!(rows(few).len(), MOST, "what fits is told apart");
    let svg = ports(&many, Direction::Ingress, "in").into_string();
    assert!(svg.len() < 20_000, "{} bytes", svg.len());
}
