//! Passwords: kept as argon2id, with the parameters that OWASP recommends.
//! Source: <https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#argon2id>.

use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

/// The fewest characters of a password.
const SHORTEST: usize = 12;
/// The most bytes of a password: more would only cost time.
const LONGEST: usize = 1024;

/// The hash of no password: held against what is typed for a name that nobody has, so that time does not tell which names there are.
static NOBODYS: LazyLock<Option<String>> = LazyLock::new(|| hash("nobody has this password").ok());

/// The hash of a password, as the store keeps it.
///
/// # Errors
/// When the password is too short or too long, and when the system has no random bits.
pub(crate) fn hash(password: &str) -> Result<String, String> {
    if password.chars().count() < SHORTEST {
        return Err(format!("the password is too short: take {SHORTEST} characters or more"));
    }
    if password.len() > LONGEST {
        return Err(format!("the password is too long: take {LONGEST} bytes at most"));
    }
    let hash: PasswordHash = Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(|why| format!("the password cannot be hashed: {why}"))?;
    Ok(hash.to_string())
}

/// Whether this is the password of that hash. Without a hash it never is, and takes as long.
pub(crate) fn verify(password: &str, hash: Option<&str>) -> bool {
    let against = hash.or(NOBODYS.as_deref()).and_then(|hash| PasswordHash::new(hash).ok());
    let fits = against.is_some_and(|against| {
        password.len() <= LONGEST && Argon2::default().verify_password(password.as_bytes(), &against).is_ok()
    });
    fits && hash.is_some()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_its_own_hash_only() {
        let kept = hash("correct horse battery").unwrap();
        // 19 MiB, two passes and one lane are the least that OWASP asks for.
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert_ne!(kept, hash("correct horse battery").unwrap(), "each hash has its own salt");
        assert!(verify("correct horse battery", Some(&kept)));
        assert!(!verify("correct horse batterz", Some(&kept)));
        assert!(!verify("nobody has this password", None));
        assert!(!verify("anything at all", Some("no hash")));
    }

    #[test]
    fn passwords_have_a_length() {
        assert!(hash("elevenchars").unwrap_err().contains("too short"));
        assert!(hash("twelve chars").is_ok());
        assert!(hash(&"a".repeat(1025)).unwrap_err().contains("too long"));
    }
}
