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
        let mut cursor = Cursor::new(text.as_bytes(), 0);
        assert_eq!(tree(&mut cursor).unwrap(), expected, "{text}");
        assert_eq!(cursor.next_value(), None);

        let mut cursor = Cursor::new(text.as_bytes(), 0);
        cursor.skip().unwrap();
        assert_eq!(cursor.next_value(), None, "skipping ends where reading does: {text}");
    }
}

#[test]
fn text_that_ends_early_is_cut_wherever_it_ends() {
    for text in TEXTS {
        let text = text.trim().as_bytes();
        for end in 0..text.len() {
            let cut = &text[..end];
            assert_eq!(
                Cursor::new(cut, 0).skip().unwrap_err().kind,
                FaultKind::Cut,
                "skip {end} of {text:?}"
            );
            assert_eq!(tree(&mut Cursor::new(cut, 0)).unwrap_err().kind, FaultKind::Cut, "{end} of {text:?}");
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
        let fault = tree(&mut Cursor::new(text.as_bytes(), 0)).unwrap_err();
        assert_eq!(fault, Fault { at, kind: FaultKind::Bad(what) }, "{text}");
    }
    let latin1 = [b'"', 0xe9, b'"'];
    let fault = Cursor::new(&latin1, 0).text().unwrap_err();
    assert_eq!(fault, Fault { at: 1, kind: FaultKind::Bad("text is not UTF-8: convert the file") });
}

#[test]
fn values_of_another_kind_are_skipped_and_told() {
    let mut cursor = Cursor::new(br#"{"list": "no", "text": {"a": 1}, "n": 5, "nothing": null}"#, 0);
    let mut texts = Vec::new();
    cursor
        .object(|cursor, key| match key {
            b"list" => cursor.rows(Cursor::skip),
            b"nothing" => cursor.rows(Cursor::skip),
            _ => cursor.text().map(|text| texts.push(text)),
        })
        .unwrap();
    assert_eq!(texts, [None, Some(Cow::Borrowed("5"))]);
    assert_eq!(cursor.take_odd(), Some(Odd { at: 9, expected: "a list" }), "the first is told");
    assert_eq!(cursor.take_odd(), None);
}

#[test]
fn lists_may_be_wrapped_once_or_twice() {
    for text in [r#"{"Tag": [1, 2]}"#, "[1, 2]", r#"{"A": [1], "B": null, "C": [2]}"#] {
        let mut seen = Vec::new();
        let mut cursor = Cursor::new(text.as_bytes(), 0);
        cursor.rows(|cursor| cursor.text().map(|text| seen.push(text.unwrap()))).unwrap();
        assert_eq!(seen, ["1", "2"], "{text}");
    }
}

#[test]
fn a_million_brackets_do_not_fill_the_stack() {
    let deep = "[".repeat(1_000_000);
    assert_eq!(Cursor::new(deep.as_bytes(), 0).skip().unwrap_err().kind, FaultKind::Cut);
    let closed = deep.clone() + &"]".repeat(1_000_000);
    assert_eq!(Cursor::new(closed.as_bytes(), 0).skip(), Ok(()));
}

#[test]
fn string_ends_are_found_at_every_distance() {
    for stop in [b'"', b'\\', b'\n', 0] {
        for len in 0..40 {
            let mut text = vec![b'a'; len];
            // Bytes just beside the stops must not be taken for them.
            text.iter_mut()
                .enumerate()
                .for_each(|(n, byte)| *byte = [b'a', b'!', b'#', b' ', 0x80, 0xff, b'[', b']'][n % 8]);
            text.push(stop);
            text.extend_from_slice(b"\"\\\n after");
            assert_eq!(text::string_stop(&text, 0), len, "{stop} after {len}");
        }
    }
    assert_eq!(text::string_stop(b"no end here", 0), 11);
}
