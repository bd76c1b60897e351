//! Texts as they are stored: without NUL, which `PostgreSQL` takes in no text.

use std::borrow::Cow;

/// Starts an escape. It is a control character, so that whoever looks into the tables sees ordinary texts as they are.
const ESCAPE: char = '\u{1a}';

/// A text without NUL; most are the same.
pub(crate) fn encode(text: &str) -> Cow<'_, str> {
    if !text.contains(['\0', ESCAPE]) {
        return Cow::Borrowed(text);
    }
    let mut encoded = String::with_capacity(text.len() + 2);
    for letter in text.chars() {
        match letter {
            '\0' => encoded.extend([ESCAPE, '0']),
            ESCAPE => encoded.extend([ESCAPE, '1']),
            other => encoded.push(other),
        }
    }
    Cow::Owned(encoded)
}

/// The text that was encoded.
pub(crate) fn decode(text: String) -> String {
    if !text.contains(ESCAPE) {
        return text;
    }
    let mut decoded = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match (letter == ESCAPE).then(|| letters.next()) {
            None => decoded.push(letter),
            Some(Some('0')) => decoded.push('\0'),
            Some(_) => decoded.push(ESCAPE),
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back() {
        for (text, encoded) in [
            ("", ""),
            ("web'; DROP TABLE span; --", "web'; DROP TABLE span; --"),
            ("a\0b", "a\u{1a}0b"),
            ("\u{1a}0", "\u{1a}10"),
            ("\0\u{1a}\0", "\u{1a}0\u{1a}1\u{1a}0"),
        ] {
            assert_eq!(encode(text), encoded);
            assert_eq!(decode(encoded.to_owned()), text);
        }
    }
}
