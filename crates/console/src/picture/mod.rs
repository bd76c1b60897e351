//! Pictures: SVG that is made on the server, coloured by the style sheet, each with its words for those who do not see it.

pub(crate) mod map;
pub(crate) mod path;
pub(crate) mod ports;
pub(crate) mod trend;

/// A text cut to so many characters, which the picture has room for.
pub(crate) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{kept}…")
}
