//! Defuses other people's words: each target has characters that it would act on instead of showing them.

use std::borrow::Cow;
use std::fmt::Write;

/// Characters of a name or a description that are shown at most; vendors allow 256.
const LONGEST: usize = 300;

/// Whether a character could move the cursor, change the direction of writing or hide what stands beside it.
///
/// Control characters (C0, DEL, C1), the separators of lines and paragraphs, the marks, embeddings and isolates of
/// bidirectional text (the "trojan source" set), invisible operators, tags, interlinear marks and non-characters
/// (which XML forbids). The joiners U+200C and U+200D stay: some scripts need them.
fn is_treacherous(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{fdd0}'..='\u{fdef}'
                | '\u{e0000}'..='\u{e0fff}'
        )
        || u32::from(c) & 0xfffe == 0xfffe
}

/// The text with every treacherous character written out, as `\n`, `\x1b` or `\u{202e}`.
pub fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains(is_treacherous) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        // Writing to a string cannot fail.
        let _ = match c {
            '\n' => out.write_str("\\n"),
            '\r' => out.write_str("\\r"),
            '\t' => out.write_str("\\t"),
            c if u32::from(c) < 0x80 && is_treacherous(c) => write!(out, "\\x{:02x}", u32::from(c)),
            c if is_treacherous(c) => write!(out, "\\u{{{:x}}}", u32::from(c)),
            c => out.write_char(c),
        };
    }
    Cow::Owned(out)
}

/// A name or a description as [`plain`] text, cut where no vendor's would go on.
pub(crate) fn name(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => Cow::Owned(format!("{}…", plain(text.get(..end).unwrap_or(text)))),
        None => plain(text),
    }
}

/// A cell that no spreadsheet takes for a formula.
///
/// Cells that start with `=`, `+`, `-`, `@`, a tab or a carriage return get a leading apostrophe, as OWASP's page on
/// CSV injection advises: <https://owasp.org/www-community/attacks/CSV_Injection>.
pub(crate) fn cell(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// A code span that holds any text: the fence is longer than any run of backticks within, and hosts link neither names
/// nor addresses there.
pub(crate) fn code_span(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let text = plain(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A code span in a cell of a table, where a bar would end the cell even within code.
pub(crate) fn code_cell(text: &str) -> String {
    code_span(text).replace('|', "\\|")
}

/// A sentence for Markdown, also inside a table, in which nothing is markup, a link or a mention.
///
/// The place where a link is broken is marked with NUL in between, which [`plain`] leaves in no text.
pub(crate) fn prose(text: &str) -> String {
    const BREAK: &str = "&#8203;";
    let mut out = String::with_capacity(text.len() + 16);
    for c in plain(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '!' | '$' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    // Hosts look for mentions and bare addresses in the finished text, where a backslash is gone.
    for (linked, broken) in [("@", "@\0"), ("://", ":\0//"), ("www.", "www\0.")] {
        out = out.replace(linked, broken);
    }
    out.replace('\0', BREAK)
}

/// A message of SARIF, where brackets make links and braces make placeholders (2.1.0, sections 3.11.5 and 3.11.6).
pub(crate) fn sarif(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in plain(text).chars() {
        match c {
            '\\' | '[' | ']' => out.extend(['\\', c]),
            '{' => out.push_str("{{"),
            '}' => out.push_str("}}"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_treacherous_is_left_in_plain_text() {
        let cases = [
            ("web-1", "web-1"),
            ("büro 网关 👩\u{200d}💻", "büro 网关 👩\u{200d}💻"),
            ("a\x1b[2Jb", "a\\x1b[2Jb"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("line\r\nline\ttab\0", "line\\r\\nline\\ttab\\x00"),
            ("\u{202e}gnp.exe\u{2066}", "\\u{202e}gnp.exe\\u{2066}"),
            ("a\u{2028}b\u{200b}c\u{feff}", "a\\u{2028}b\\u{200b}c\\u{feff}"),
            ("\u{ffff}\u{1fffe}\u{e0041}", "\\u{ffff}\\u{1fffe}\\u{e0041}"),
            ("\x7f", "\\x7f"),
        ];
        for (hostile, shown) in cases {
            assert_eq!(plain(hostile), shown);
        }
    }

    #[test]
    fn a_long_name_is_cut_between_characters() {
        let long = "ü".repeat(LONGEST + 1);
        assert_eq!(name(&long).chars().count(), LONGEST + 1);
        assert!(name(&long).ends_with('…'));
        assert_eq!(name(&"ü".repeat(LONGEST)).chars().count(), LONGEST);
    }

    #[test]
    fn no_cell_is_a_formula() {
        for start in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(cell(start), format!("'{start}"));
        }
        for harmless in ["", "sg-1", "a=b", "1-2"] {
            assert_eq!(cell(harmless), harmless);
        }
    }

    #[test]
    fn a_code_span_holds_backticks_and_pipes() {
        let cases = [
            ("", ""),
            ("sg-1", "`sg-1`"),
            ("a`b", "``a`b``"),
            ("`a``b", "``` `a``b ```"),
            ("a|b", "`a|b`"),
            ("a\nb", "`a\\nb`"),
        ];
        for (text, span) in cases {
            assert_eq!(code_span(text), span, "{text:?}");
        }
        assert_eq!(code_cell("a|b"), "`a\\|b`");
    }

    #[test]
    fn prose_mentions_and_links_nobody() {
        let cases = [
            ("Allow port 22: no.", "Allow port 22: no."),
            ("@team", "@&#8203;team"),
            ("[x](http://evil)", "\\[x\\](http:&#8203;//evil)"),
            ("<img src=x>", "&lt;img src=x&gt;"),
            ("a|b *c* `d`", "a\\|b \\*c\\* \\`d\\`"),
            ("www.evil.example", "www&#8203;.evil.example"),
        ];
        for (text, shown) in cases {
            assert_eq!(prose(text), shown);
        }
    }

    #[test]
    fn a_sarif_message_has_no_links_and_placeholders_of_others() {
        assert_eq!(sarif("[a](b) {0} \\"), "\\[a\\](b) {{0}} \\\\");
    }
}
