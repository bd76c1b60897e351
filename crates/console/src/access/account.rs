//! The users of a console, as its pages and the command line look after them.

use portreeve_store::{By, Holder, Moment, NewToken, NewUser, Store, StoreError, User, UserChange};

use super::password::hash;
use super::secret::{api_token, digest};
use super::{Role, UnknownRole};
use crate::record::now;

/// The longest name of a user, in bytes.
const LONGEST_NAME: usize = 64;

/// Why something about a user cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The request makes no sense, or would leave nobody who can put it right.
    #[error("{0}")]
    Refused(String),
    /// There is no such role.
    #[error(transparent)]
    Role(#[from] UnknownRole),
    /// The store has trouble.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The system has no random bits.
    #[error("the system gives no random bits: {0}")]
    Random(#[from] std::io::Error),
}

/// The users of a store, looked after by somebody. Everything blocks.
#[derive(Debug, Clone, Copy)]
pub struct Accounts<'s> {
    /// The store.
    pub store: &'s Store,
    /// Who does it, for the audit log.
    pub who: &'s str,
}

impl Accounts<'_> {
    fn by(&self) -> By<'_> {
        By { who: self.who, at: now() }
    }

    /// Adds a user. The first one has to be an administrator, because from then on everybody has to log in.
    ///
    /// # Errors
    /// When the name or the password will not do, when the name is taken, and when the store fails.
    pub fn add(&self, name: &str, role: Role, password: &str) -> Result<(), AccountError> {
        let fits = |c: char| c.is_ascii_alphanumeric() || "._@+-".contains(c);
        if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(fits) || name == "local" {
            let why = format!(
                "`{name}` cannot be a user's name: take up to {LONGEST_NAME} letters, digits and `.`, `_`, `@`, `+`, `-`, and \
                 not `local`, which is whoever needs no login"
            );
            return Err(AccountError::Refused(why));
        }
        if role != Role::Admin && !self.store.users()?.iter().any(is_admin) {
            let why = "there is no administrator yet: add one first".to_owned();
            return Err(AccountError::Refused(why));
        }
        let password_hash = hash(password).map_err(AccountError::Refused)?;
        let new = NewUser { name, password_hash: &password_hash, role: role.as_str() };
        Ok(self.store.add_user(self.by(), &new)?)
    }

    /// Gives a user another role.
    ///
    /// # Errors
    /// When there is no such user, when no administrator would be left, and when the store fails.
    pub fn set_role(&self, name: &str, role: Role) -> Result<(), AccountError> {
        if role != Role::Admin {
            self.keep_an_admin(name)?;
        }
        self.change(name, UserChange { role: Some(role.as_str()), ..UserChange::default() })
    }

    /// Gives a user another password, which ends the sessions of the user.
    ///
    /// # Errors
    /// When there is no such user, when the password will not do, and when the store fails.
    pub fn set_password(&self, name: &str, password: &str) -> Result<(), AccountError> {
        let hash = hash(password).map_err(AccountError::Refused)?;
        self.change(name, UserChange { password_hash: Some(&hash), ..UserChange::default() })
    }

    /// Keeps a user out, or lets the user in again. Sessions end, and tokens of the user do not count meanwhile.
    ///
    /// # Errors
    /// When there is no such user, when no administrator would be left, and when the store fails.
    pub fn set_disabled(&self, name: &str, disabled: bool) -> Result<(), AccountError> {
        if disabled {
            self.keep_an_admin(name)?;
        }
        self.change(name, UserChange { disabled: Some(disabled), ..UserChange::default() })
    }

    /// Makes a token of the API for a user and gives it: nobody can find it out later.
    ///
    /// # Errors
    /// When there is no such user or only a disabled one, and when the store fails.
    pub fn add_token(
        &self,
        user: &str,
        name: &str,
        expires: Option<Moment>,
    ) -> Result<(i64, String), AccountError> {
        if name.is_empty() || name.len() > LONGEST_NAME {
            let why = format!("a token needs a name of up to {LONGEST_NAME} bytes, such as what will use it");
            return Err(AccountError::Refused(why));
        }
        let secret = api_token()?;
        let new = NewToken { name, holder: Holder::User(user), hash: &digest(&secret), expires };
        Ok((self.store.add_token(self.by(), &new)?, secret))
    }

    /// Revokes a token.
    ///
    /// # Errors
    /// When there is no such token that counts, and when the store fails.
    pub fn revoke_token(&self, id: i64) -> Result<(), AccountError> {
        Ok(self.store.revoke_token(self.by(), id)?)
    }

    fn change(&self, name: &str, change: UserChange<'_>) -> Result<(), AccountError> {
        Ok(self.store.change_user(self.by(), name, &change)?)
    }

    /// Refuses to take the last administrator away.
    fn keep_an_admin(&self, name: &str) -> Result<(), AccountError> {
        let users = self.store.users()?;
        let mut admins = users.iter().filter(|user| is_admin(user)).peekable();
        if admins.peek().is_none() || admins.any(|user| user.name != name) {
            return Ok(());
        }
        let why = format!("`{name}` is the only administrator: make somebody else one first");
        Err(AccountError::Refused(why))
    }
}

fn is_admin(user: &User) -> bool {
    user.role == Role::Admin.as_str() && !user.disabled
}
