//! Documents as the vendor prints them, with slots for what differs from object to object.

use std::fmt;

use crate::layout;

/// A document with slots: `${name}` inside a string is replaced by text, a whole string `"@name"` by JSON.
#[derive(Debug)]
pub struct Template {
    pieces: Vec<Piece>,
}

#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Slot(String),
}

/// How slots begin and end.
const SLOTS: [(&str, char); 2] = [("${", '}'), ("\"@", '"')];

impl Template {
    /// Reads a template in the vendor's own formatting.
    pub fn new(text: &str) -> Self {
        let compact = layout::compact(text);
        let mut pieces = Vec::new();
        let mut rest = compact.as_str();
        while let Some((text, slot, after)) = split_at_slot(rest) {
            pieces.push(Piece::Text(text.to_owned()));
            pieces.push(Piece::Slot(slot.to_owned()));
            rest = after;
        }
        pieces.push(Piece::Text(rest.to_owned()));
        Self { pieces }
    }

    /// Appends the document on one line; `fill` writes what a slot's name stands for.
    ///
    /// # Errors
    /// Whatever `fill` fails with; it should fail for a name that it does not know.
    pub fn render(
        &self,
        out: &mut String,
        mut fill: impl FnMut(&str, &mut String) -> fmt::Result,
    ) -> fmt::Result {
        self.pieces.iter().try_for_each(|piece| match piece {
            Piece::Text(text) => {
                out.push_str(text);
                Ok(())
            }
            Piece::Slot(name) => fill(name, out),
        })
    }
}

/// What is before the first slot, its name, and what is after it.
fn split_at_slot(text: &str) -> Option<(&str, &str, &str)> {
    let (at, start, end) =
        SLOTS.iter().filter_map(|(start, end)| Some((text.find(start)?, *start, *end))).min()?;
    let (before, from_slot) = text.split_at(at);
    let (name, after) = from_slot.strip_prefix(start)?.split_once(end)?;
    Some((before, name, after))
}

/// Text that a function writes when it is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Written<F>(pub F);

impl<F: Fn(&mut fmt::Formatter<'_>) -> fmt::Result> fmt::Display for Written<F> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        (self.0)(out)
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::Template;

    #[test]
    fn slots_are_filled_with_text_and_with_json() {
        let template = Template::new("{\n\t\"Id\": \"sg-${id}\",\n\t\"Rules\": \"@rules\"\n}");
        let mut out = String::new();
        let filled = template.render(&mut out, |slot, out| match slot {
            "id" => write!(out, "{}", 7),
            "rules" => out.write_str("[1,2]"),
            _ => Err(std::fmt::Error),
        });
        assert_eq!((filled, out.as_str()), (Ok(()), r#"{"Id":"sg-7","Rules":[1,2]}"#));
    }

    #[test]
    fn an_unknown_slot_is_an_error() {
        let filled = Template::new("\"${name}\"").render(&mut String::new(), |_, _| Err(std::fmt::Error));
        assert!(filled.is_err());
    }
}
