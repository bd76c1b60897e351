//! Lines for a terminal: labels in a column, text beside them, wrapped between words.

use std::fmt::Display;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use portreeve_checks::Risk;
use textwrap::{WordSeparator, WordSplitter, WrapAlgorithm};

use crate::Options;

/// Columns before the labels of a finding, and the width of a label.
const MARGIN: usize = 4;
const LABEL: usize = 10;
/// A space at which no line ends.
const NO_BREAK: &str = "\u{a0}";
/// Text is never squeezed below this, however narrow the terminal.
const NARROWEST: usize = 24;

/// Something to write lines to.
pub(crate) struct Page<'w> {
    out: &'w mut dyn Write,
    width: usize,
    color: bool,
    written: bool,
}

impl<'w> Page<'w> {
    pub(crate) fn new(out: &'w mut dyn Write, options: &Options) -> Self {
        Self { out, width: options.width, color: options.color, written: false }
    }

    /// A style, or none where colours are off.
    fn style(&self, style: Style) -> Style {
        if self.color { style } else { Style::new() }
    }

    /// The start of a block: an empty line before it, a coloured tag, a bold name if it has one, and plain words.
    pub(crate) fn heading(&mut self, tag: &str, style: Style, name: &str, words: &str) -> io::Result<()> {
        self.gap()?;
        let (tag_style, bold) = (self.style(style.bold()), self.style(Style::new().bold()));
        let name_gap = if name.is_empty() { "" } else { "  " };
        let used = tag.len() + name_gap.len() + name.len() + 2;
        let lines = wrap(words, self.width.saturating_sub(used));
        let mut lines = lines.iter();
        let first = lines.next().map_or("", String::as_str);
        writeln!(self.out, "{tag_style}{tag}{tag_style:#}{name_gap}{bold}{name}{bold:#}  {first}")?;
        for line in lines {
            writeln!(self.out, "{:used$}{line}", "")?;
        }
        Ok(())
    }

    /// Words under a heading.
    pub(crate) fn note(&mut self, words: &str) -> io::Result<()> {
        self.indented(2, 2, words)
    }

    /// The start of a finding: a bold subject and marks of it.
    pub(crate) fn subject(&mut self, subject: &str, marks: &[String]) -> io::Result<()> {
        let bold = self.style(Style::new().bold());
        // A mark of several words stays on one line.
        let marks = marks.iter().map(|mark| mark.replace(' ', NO_BREAK));
        let words: Vec<String> = std::iter::once(subject.to_owned()).chain(marks).collect();
        let lines = wrap(&words.join("  "), self.width.saturating_sub(4));
        for (at, line) in lines.iter().map(|line| line.replace(NO_BREAK, " ")).enumerate() {
            // A subject that is itself wrapped stays plain: rare, and not worth styles across lines.
            let (start, rest) = line.strip_prefix(subject).map_or(("", &*line), |rest| (subject, rest));
            let margin = if at == 0 { 2 } else { 4 };
            writeln!(self.out, "{:margin$}{bold}{start}{bold:#}{rest}", "")?;
        }
        Ok(())
    }

    /// A label and its text.
    pub(crate) fn field(&mut self, label: &str, text: &str) -> io::Result<()> {
        self.styled_field(label, Style::new().dimmed(), text)
    }

    /// A label in a style, and its text.
    pub(crate) fn styled_field(&mut self, label: &str, style: Style, text: &str) -> io::Result<()> {
        let style = self.style(style);
        let indent = MARGIN + LABEL;
        for (at, line) in wrap(text, self.width.saturating_sub(indent)).iter().enumerate() {
            let label = if at == 0 { label } else { "" };
            let pad = LABEL.saturating_sub(label.len());
            writeln!(self.out, "{:MARGIN$}{style}{label}{style:#}{:pad$}{line}", "", "")?;
        }
        Ok(())
    }

    /// Text with a margin, its further lines indented deeper.
    pub(crate) fn indented(&mut self, first: usize, rest: usize, text: &str) -> io::Result<()> {
        self.written = true;
        for (at, line) in wrap(text, self.width.saturating_sub(rest.max(first))).iter().enumerate() {
            let margin = if at == 0 { first } else { rest };
            writeln!(self.out, "{:margin$}{line}", "")?;
        }
        Ok(())
    }

    /// An empty line, but not at the top.
    pub(crate) fn gap(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.written, true) { writeln!(self.out) } else { Ok(()) }
    }

    /// One bold line, never wrapped.
    pub(crate) fn last_line(&mut self, text: impl Display) -> io::Result<()> {
        self.gap()?;
        let bold = self.style(Style::new().bold());
        writeln!(self.out, "{bold}{text}{bold:#}")
    }
}

/// The colour of a risk.
pub(crate) fn risk_style(risk: Risk) -> Style {
    match risk {
        Risk::High => AnsiColor::Red.on_default(),
        Risk::Medium => AnsiColor::Yellow.on_default(),
        Risk::Low => AnsiColor::Cyan.on_default(),
        Risk::Info => Style::new().dimmed(),
    }
}

/// Lines of at most `width` columns. Ids and prefixes are never broken: people copy them.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let options = textwrap::Options::new(width.max(NARROWEST))
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    textwrap::wrap(text, options).into_iter().map(std::borrow::Cow::into_owned).collect()
}
