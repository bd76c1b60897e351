//! The page where users look after their own password.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use maud::{Markup, html};
use portreeve_store::By;
use serde::Deserialize;

use super::login::{begin_for, turn};
use super::{Accounts, Known, Posted, Visitor, password};
use crate::console::Console;
use crate::page::layout::{Tab, frame, token};
use crate::page::page;
use crate::problem::Problem;
use crate::record::now;

/// Where it is.
pub(crate) const PAGE: &str = "/account";

pub(super) fn routes() -> Router<Arc<Console>> {
    Router::new().route(PAGE, get(show)).route("/account/password", post(change))
}

/// Refuses whoever came in without a password.
fn must_have_password(visitor: &Visitor) -> Result<(), Problem> {
    if visitor.known == Known::Session {
        return Ok(());
    }
    let why = "only who has logged in with a password can change it here";
    Err(Problem::Forbidden(why.to_owned()))
}

#[derive(Deserialize)]
struct Asked {
    /// There once the password has been changed.
    changed: Option<String>,
}

async fn show(visitor: Visitor, Query(Asked { changed }): Query<Asked>) -> Response {
    let told = changed.map(|_| html! {
        p.notice.good role="status" { "The password is changed. Wherever else you were logged in, you are so no longer." }
    });
    page(&visitor, must_have_password(&visitor).map(|()| form(&visitor, &told.unwrap_or_default())))
}

fn form(visitor: &Visitor, told: &Markup) -> Markup {
    let body = html! {
        (told)
        p { "You are logged in as " strong { (visitor.name) } ", with the role " strong { (visitor.role.as_str()) } "." }
        h2 { "Change the password" }
        form.stack method="post" action="/account/password" {
            (token(visitor))
            // Where there are several users, the browser then knows whose password this is.
            input type="text" name="name" value=(visitor.name) autocomplete="username" hidden;
            label { "Old password" input type="password" name="old" required autocomplete="current-password"; }
            label {
                "New password, of 12 characters or more"
                input type="password" name="new" required minlength="12" autocomplete="new-password";
            }
            label {
                "New password once more"
                input type="password" name="again" required minlength="12" autocomplete="new-password";
            }
            button.primary { "Change the password" }
        }
        p.faint { "This ends all other sessions of yours. Tokens of the API that speak for you stay." }
    };
    frame(visitor, "Your account", Tab::None, &body)
}

#[derive(Deserialize)]
struct Changed {
    old: String,
    new: String,
    again: String,
}

/// Changes the password. What was wrong is told beside the form.
async fn change(
    State(console): State<Arc<Console>>,
    parts: Parts,
    Posted(visitor, form): Posted<Changed>,
) -> Response {
    if let Err(problem) = must_have_password(&visitor) {
        return page(&visitor, Err(problem));
    }
    match changed(&console, &parts, &visitor, form).await {
        Ok(cookie) => ([(header::SET_COOKIE, cookie)], Redirect::to("/account?changed=yes")).into_response(),
        Err(problem) => {
            let told = html! { p.failed role="alert" { (problem) } };
            let shown = self::form(&visitor, &told).into_string();
            (problem.status(), problem.headers(), Html(shown)).into_response()
        }
    }
}

/// Gives the cookie of a new session: all that there were have ended, this one too.
async fn changed(
    console: &Arc<Console>,
    parts: &Parts,
    visitor: &Visitor,
    form: Changed,
) -> Result<HeaderValue, Problem> {
    if form.new != form.again {
        let why = "the new password is not the same both times: type it once more";
        return Err(Problem::Invalid(why.to_owned()));
    }
    // Whoever finds a browser that is logged in must not find out the password by trying.
    console.gate.tries.admit(console.gate.client(parts), &visitor.name)?;
    let _turn = turn().await?;
    let name = Arc::clone(&visitor.name);
    console.work(move |console| replace(console, &name, &form)).await?;
    begin_for(console, parts, &visitor.name).await
}

fn replace(console: &Console, name: &str, Changed { old, new, .. }: &Changed) -> Result<(), Problem> {
    let user = console.store.user(name)?;
    if !password::verify(old, user.as_ref().map(|user| &*user.password_hash)) {
        console.store.note(By { who: name, at: now() }, "refuse-password", name, "")?;
        return Err(Problem::Forbidden("the old password is wrong".to_owned()));
    }
    if old == new {
        return Err(Problem::Invalid("the new password is the old one: take another".to_owned()));
    }
    Ok(Accounts { store: &console.store, who: name }.set_password(name, new)?)
}
