//! The parser of Alibaba Cloud documents, with whatever bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| portreeve_fuzz::alibaba_document(bytes));
