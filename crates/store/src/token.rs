//! Tokens for programs: known by the SHA-256 of a secret that only the program has.

use crate::audit::{self, By};
use crate::database::Row;
use crate::user::find_enabled;
use crate::{Moment, Store, StoreError, User};

/// For whom a token speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder<T> {
    /// For a user, by name: it may do what the user may, as long as the user may.
    User(T),
    /// For nobody in particular: it may do what a role may.
    Role(T),
}

/// A token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Its number.
    pub id: i64,
    /// What people call it.
    pub name: String,
    /// For whom it speaks.
    pub holder: Holder<String>,
    /// When it was made.
    pub created: Moment,
    /// When it was used last, as far as the store was told.
    pub last_used: Option<Moment>,
    /// From when on it counts no more, if ever.
    pub expires: Option<Moment>,
    /// When it was revoked, if it was.
    pub revoked: Option<Moment>,
}

/// A token that is made.
#[derive(Debug, Clone, Copy)]
pub struct NewToken<'a> {
    /// What people call it. Several may have the same name.
    pub name: &'a str,
    /// For whom it speaks.
    pub holder: Holder<&'a str>,
    /// The SHA-256 of its secret.
    pub hash: &'a [u8; 32],
    /// From when on it counts no more, if ever.
    pub expires: Option<Moment>,
}

const TOKEN: &str =
    "SELECT id, name, user_name, role, created_ms, last_used_ms, expires_ms, revoked_ms FROM api_token";

fn token(row: &Row) -> ApiToken {
    let moment = |at| Some(Moment(row.int(at))).filter(|moment| moment.0 != 0);
    let role = row.text(3);
    ApiToken {
        id: row.int(0),
        name: row.text(1),
        holder: if role.is_empty() { Holder::User(row.text(2)) } else { Holder::Role(role) },
        created: Moment(row.int(4)),
        last_used: moment(5),
        expires: moment(6),
        revoked: moment(7),
    }
}

impl Store {
    /// Makes a token, and gives its number.
    ///
    /// # Errors
    /// When its user does not exist or is disabled, when its role is empty, and when the database fails.
    pub fn add_token(&self, by: By<'_>, new: &NewToken<'_>) -> Result<i64, StoreError> {
        let mut work = self.write()?;
        let (user, role) = match new.holder {
            Holder::User(user) => (user, ""),
            Holder::Role(role) => ("", role),
        };
        if role.is_empty() {
            find_enabled(&mut work, user)?.ok_or_else(|| self.unknown_user(user))?;
        }
        let id = work.number("SELECT COALESCE(MAX(id), 0) FROM api_token", &[])? + 1;
        let values = [
            id.into(),
            new.name.into(),
            user.into(),
            role.into(),
            new.hash.as_slice().into(),
            by.at.0.into(),
            0.into(),
            new.expires.map_or(0, |moment| moment.0).into(),
            0.into(),
        ];
        let into =
            "api_token (id, name, user_name, role, hash, created_ms, last_used_ms, expires_ms, revoked_ms)";
        work.insert(into, 9, &values)?;
        let whose = if role.is_empty() { format!("user {user}") } else { format!("role {role}") };
        audit::note(&mut work, by, "add-token", &format!("token {id}"), &format!("{}, {whose}", new.name))?;
        work.commit()?;
        Ok(id)
    }

    /// All tokens, those that were revoked or have expired too, in the order in which they were made.
    ///
    /// # Errors
    /// When the database fails.
    pub fn tokens(&self) -> Result<Vec<ApiToken>, StoreError> {
        Ok(self.read()?.rows(&format!("{TOKEN} ORDER BY id"), &[])?.iter().map(token).collect())
    }

    /// The token with this secret, if it counts now, and the user for whom it speaks. This only reads.
    ///
    /// # Errors
    /// When the database fails.
    pub fn token(
        &self,
        hash: &[u8; 32],
        now: Moment,
    ) -> Result<Option<(ApiToken, Option<User>)>, StoreError> {
        let mut work = self.read()?;
        let counts = "revoked_ms = 0 AND (expires_ms = 0 OR expires_ms > ?)";
        let sql = format!("{TOKEN} WHERE hash = ? AND {counts}");
        let row = work.first(&sql, &[hash.as_slice().into(), now.0.into()])?;
        let Some(token) = row.as_ref().map(token) else { return Ok(None) };
        match &token.holder {
            Holder::Role(_) => Ok(Some((token, None))),
            Holder::User(name) => {
                let user = find_enabled(&mut work, name)?;
                Ok(user.map(|user| (token, Some(user))))
            }
        }
    }

    /// Remembers that a token was used. As this writes, it has to wait for a run that is being written: call it now and then,
    /// and not with each request.
    ///
    /// # Errors
    /// When the database fails.
    pub fn token_used(&self, token: i64, at: Moment) -> Result<(), StoreError> {
        let mut work = self.write()?;
        let sql = "UPDATE api_token SET last_used_ms = ? WHERE id = ? AND last_used_ms < ?";
        work.run(sql, &[at.0.into(), token.into(), at.0.into()])?;
        work.commit()
    }

    /// Revokes a token. It is still remembered.
    ///
    /// # Errors
    /// When there is no such token that could be revoked, and when the database fails.
    pub fn revoke_token(&self, by: By<'_>, token: i64) -> Result<(), StoreError> {
        let mut work = self.write()?;
        let sql = "UPDATE api_token SET revoked_ms = ? WHERE id = ? AND revoked_ms = 0";
        if work.run(sql, &[by.at.0.max(1).into(), token.into()])? == 0 {
            return Err(self.unknown(&format!("token {token} that could be revoked")));
        }
        audit::note(&mut work, by, "revoke-token", &format!("token {token}"), "")?;
        work.commit()
    }
}
