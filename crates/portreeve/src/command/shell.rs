//! Words of a POSIX shell, and of the query language inside them.

use portreeve_report::plain;

/// A text as one word, whatever it holds.
pub(super) fn word(text: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || "_./:@%+=,-".contains(c);
    if !text.is_empty() && text.chars().all(safe) {
        return text.to_owned();
    }
    if !text.contains('\'') {
        return format!("'{text}'");
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        if matches!(c, '"' | '\\' | '$' | '`') {
            out.push('\\');
        }
        out.push(c);
    }
    out + "\""
}

/// An option with its value. A value that starts with a dash would be taken for an option of its own.
pub(super) fn option(name: &str, value: &str) -> String {
    if value.starts_with('-') {
        format!(" --{name}={}", word(value))
    } else {
        format!(" --{name} {}", word(value))
    }
}

/// Text as a comment of one line.
pub(super) fn comment(text: &str) -> String {
    format!("# {}", plain(text))
}

/// A condition that a field of a `JMESPath` query says just this (<https://jmespath.org/specification.html>, raw strings).
pub(super) fn equals(field: &str, value: &str) -> String {
    format!("{field}=={}", literal(value))
}

fn literal(value: &str) -> String {
    format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// A condition that a field is one of several words.
pub(super) fn one_of(field: &str, values: &[String]) -> String {
    let each: Vec<String> = values.iter().map(|value| equals(field, value)).collect();
    if each.len() == 1 { each.concat() } else { format!("({})", each.join(" || ")) }
}
