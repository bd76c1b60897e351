//! Edits in words, with whatever text.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| portreeve_fuzz::edit_words(bytes));
