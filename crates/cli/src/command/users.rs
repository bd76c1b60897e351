//! `portreeve users`.

use std::io::{self, BufRead, IsTerminal, Write};

use portreeve::Verdict;
use portreeve::report::plain;
use portreeve_console::Accounts;
use portreeve_store::{Moment, Place, Store};

use super::store::{now, print, who};
use crate::args::{Users, UsersVerb};
use crate::fail::Fail;

const DAY: i64 = 24 * 3_600_000;

/// Does what was asked of the users of a store. The first one makes the store if need be.
pub(crate) fn run(options: &Users) -> Result<Verdict, Fail> {
    let place: Place = options.at.store.parse()?;
    let adds = matches!(options.what, UsersVerb::Add { .. });
    let store = if adds { Store::open(&place)? } else { Store::existing(&place)? };
    let accounts = Accounts { store: &store, who: &who() };
    match &options.what {
        UsersVerb::List => print(&list(&store)?)?,
        UsersVerb::Add { name, role } => accounts.add(name, *role, &password()?)?,
        UsersVerb::Password { name } => accounts.set_password(name, &password()?)?,
        UsersVerb::Role { name, role } => accounts.set_role(name, *role)?,
        UsersVerb::Disable { name } => accounts.set_disabled(name, true)?,
        UsersVerb::Enable { name } => accounts.set_disabled(name, false)?,
        UsersVerb::Token { name, label, days } => {
            let expires = Moment(now().0 + i64::from(*days) * DAY);
            let (_, secret) = accounts.add_token(name, label, Some(expires))?;
            print(&format!("{secret}\n"))?;
        }
    }
    Ok(Verdict::Clean)
}

fn list(store: &Store) -> Result<String, Fail> {
    let users = store.users()?;
    let width = users.iter().map(|user| user.name.len()).max().unwrap_or(0);
    let line = |user: &portreeve_store::User| {
        let disabled = if user.disabled { "  disabled" } else { "" };
        format!("{:width$}  {}{disabled}\n", plain(&user.name), plain(&user.role))
    };
    Ok(users.iter().map(line).collect())
}

/// The first line of standard input.
fn password() -> Result<String, Fail> {
    let mut line = String::new();
    if io::stdin().is_terminal() {
        io::stderr().write_all(b"password: ").and_then(|()| io::stderr().flush())?;
    }
    let read = io::stdin().lock().read_line(&mut line)?;
    if read == 0 {
        let message = "there is no password on standard input: write it on the first line";
        return Err(Fail::Message(message.to_owned()));
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
