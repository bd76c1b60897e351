//! Secrets of sessions and tokens: made at random, kept only as their SHA-256.

use std::fmt::Write;
use std::io;

use sha2::{Digest, Sha256};

/// What tokens of the API begin with, so that scanners of leaked secrets know them.
const TOKEN: &str = "portreeve_";

/// A new secret of 256 random bits, in hexadecimal digits.
///
/// # Errors
/// When the system has no random bits.
pub(crate) fn secret() -> io::Result<String> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(hex(&bytes))
}

/// A new secret for a client of the API.
///
/// # Errors
/// When the system has no random bits.
pub(crate) fn api_token() -> io::Result<String> {
    Ok(format!("{TOKEN}{}", secret()?))
}

/// What the store knows a secret by.
pub(crate) fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret).into()
}

/// What the forms of whoever has this secret carry. The secret cannot be found from it, nor from what the store has.
pub(crate) fn form_token(secret: &str) -> String {
    hex(&digest(&format!("forms of {secret}")))
}

/// Whether two secrets are the same, in a time that tells nothing about them.
pub(crate) fn same(one: &str, other: &str) -> bool {
    digest(one) == digest(other)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
