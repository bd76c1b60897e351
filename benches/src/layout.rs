//! From indented JSON to one line and back, without looking at what it says.

/// Takes all space outside strings away.
pub fn compact(text: &str) -> String {
    let mut strings = Strings::default();
    text.chars()
        .filter(|&character| strings.is_inside(character) || !character.is_ascii_whitespace())
        .collect()
}

/// Indents one compact document with tabs, one member or element a line, as the vendor's command line prints it.
pub fn indent(document: &str, out: &mut String) {
    let mut strings = Strings::default();
    let mut depth = 0;
    let mut before = '\0';
    for character in document.chars() {
        if strings.is_inside(character) {
            open_if_filled(out, before, depth);
            out.push(character);
        } else {
            match character {
                '{' | '[' => {
                    open_if_filled(out, before, depth);
                    out.push(character);
                    depth += 1;
                }
                '}' | ']' => {
                    depth -= 1;
                    if !matches!(before, '{' | '[') {
                        new_line(out, depth);
                    }
                    out.push(character);
                }
                ',' => {
                    out.push(',');
                    new_line(out, depth);
                }
                ':' => out.push_str(": "),
                _ => {
                    open_if_filled(out, before, depth);
                    out.push(character);
                }
            }
        }
        before = if strings.within { '"' } else { character };
    }
}

/// A bracket stays on its line until something follows that is not its end.
fn open_if_filled(out: &mut String, before: char, depth: usize) {
    if matches!(before, '{' | '[') {
        new_line(out, depth);
    }
}

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n('\t', depth));
}

/// Follows a document character by character and knows which belong to a string.
#[derive(Default)]
struct Strings {
    within: bool,
    escaped: bool,
}

impl Strings {
    /// Whether this character belongs to a string, its quotes included.
    fn is_inside(&mut self, character: char) -> bool {
        let was_within = self.within;
        if self.escaped {
            self.escaped = false;
        } else if self.within && character == '\\' {
            self.escaped = true;
        } else if character == '"' {
            self.within = !self.within;
        }
        was_within || self.within
    }
}

#[cfg(test)]
mod tests {
    use super::{compact, indent};

    fn both_ways(indented: &str, on_one_line: &str) {
        assert_eq!(compact(indented), on_one_line);
        let mut again = String::new();
        indent(on_one_line, &mut again);
        assert_eq!(again, indented);
    }

    #[test]
    fn nesting_becomes_tabs() {
        both_ways(
            "{\n\t\"a\": [\n\t\t1,\n\t\t{\n\t\t\t\"b\": \"\"\n\t\t}\n\t],\n\t\"c\": true\n}",
            r#"{"a":[1,{"b":""}],"c":true}"#,
        );
    }

    #[test]
    fn empty_brackets_stay_together() {
        both_ways("{\n\t\"a\": [],\n\t\"b\": {}\n}", r#"{"a":[],"b":{}}"#);
    }

    #[test]
    fn strings_keep_their_punctuation() {
        both_ways("{\n\t\"a, b\": \"{ \\\" : [\"\n}", r#"{"a, b":"{ \" : ["}"#);
    }
}
