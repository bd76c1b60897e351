//! Tests that hold the house; there is nothing here to use. They are in `tests/tidy`, one file for each thing held.
