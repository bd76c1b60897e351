//! The parser of our own against a library's, and by itself on what no library reads so.

use super::*;
use serde_json::Value;

fn tree(cursor: &mut Cursor<'_>) -> Step<Value> {
    Ok(match cursor.peek()? {
        b'{' => {
            let mut map = serde_json::Map::new();
            cursor.object(|cursor, key| {
                map.insert(String::from_utf8(key.to_vec()).unwrap(), tree(cursor)?);
                Ok(())
            })?;
            Value::Object(map)
        }
        b'[' => {
            let mut list = Vec::new();
            cursor.list(&mut |cursor| {
                list.push(tree(cursor)?);
                Ok(())
            })?;
            Value::Array(list)
        }
        b'"' => Value::String(cursor.text()?.unwrap().into_owned()),
        _ => match cursor.text()? {
            Some(text) => serde_json::from_str(&text).unwrap_or_default(),
            None => Value::Null,
        },
    })
}

const TEXTS: [&str; 6] = [
    r#"{"a": [1, -2.5e3, true, false, null, "x"], "b": {"c": {}}, "d": []}"#,
    "[\n\t{\"k\\u0065y\": \"v\\n\\\"\\\\\\/ \\ud83d\\ude00 \\u00e9 \\ud800x\"}\r\n]",
    r#"{"long string without any escape in it, over eight bytes": "0123456789abcdefghij"}"#,
    r#"{"umlaut": "bü\tro 数据中心版", "":""}"#,
    r#""only text""#,
    "  {}  ",
];

#[test]
fn values_read_as_serde_json_reads_them() {
    for text in TEXTS {
        // A lone surrogate is an error to serde_json and U+FFFD here.
        let expected: Value = serde_json::from_str(&text.replace("\\ud800", "\\ufffd")).unwrap();
        let mut cursor = Cursor::new(text);
        assert_eq!(tree(&mut cursor).unwrap(), expected, "{text}");
        assert_eq!(cursor.next_value(), None);

        let mut cursor = Cursor::new(text);
        cursor.skip().unwrap();
        assert_eq!(cursor.next_value(), None, "skipping ends where reading does: {text}");
    }
}

/// Why a step broke off.
fn fault<T: std::fmt::Debug>(text: &str, step: impl Fn(&mut Cursor<'_>) -> Step<T>) -> Fault {
    let mut cursor = Cursor::new(text);
    step(&mut cursor).unwrap_err();
    cursor.fault().unwrap()
}

fn skip(cursor: &mut Cursor<'_>) -> Step {
    cursor.skip()
}

#[test]
fn text_that_ends_early_is_cut_wherever_it_ends() {
    for text in TEXTS {
        let text = text.trim();
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            let cut = &text[..end];
            let expected = Fault { at: end, kind: FaultKind::Cut };
            assert_eq!(fault(cut, skip), expected, "skip {cut}");
            assert_eq!(fault(cut, tree), expected, "{cut}");
        }
    }
}

#[test]
fn what_is_not_json_is_bad_where_it_stands() {
    let cases = [
        ("<html>", 0, "expected a value"),
        ("{a: 1}", 1, "expected a key in quotes"),
        (r#"{"a" 1}"#, 5, "expected a colon after a key"),
        (r#"{"a": 1 "b": 2}"#, 8, "expected a comma or the end of an object"),
        (r#"{"a": [1 2]}"#, 9, "expected a comma or the end of a list"),
        (r#"{"a": nil}"#, 6, "expected a value"),
        ("{\"a\": \"b\n\"}", 8, "a string is not closed before its line ends"),
        (r#"{"a": "\x"}"#, 7, "unknown escape in a string"),
        (r#"{"a": "\u12g4"}"#, 7, "unknown escape in a string"),
        (r#"{"a": 1,}"#, 8, "expected a key in quotes"),
    ];
    for (text, at, what) in cases {
        assert_eq!(fault(text, tree), Fault { at, kind: FaultKind::Bad(what) }, "{text}");
    }
}

#[test]
fn values_of_another_kind_are_skipped_and_told() {
    let mut cursor = Cursor::new(r#"{"list": "no", "text": {"a": 1}, "n": 5, "nothing": null}"#);
    let mut texts = Vec::new();
    cursor
        .object(|cursor, key| match key {
            b"list" | b"nothing" => cursor.rows(Cursor::skip),
            _ => cursor.text().map(|text| texts.push(text)),
        })
        .unwrap();
    assert_eq!(texts, [None, Some(Cow::Borrowed("5"))]);
    assert_eq!(cursor.take_odd(), Some(Odd { expected: "a list" }), "the first is told");
    assert_eq!(cursor.take_odd(), None);
}

#[test]
fn lists_may_be_wrapped_once_or_twice() {
    for text in [r#"{"Tag": [1, 2]}"#, "[1, 2]", r#"{"A": [1], "B": null, "C": [2]}"#] {
        let mut seen = Vec::new();
        let mut cursor = Cursor::new(text);
        cursor.rows(|cursor| cursor.text().map(|text| seen.push(text.unwrap()))).unwrap();
        assert_eq!(seen, ["1", "2"], "{text}");
    }
}

#[test]
fn a_million_brackets_do_not_fill_the_stack() {
    let deep = "[".repeat(1_000_000);
    assert_eq!(fault(&deep, skip).kind, FaultKind::Cut);
    let closed = deep.clone() + &"]".repeat(1_000_000);
    assert_eq!(Cursor::new(&closed).skip(), Ok(()));
}

#[test]
fn string_ends_are_found_at_every_distance() {
    for stop in ["\"", "\\", "\n", "\0"] {
        for len in 0..200 {
            // Characters just beside the stops must not be taken for them.
            let mut text: String = "a!# \u{7f}[]ü".chars().cycle().take(len).collect();
            let expected = text.len();
            text.push_str(stop);
            let plain = text.clone();
            text.push_str(&"\"\\\n after".repeat(20));
            assert_eq!(Cursor::new(&text).string_stop(0), expected, "{stop:?} after {len}");
            assert_eq!(Cursor::new(&plain).string_stop(0), expected, "{stop:?} after {len} at the end");
        }
    }
    assert_eq!(Cursor::new("no end here").string_stop(0), 11);
}

#[test]
fn random_values_read_as_serde_json_reads_them() {
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..300 {
        let value = random_value(&mut random, 4);
        for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
            let text = format!("{text} {text}");
            let mut cursor = Cursor::new(&text);
            assert_eq!(tree(&mut cursor).unwrap(), value, "{text}");
            cursor.skip().unwrap();
            assert_eq!(cursor.next_value(), None, "{text}");
        }
    }
}

fn random_value(random: &mut fastrand::Rng, depth: u32) -> Value {
    match random.u32(..if depth == 0 { 5 } else { 8 }) {
        0 => Value::Null,
        1 => Value::Bool(random.bool()),
        2 => Value::from(random.i64(..)),
        3 | 4 => Value::String(random_text(random)),
        5 => (0..random.usize(..5)).map(|_| random_value(random, depth - 1)).collect(),
        _ => {
            let pair = |random: &mut fastrand::Rng| (random_text(random), random_value(random, depth - 1));
            Value::Object((0..random.usize(..5)).map(|_| pair(random)).collect())
        }
    }
}

fn random_text(random: &mut fastrand::Rng) -> String {
    const CHARACTERS: [char; 12] = ['a', 'Z', '0', '"', '\\', '\n', '{', ']', ',', 'ü', '数', '😀'];
    (0..random.usize(..40)).map(|_| CHARACTERS[random.usize(..CHARACTERS.len())]).collect()
}
