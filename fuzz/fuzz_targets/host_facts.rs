//! The readers of what was collected on servers, with whatever bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| portreeve_fuzz::host_facts(bytes));
