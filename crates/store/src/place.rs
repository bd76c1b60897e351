//! Where a store is: a file, or a database on a server.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::StoreError;

/// What stays as it is in the path of an address.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_');

/// Where a store is. It is written without its password.
#[derive(Clone, PartialEq, Eq)]
pub enum Place {
    /// An `SQLite` file.
    File(PathBuf),
    /// A `PostgreSQL` database, as `postgres://user:password@host:port/database?sslmode=require`.
    Server(String),
}

impl FromStr for Place {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme)) {
            return Ok(Self::Server(text.to_owned()));
        }
        if text.is_empty() || text == "-" || text.contains("://") || text.contains('\0') {
            return Err(StoreError::Place(Self::Server(text.to_owned()).to_string()));
        }
        Ok(Self::File(PathBuf::from(text)))
    }
}

impl From<&Path> for Place {
    fn from(path: &Path) -> Self {
        Self::File(path.to_path_buf())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Server(address) => {
                // Whoever may read a log need not know the password, which stands before the `@` or in the query.
                let address = address.split_once(['?', '#']).map_or(address.as_str(), |(before, _)| before);
                match (address.split_once("://"), address.rsplit_once('@')) {
                    (Some((scheme, _)), Some((_, after))) => write!(f, "{scheme}://{after}"),
                    _ => f.write_str(address),
                }
            }
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Place({self})")
    }
}

impl Place {
    /// The address as the library takes it; the file is made where `create` says so.
    pub(crate) fn address(&self, create: bool) -> Result<String, StoreError> {
        match self {
            Self::Server(address) => Ok(address.clone()),
            Self::File(path) => {
                let open = |why: String| StoreError::Open { place: self.to_string(), why };
                let name = path.file_name().ok_or_else(|| StoreError::Place(self.to_string()))?;
                let folder = match path.parent() {
                    Some(parent) if parent != Path::new("") => parent,
                    _ => Path::new("."),
                };
                let whole = fs::canonicalize(folder)
                    .map_err(|why| open(format!("its folder `{}`: {why}", folder.display())))?
                    .join(name);
                if !create && !whole.exists() {
                    return Err(StoreError::Missing(self.to_string()));
                }
                let text = whole.to_str().ok_or_else(|| open("its path is no UTF-8".to_owned()))?;
                let mode = if create { "rwc" } else { "rw" };
                Ok(format!("sqlite://{}?mode={mode}", utf8_percent_encode(text, PLAIN)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_apart_and_hide_passwords() {
        for (text, shown) in [
            ("portreeve.db", "portreeve.db"),
            ("a b/c%20d?.db", "a b/c%20d?.db"),
            ("postgres://me:secret@db.example:5432/portreeve", "postgres://db.example:5432/portreeve"),
            ("postgresql://db/portreeve?password=secret", "postgresql://db/portreeve"),
            ("postgres://me:se@cret@db/x", "postgres://db/x"),
        ] {
            let place: Place = text.parse().unwrap();
            assert_eq!(place.to_string(), shown);
            assert!(!format!("{place:?}").contains("cret"));
        }
        for text in ["", "-", "mysql://me:secret@db/x", "a\0b"] {
            let error = text.parse::<Place>().unwrap_err().to_string();
            assert!(error.contains("names no store") && !error.contains("secret"), "{error}");
        }
    }
}
