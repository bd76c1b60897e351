//! Pictures: SVG from what the façade says, as pure functions. What they look like is in the style sheet.

pub(crate) mod ports;
