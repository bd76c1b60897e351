//! Users of a console. What a password is and what a role may do is the caller's business: here they are texts.

use crate::audit::{self, By};
use crate::database::{Row, Work};
use crate::{Moment, Store, StoreError};

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The name, which nobody else has.
    pub name: String,
    /// What a caller made of the password, such as a PHC string.
    pub password_hash: String,
    /// `viewer`, `operator` or `admin`.
    pub role: String,
    /// Whether the user may not log in for now. Sessions and tokens of the user are not found either.
    pub disabled: bool,
    /// When the user was added.
    pub created: Moment,
    /// When anything about the user was changed last.
    pub changed: Moment,
}

/// A user who is added.
#[derive(Debug, Clone, Copy)]
pub struct NewUser<'a> {
    /// The name.
    pub name: &'a str,
    /// What a caller made of the password.
    pub password_hash: &'a str,
    /// `viewer`, `operator` or `admin`.
    pub role: &'a str,
}

/// What is to be changed of a user; the rest stays.
#[derive(Debug, Clone, Copy, Default)]
pub struct UserChange<'a> {
    /// What a caller made of a new password. All sessions of the user end.
    pub password_hash: Option<&'a str>,
    /// Another role.
    pub role: Option<&'a str>,
    /// Whether the user may not log in for now. If so, all sessions of the user end.
    pub disabled: Option<bool>,
}

const USER: &str = "SELECT name, password_hash, role, disabled, created_ms, changed_ms FROM console_user";

fn user(row: &Row) -> User {
    User {
        name: row.text(0),
        password_hash: row.text(1),
        role: row.text(2),
        disabled: row.int(3) == 1,
        created: Moment(row.int(4)),
        changed: Moment(row.int(5)),
    }
}

pub(crate) fn find(work: &mut Work<'_>, name: &str) -> Result<Option<User>, StoreError> {
    Ok(work.first(&format!("{USER} WHERE name = ?"), &[name.into()])?.as_ref().map(user))
}

/// A user who may log in.
pub(crate) fn find_enabled(work: &mut Work<'_>, name: &str) -> Result<Option<User>, StoreError> {
    Ok(find(work, name)?.filter(|user| !user.disabled))
}

impl Store {
    /// Adds a user.
    ///
    /// # Errors
    /// When the name is taken, and when the database fails.
    pub fn add_user(&self, by: By<'_>, new: &NewUser<'_>) -> Result<(), StoreError> {
        let mut work = self.write()?;
        if find(&mut work, new.name)?.is_some() {
            return Err(StoreError::Taken {
                place: self.place().to_string(),
                what: format!("user `{}`", new.name),
            });
        }
        let id = work.number("SELECT COALESCE(MAX(id), 0) FROM console_user", &[])? + 1;
        let values = [
            id.into(),
            new.name.into(),
            new.password_hash.into(),
            new.role.into(),
            0.into(),
            by.at.0.into(),
            by.at.0.into(),
        ];
        let into = "console_user (id, name, password_hash, role, disabled, created_ms, changed_ms)";
        work.insert(into, 7, &values)?;
        audit::note(&mut work, by, "add-user", new.name, new.role)?;
        work.commit()
    }

    /// Changes a user. The audit log tells what, but of a password only that it is another.
    ///
    /// # Errors
    /// When there is no such user, and when the database fails.
    pub fn change_user(&self, by: By<'_>, name: &str, change: &UserChange<'_>) -> Result<(), StoreError> {
        let mut work = self.write()?;
        let user = find(&mut work, name)?.ok_or_else(|| self.unknown_user(name))?;
        let disabled = change.disabled.unwrap_or(user.disabled);
        let values = [
            change.password_hash.unwrap_or(&user.password_hash).into(),
            change.role.unwrap_or(&user.role).into(),
            i64::from(disabled).into(),
            by.at.0.into(),
            name.into(),
        ];
        let sql = "UPDATE console_user SET password_hash = ?, role = ?, disabled = ?, changed_ms = ? WHERE name = ?";
        work.run(sql, &values)?;
        if disabled || change.password_hash.is_some() {
            end_sessions(&mut work, name)?;
        }
        audit::note(&mut work, by, "change-user", name, &told(change))?;
        work.commit()
    }

    /// Removes a user, ends all sessions of the user and revokes the tokens.
    ///
    /// # Errors
    /// When there is no such user, and when the database fails.
    pub fn remove_user(&self, by: By<'_>, name: &str) -> Result<(), StoreError> {
        let mut work = self.write()?;
        if work.run("DELETE FROM console_user WHERE name = ?", &[name.into()])? == 0 {
            return Err(self.unknown_user(name));
        }
        end_sessions(&mut work, name)?;
        // Another user may get the name later.
        let sql = "UPDATE api_token SET revoked_ms = ? WHERE user_name = ? AND role = '' AND revoked_ms = 0";
        work.run(sql, &[by.at.0.max(1).into(), name.into()])?;
        audit::note(&mut work, by, "remove-user", name, "")?;
        work.commit()
    }

    /// All users, in the order in which they were added.
    ///
    /// # Errors
    /// When the database fails.
    pub fn users(&self) -> Result<Vec<User>, StoreError> {
        Ok(self.read()?.rows(&format!("{USER} ORDER BY id"), &[])?.iter().map(user).collect())
    }

    /// One user. Names are told apart by every letter, upper and lower case too.
    ///
    /// # Errors
    /// When the database fails.
    pub fn user(&self, name: &str) -> Result<Option<User>, StoreError> {
        find(&mut self.read()?, name)
    }

    pub(crate) fn unknown_user(&self, name: &str) -> StoreError {
        self.unknown(&format!("user `{name}`"))
    }
}

pub(crate) fn end_sessions(work: &mut Work<'_>, user: &str) -> Result<u64, StoreError> {
    work.run("DELETE FROM session WHERE user_name = ?", &[user.into()])
}

fn told(change: &UserChange<'_>) -> String {
    let mut told = Vec::new();
    told.extend(change.password_hash.map(|_| "password".to_owned()));
    told.extend(change.role.map(|role| format!("role {role}")));
    told.extend(change.disabled.map(|disabled| if disabled { "disabled" } else { "enabled" }.to_owned()));
    told.join(", ")
}
