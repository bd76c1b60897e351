//! The users, and their tokens for programs: for administrators.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use maud::{Markup, html};
use portreeve::report::plain;
use portreeve_store::{ApiToken, Holder, Moment, User};
use serde::Deserialize;

use super::{AccountError, Accounts, Posted, Role, Visitor};
use crate::console::Console;
use crate::page::layout::{Tab, address, frame, moment, token};
use crate::page::{done, page};
use crate::problem::Problem;
use crate::record::now;

const PAGE: &str = "/settings/users";
const DAY: i64 = 24 * 3_600_000;

pub(super) fn routes() -> Router<Arc<Console>> {
    Router::new()
        .route(PAGE, get(show).post(add))
        .route("/settings/users/{name}", post(change))
        .route("/settings/users/{name}/tokens", post(make_token))
        .route("/settings/tokens/{id}/revoke", post(revoke))
}

impl Console {
    /// Does something to the users, for an administrator.
    pub(crate) async fn accounts<T: Send + 'static>(
        self: &Arc<Self>,
        visitor: &Visitor,
        job: impl FnOnce(Accounts<'_>) -> Result<T, AccountError> + Send + 'static,
    ) -> Result<T, Problem> {
        visitor.must(Role::Admin)?;
        let who = Arc::clone(&visitor.name);
        self.work(move |console| {
            let done = job(Accounts { store: &console.store, who: &who });
            console.gate.users_changed();
            done.map_err(Problem::from)
        })
        .await
    }
}

impl From<AccountError> for Problem {
    fn from(why: AccountError) -> Self {
        match why {
            AccountError::Store(why) => Self::Store(why),
            AccountError::Refused(_) | AccountError::Role(_) => Self::Invalid(why.to_string()),
            AccountError::Random(_) => Self::Internal,
        }
    }
}

async fn show(State(console): State<Arc<Console>>, visitor: Visitor) -> Response {
    let read = console.accounts(&visitor, |accounts| Ok((accounts.store.users()?, accounts.store.tokens()?)));
    let made = read.await.map(|(users, tokens)| {
        let body = html! { (list(&visitor, &users)) (programs(&visitor, &tokens)) };
        frame(&visitor, "Users", Tab::Settings, &body)
    });
    page(&visitor, made)
}

fn list(visitor: &Visitor, users: &[User]) -> Markup {
    html! {
        @if users.is_empty() {
            p { "There are no users: whoever sits at this machine may do everything. Once there is one, everybody has to log in; so \
                 the first one has to be an administrator." }
        } @else {
            table.cards {
                thead { tr { th scope="col" { "Name" } th scope="col" { "Role" } th scope="col" { "Since" } th scope="col" { "Change" } } }
                tbody { @for user in users { (row(visitor, user)) } }
            }
        }
        h2 { "Add a user" }
        form method="post" action=(PAGE) {
            (token(visitor))
            div.fields {
                label { "Name" input name="name" required maxlength="64" autocomplete="off"; }
                label { "Role" (roles(if users.is_empty() { "admin" } else { "viewer" })) }
                label { "Password" input type="password" name="password" required minlength="12" autocomplete="new-password"; }
                button.primary { "Add" }
            }
        }
    }
}

fn roles(chosen: &str) -> Markup {
    html! {
        select name="role" {
            @for role in Role::ALL {
                option value=(role.as_str()) selected[role.as_str() == chosen] { (role.as_str()) }
            }
        }
    }
}

fn row(visitor: &Visitor, user: &User) -> Markup {
    let change = address("settings/users", &user.name);
    html! {
        tr.off[user.disabled] {
            td data-label="Name" { (plain(&user.name)) @if user.disabled { " " span.mark { "disabled" } } }
            td data-label="Role" { (plain(&user.role)) }
            td data-label="Since" { (moment(user.created)) }
            td data-label="Change" {
                details {
                    summary { "Change " (plain(&user.name)) }
                    form.fields method="post" action=(change) {
                        (token(visitor))
                        label { "Role" (roles(&user.role)) }
                        button { "Give this role" }
                    }
                    form.fields method="post" action=(change) {
                        (token(visitor))
                        label { "New password" input type="password" name="password" required minlength="12" autocomplete="new-password"; }
                        button { "Set the password" }
                    }
                    form.fields method="post" action={ (change) "/tokens" } {
                        (token(visitor))
                        label { "Token for" input name="name" required maxlength="64" placeholder="a program"; }
                        label { "Days" input type="number" name="days" min="1" max="3650" value="90"; }
                        button { "Make a token" }
                    }
                    form.fields method="post" action=(change) {
                        (token(visitor))
                        input type="hidden" name="disabled" value=(if user.disabled { "no" } else { "yes" });
                        button.danger { (if user.disabled { "Enable" } else { "Disable" }) }
                    }
                }
            }
        }
    }
}

