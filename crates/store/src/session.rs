//! Sessions of users: known by the SHA-256 of a secret that only the user's browser has.

use crate::audit::{self, By};
use crate::user::{end_sessions, find_enabled};
use crate::{Moment, Store, StoreError, User};

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Who is logged in.
    pub user: User,
    /// Since when.
    pub created: Moment,
    /// From when on no more.
    pub expires: Moment,
}

impl Store {
    /// Begins a session of a user; `hash` is the SHA-256 of its secret.
    ///
    /// # Errors
    /// When there is no such user or only a disabled one, and when the database fails.
    pub fn add_session(
        &self,
        by: By<'_>,
        hash: &[u8; 32],
        user: &str,
        expires: Moment,
    ) -> Result<(), StoreError> {
        let mut work = self.write()?;
        find_enabled(&mut work, user)?.ok_or_else(|| self.unknown_user(user))?;
        let id = work.number("SELECT COALESCE(MAX(id), 0) FROM session", &[])? + 1;
        let values = [id.into(), hash.as_slice().into(), user.into(), by.at.0.into(), expires.0.into()];
        work.insert("session (id, hash, user_name, created_ms, expires_ms)", 5, &values)?;
        audit::note(&mut work, by, "login", user, "")?;
        work.commit()
    }

    /// The session with this secret, if it still lasts and its user may log in. This only reads.
    ///
    /// # Errors
    /// When the database fails.
    pub fn session(&self, hash: &[u8; 32], now: Moment) -> Result<Option<Session>, StoreError> {
        let mut work = self.read()?;
        let sql = "SELECT user_name, created_ms, expires_ms FROM session WHERE hash = ? AND expires_ms > ?";
        let Some(row) = work.first(sql, &[hash.as_slice().into(), now.0.into()])? else { return Ok(None) };
        let user = find_enabled(&mut work, &row.text(0))?;
        Ok(user.map(|user| Session { user, created: Moment(row.int(1)), expires: Moment(row.int(2)) }))
    }

    /// Ends a session, and tells whether there was one.
    ///
    /// # Errors
    /// When the database fails.
    pub fn remove_session(&self, by: By<'_>, hash: &[u8; 32]) -> Result<bool, StoreError> {
        let mut work = self.write()?;
        let hash = [hash.as_slice().into()];
        let Some(row) = work.first("SELECT user_name FROM session WHERE hash = ?", &hash)? else {
            return Ok(false);
        };
        work.run("DELETE FROM session WHERE hash = ?", &hash)?;
        audit::note(&mut work, by, "logout", &row.text(0), "")?;
        work.commit()?;
        Ok(true)
    }

    /// Ends all sessions of a user, and tells how many.
    ///
    /// # Errors
    /// When the database fails.
    pub fn remove_sessions(&self, by: By<'_>, user: &str) -> Result<u64, StoreError> {
        let mut work = self.write()?;
        let ended = end_sessions(&mut work, user)?;
        if ended > 0 {
            audit::note(&mut work, by, "logout", user, &ended.to_string())?;
            work.commit()?;
        }
        Ok(ended)
    }

    /// Clears away sessions that have expired, and tells how many. That changes nothing for anybody, so no audit log tells it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn sweep_sessions(&self, now: Moment) -> Result<u64, StoreError> {
        let mut work = self.write()?;
        let swept = work.run("DELETE FROM session WHERE expires_ms <= ?", &[now.0.into()])?;
        work.commit()?;
        Ok(swept)
    }
}
