//! The verifier of certificates, with whatever bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| portreeve_fuzz::certificate(bytes));
