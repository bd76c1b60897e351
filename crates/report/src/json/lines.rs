//! JSON with one finding to a line: as small as compact, and yet `grep` and `diff` can work on it.

use std::io::{self, Write};

use serde_json::ser::Formatter;

/// Breaks lines in the outermost object and in the arrays of one depth, nowhere else.
#[derive(Debug)]
pub(crate) struct Lines {
    rows: usize,
    depth: usize,
    filled: bool,
}

/// How deep the outermost object is.
const TOP: usize = 1;

impl Lines {
    /// Gives the elements of arrays at a depth a line each; the outermost object is at depth 1.
    pub(crate) fn of_rows_at(depth: usize) -> Self {
        Self { rows: depth, depth: 0, filled: false }
    }

    fn open<W: ?Sized + Write>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.filled = false;
        out.write_all(bracket)
    }

    fn close<W: ?Sized + Write>(&mut self, out: &mut W, depth: usize, bracket: &[u8]) -> io::Result<()> {
        if self.depth == depth && self.filled {
            out.write_all(if depth == TOP { b"\n" } else { b"\n  " })?;
        }
        self.depth = self.depth.saturating_sub(1);
        self.filled = true;
        out.write_all(bracket)
    }

    fn next<W: ?Sized + Write>(&self, out: &mut W, first: bool, depth: usize) -> io::Result<()> {
        if !first {
            out.write_all(b",")?;
        }
        match (self.depth == depth, depth) {
            (true, TOP) => out.write_all(b"\n  "),
            (true, _) => out.write_all(b"\n    "),
            (false, _) if !first => out.write_all(b" "),
            _ => Ok(()),
        }
    }
}

impl Formatter for Lines {
    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.open(out, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, TOP, b"}")
    }

    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.open(out, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, self.rows, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.next(out, first, self.rows)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.filled = true;
        Ok(())
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.next(out, first, TOP)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.filled = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Serialize;

    fn written(value: &serde_json::Value) -> String {
        let mut out = Vec::new();
        value.serialize(&mut serde_json::Serializer::with_formatter(&mut out, Lines::of_rows_at(2))).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn rows_of_the_arrays_of_a_depth_have_a_line_each() {
        let value = serde_json::json!({"a": {"b": [1, 2]}, "e": [], "r": [{"x": [], "y": [[1], {}]}, 2]});
        let expected = "{\n  \"a\": {\"b\": [1, 2]},\n  \"e\": [],\n  \"r\": [\n    {\"x\": [], \"y\": [[1], {}]},\n    2\n  ]\n}";
        assert_eq!(written(&value), expected);
    }

    #[test]
    fn an_empty_object_stays_on_its_line() {
        assert_eq!(written(&serde_json::json!({})), "{}");
    }
}
