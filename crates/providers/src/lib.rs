//! Parsers from a cloud's API documents to the neutral estate.
