//! Notation, random estates, the naive oracle and the laws, for tests only.
