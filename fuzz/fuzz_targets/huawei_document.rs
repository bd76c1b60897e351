//! The parser of Huawei Cloud documents, with whatever bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| portreeve_fuzz::huawei_document(bytes));
