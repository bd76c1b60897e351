//! The parser of our own against a library's, and by itself on what no library reads so.

use super::value::Value as _;
use super::*;
use serde_json::Value;
use smallvec::SmallVec;

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

objects! {
    /// An object with values of all kinds.
    Sample {
        b"text" => text: Cow<'a, str>,
        b"may" => may: Option<Cow<'a, str>>,
        b"on" => on: bool,
        b"list" => list: SmallVec<[Cow<'a, str>; 2]>,
        b"inner" => inner: Inner<'a>,
    }

    /// An object within an object.
    Inner {
        b"id" => id: Cow<'a, str>,
    }
}

/// Reads all objects of a text with what was learnt from those before, and each as if it were the first.
fn assert_read_alike(objects: &[String]) {
    let text = objects.join("\n");
    let mut cursor = Cursor::new(&text);
    for object in objects {
        let mut fresh = Cursor::new(object);
        let expected = Sample::read(&mut fresh);
        assert_eq!(Sample::read(&mut cursor), expected, "{object} in {text}");
        assert_eq!(cursor.take_odd(), fresh.take_odd(), "{object} in {text}");
        if expected.is_err() {
            break;
        }
    }
}

#[test]
fn objects_that_look_like_those_before_read_as_if_they_were_the_first() {
    let cases: [&[&str]; 8] = [
        // A value that begins like the one before, and one that ends the object earlier or later.
        &[
            r#"{"x": 4, "text": "a"}"#,
            r#"{"x": 42, "text": "a"}"#,
            r#"{"x": 4}"#,
            r#"{"x": 4, "text": "a", "on": true}"#,
        ],
        // What was the default before, and what is again.
        &[
            r#"{"text":"","on":false}"#,
            r#"{"text":"a","on":true}"#,
            r#"{"text":"","on":false}"#,
            r#"{"text":"","on":true}"#,
        ],
        &[r#"{"may":null,"list":[]}"#, r#"{"may":"","list":["b"]}"#, r#"{"may":null,"list":[]}"#],
        // Of a key that is there twice the last one counts.
        &[r#"{"text":"a","text":""}"#, r#"{"text":"b","text":""}"#, r#"{"text":"","text":"c"}"#],
        // What is of another kind is told each time.
        &[r#"{"inner":[],"list":"x"}"#, r#"{"inner":[],"list":"x"}"#, r#"{"inner":{"id":"i"},"list":"x"}"#],
        &[r#"{"text":"a","skipped":{"text":"b"}}"#, r#"{"skipped":{"text":"b"},"text":"a"}"#],
        &["null", r#"{"text":"a"}"#, "null", "7", r#"{"text":"a"}"#, "{}", "{}", "{ }"],
        &[r#"{"text":"a","x":1}"#, r#"{"text":"a" "x":1}"#],
    ];
    for objects in cases {
        assert_read_alike(&objects.iter().map(ToString::to_string).collect::<Vec<_>>());
    }
}

#[test]
fn random_objects_read_as_if_they_were_the_first() {
    let mut random = fastrand::Rng::with_seed(11);
    let keys = ["text", "may", "on", "list", "inner", "x", "y"];
    let values = [
        r#""""#,
        r#""a""#,
        r#""a,b""#,
        "null",
        "true",
        "4",
        "42",
        "[]",
        r#"["a"]"#,
        r#"{"id":"i"}"#,
        r#"{"id":""}"#,
    ];
    for _ in 0..2000 {
        let mut fields: Vec<(&str, usize)> = Vec::new();
        for key in keys {
            if random.u8(..4) > 0 {
                fields.push((key, random.usize(..values.len())));
            }
        }
        let objects: Vec<String> = (0..8)
            .map(|_| {
                match random.u8(..8) {
                    0 => random.shuffle(&mut fields),
                    1 => drop(fields.pop()),
                    2 => fields.push(("text", random.usize(..values.len()))),
                    _ => {}
                }
                for (_, value) in &mut fields {
                    if random.u8(..4) == 0 {
                        *value = random.usize(..values.len());
                    }
                }
                let fields: Vec<String> =
                    fields.iter().map(|(key, value)| format!(r#""{key}":{}"#, values[*value])).collect();
                format!("{{{}}}", fields.join(","))
            })
            .collect();
        assert_read_alike(&objects);
    }
}
