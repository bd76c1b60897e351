//! The parser of Alibaba Cloud documents, with whatever bytes.
#![no_main]

#[path = "../properties.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::alibaba_document(bytes));
