//! Words to edits and back to refusals.
