//! Set operations, on whatever sets.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| portreeve_fuzz::netset_algebra(bytes));