fn programs(visitor: &Visitor, tokens: &[ApiToken]) -> Markup {
    let standing = |token: &&ApiToken| token.revoked.is_none();
    html! {
        @if tokens.iter().any(|token| standing(&token)) {
            h2 { "Tokens of the API" }
            table.cards {
                thead {
                    tr { th scope="col" { "For" } th scope="col" { "As" } th scope="col" { "Made" } th scope="col" { "Expires" } th scope="col" { "Last used" } th scope="col" { "Revoke" } }
                }
                tbody {
                    @for token in tokens.iter().filter(standing) { (program(visitor, token)) }
                }
            }
        }
    }
}

fn program(visitor: &Visitor, held: &ApiToken) -> Markup {
    let whose = match &held.holder {
        Holder::User(name) | Holder::Role(name) => plain(name),
    };
    html! {
        tr.off[held.expires.is_some_and(|expires| expires <= now())] {
            td data-label="For" { (plain(&held.name)) }
            td data-label="As" { (whose) }
            td data-label="Made" { (moment(held.created)) }
            td data-label="Expires" { @if let Some(expires) = held.expires { (moment(expires)) } @else { "never" } }
            td data-label="Last used" { @if let Some(used) = held.last_used { (moment(used)) } @else { "never" } }
            td data-label="Revoke" {
                form method="post" action={ "/settings/tokens/" (held.id) "/revoke" } {
                    (token(visitor))
                    button.danger aria-label={ "Revoke the token " (held.id) } { "Revoke" }
                }
            }
        }
    }
}

#[derive(Deserialize)]
struct Added {
    name: String,
    role: String,
    password: String,
}

async fn add(State(console): State<Arc<Console>>, Posted(visitor, form): Posted<Added>) -> Response {
    let added = console.accounts(&visitor, move |accounts| {
        let Added { name, role, password } = form;
        accounts.add(&name, role.parse()?, &password)
    });
    done(&visitor, added.await, PAGE)
}

#[derive(Deserialize)]
struct Changed {
    role: Option<String>,
    password: Option<String>,
    disabled: Option<String>,
}

async fn change(
    State(console): State<Arc<Console>>,
    Path(name): Path<String>,
    Posted(visitor, form): Posted<Changed>,
) -> Response {
    let changed = console.accounts(&visitor, move |accounts| {
        if let Some(role) = form.role {
            accounts.set_role(&name, role.parse()?)?;
        }
        if let Some(password) = form.password {
            accounts.set_password(&name, &password)?;
        }
        if let Some(disabled) = form.disabled {
            accounts.set_disabled(&name, disabled == "yes")?;
        }
        Ok(())
    });
    done(&visitor, changed.await, PAGE)
}

#[derive(Deserialize)]
struct Made {
    name: String,
    days: String,
}

/// A token is shown once: what it is like is not kept.
async fn make_token(
    State(console): State<Arc<Console>>,
    Path(user): Path<String>,
    Posted(visitor, Made { name, days }): Posted<Made>,
) -> Response {
    let Ok(days) = days.parse::<u16>() else {
        let problem = Problem::Invalid(format!("`{days}` is no number of days"));
        return done(&visitor, Err(problem), PAGE);
    };
    let made = console.accounts(&visitor, move |accounts| {
        accounts.add_token(&user, &name, Some(Moment(now().0 + i64::from(days) * DAY)))
    });
    let made = made.await.map(|(_, secret)| {
        let body = html! {
            p { "Copy this token now: it is not shown again." }
            pre { (secret) }
            p { "A program sends it as " code { "Authorization: Bearer …" } "." }
            p { a.button href=(PAGE) { "To the users" } }
        };
        frame(&visitor, "New token", Tab::Settings, &body)
    });
    page(&visitor, made)
}

async fn revoke(
    State(console): State<Arc<Console>>,
    Path(id): Path<i64>,
    Posted(visitor, ()): Posted<()>,
) -> Response {
    let revoked = console.accounts(&visitor, move |accounts| accounts.revoke_token(id));
    done(&visitor, revoked.await, PAGE)
}
