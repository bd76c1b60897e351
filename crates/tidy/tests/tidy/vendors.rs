//! Below the providers nothing knows a vendor by name: what differs between clouds is a value.

use crate::files;
use crate::source::{self, Source};

/// The rooms that must work for every cloud.
const NEUTRAL: [&str; 8] = ["netset", "model", "engine", "checks", "explain", "fix", "verify", "certificate"];

const VENDORS: [&str; 13] = [
    "alibaba",
    "aliyun",
    "amazon",
    "aws",
    "azure",
    "ecs",
    "gcp",
    "google",
    "huawei",
    "hwcloud",
    "nova",
    "openstack",
    "tencent",
];

/// The words of an identifier or a literal: `AlibabaBasic` and `alibaba_basic` both hold `alibaba`, `laws` is one word.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for letter in text.chars() {
        if !letter.is_alphanumeric() || (letter.is_uppercase() && was_lower) {
            words.push(String::new());
        }
        was_lower = letter.is_lowercase();
        if let (true, Some(word)) = (letter.is_alphanumeric(), words.last_mut()) {
            word.extend(letter.to_lowercase());
        }
    }
    words
}

#[test]
fn no_vendor_is_known_below_the_providers() {
    let mut complaints = Vec::new();
    for path in NEUTRAL.iter().flat_map(|room| source::production(&format!("crates/{room}"))) {
        for text in Source::read(&path).words() {
            if let Some(vendor) = words(&text).iter().find(|word| VENDORS.contains(&word.as_str())) {
                complaints.push(format!("{}: `{vendor}` in {text}", path.display()));
            }
        }
    }
    files::no_complaints(&complaints);
}

#[test]
fn words_are_found_in_every_spelling() {
    for (text, expected) in [
        ("AlibabaBasic", true),
        ("alibaba_basic", true),
        ("\"see the AWS console\"", true),
        ("deny_laws", false),
        ("ALIYUN", true),
        ("drawsNear", false),
    ] {
        assert_eq!(words(text).iter().any(|word| VENDORS.contains(&word.as_str())), expected, "{text}");
    }
}
