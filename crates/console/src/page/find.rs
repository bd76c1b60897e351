//! Search without copying: names are many, and each is short.

/// Where a text holds what was typed, whatever the case of ASCII letters.
pub(super) fn find(text: &str, typed: &str) -> Option<usize> {
    let (text, typed) = (text.as_bytes(), typed.as_bytes());
    let Some(first) = typed.first() else { return Some(0) };
    let starts = 0..=text.len().checked_sub(typed.len())?;
    let matches = |start: &usize| {
        let part = text.get(*start..*start + typed.len());
        part.is_some_and(|part| {
            part.first().is_some_and(|letter| letter.eq_ignore_ascii_case(first))
                && part.eq_ignore_ascii_case(typed)
        })
    };
    starts.into_iter().find(matches)
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn a_text_is_found_whatever_its_case() {
        for (text, typed, expected) in [
            ("Shop-Cache", "cache", Some(5)),
            ("Shop", "SHOP", Some(0)),
            ("Shop", "shops", None),
            ("", "a", None),
            ("a", "", Some(0)),
            ("größe", "SSE", None),
            ("größe", "größe", Some(0)),
        ] {
            assert_eq!(find(text, typed), expected, "{text} {typed}");
        }
    }
}
