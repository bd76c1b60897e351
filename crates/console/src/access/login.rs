//! The page where people log in, and how they log out.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use maud::{DOCTYPE, Markup, html};
use portreeve_store::{By, Moment};
use serde::Deserialize;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::secret::{digest, secret};
use super::{Posted, Visitor, password};
use crate::asset::STYLE_PATH;
use crate::console::Console;
use crate::page;
use crate::problem::Problem;
use crate::record::now;

/// How long a session lasts, in milliseconds: a working day.
const SESSION: i64 = 12 * 3_600_000;

/// How many passwords are held against hashes at a time: each takes 19 MiB and a core.
static AT_A_TIME: Semaphore = Semaphore::const_new(2);

pub(super) fn routes() -> Router<Arc<Console>> {
    Router::new().route("/login", get(ask).post(log_in)).route("/logout", post(log_out))
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
struct Login {
    name: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// Where to go after the login: a page of ours, and never an address that only looks like one.
fn ours(next: &str) -> &str {
    let path = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n', '\t']);
    if path { next } else { "/" }
}

async fn ask(Query(Wanted { next }): Query<Wanted>, visitor: Option<Extension<Visitor>>) -> Response {
    if visitor.is_some() {
        return Redirect::to(ours(&next)).into_response();
    }
    Html(form(ours(&next), None).into_string()).into_response()
}

fn form(next: &str, failed: Option<&str>) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Log in · portreeve" }
                link rel="stylesheet" href=(*STYLE_PATH);
            }
            body {
                header.bar { span.brand { "portreeve" } }
                main #main {
                    h1 { "Log in" }
                    @if let Some(failed) = failed { p.failed role="alert" { (failed) } }
                    form method="post" action="/login" {
                        input type="hidden" name="next" value=(next);
                        div.fields {
                            label {
                                "Name"
                                input name="name" autocomplete="username" required autofocus;
                            }
                            label {
                                "Password"
                                input type="password" name="password" autocomplete="current-password" required;
                            }
                            button.primary { "Log in" }
                        }
                    }
                }
            }
        }
    }
}

/// The form needs no token of ours, because the guard lets no page of another site send it.
async fn log_in(
    State(console): State<Arc<Console>>,
    parts: Parts,
    login: Result<Form<Login>, FormRejection>,
) -> Response {
    let Ok(Form(login)) = login else {
        let failed = form("/", Some("the form is not understood: send it once more"));
        return (StatusCode::UNPROCESSABLE_ENTITY, Html(failed.into_string())).into_response();
    };
    let next = ours(&login.next).to_owned();
    match begin(&console, &parts, login).await {
        Ok(cookie) => ([(header::SET_COOKIE, cookie)], Redirect::to(&next)).into_response(),
        Err(problem) => {
            let failed = form(&next, Some(&problem.to_string())).into_string();
            (problem.status(), problem.headers(), Html(failed)).into_response()
        }
    }
}

/// Begins a session, and gives the cookie that carries its secret.
async fn begin(console: &Arc<Console>, parts: &Parts, login: Login) -> Result<HeaderValue, Problem> {
    console.gate.tries.admit(console.gate.client(parts), &login.name)?;
    let _turn = turn().await?;
    let name = login.name.clone();
    console.work(move |console| verify(console, &login)).await?;
    begin_for(console, parts, &name).await
}

/// Waits until a password may be held against a hash, which may be done as long as what this gives is kept.
pub(super) async fn turn() -> Result<SemaphorePermit<'static>, Problem> {
    AT_A_TIME.acquire().await.map_err(|_| Problem::Internal)
}

/// Begins a session of a user who has shown the password, and gives its cookie.
pub(super) async fn begin_for(
    console: &Arc<Console>,
    parts: &Parts,
    name: &str,
) -> Result<HeaderValue, Problem> {
    let name = name.to_owned();
    let secret = console.work(move |console| session(console, &name)).await?;
    cookie(console, parts, &secret, SESSION / 1000)
}

fn verify(console: &Console, Login { name, password, .. }: &Login) -> Result<(), Problem> {
    let user = console.store.user(name)?.filter(|user| !user.disabled);
    if !password::verify(password, user.as_ref().map(|user| &*user.password_hash)) {
        // A name that nobody has may be a password that was typed into the wrong field.
        let subject = if user.is_some() { name } else { "an unknown name" };
        console.store.note(By { who: "nobody", at: now() }, "refuse-login", subject, "")?;
        return Err(Problem::Unknown("the name or the password is wrong".to_owned()));
    }
    Ok(())
}

fn session(console: &Console, name: &str) -> Result<String, Problem> {
    let secret = secret().map_err(|_| Problem::Internal)?;
    let now = now();
    console.store.sweep_sessions(now)?;
    console.store.add_session(By { who: name, at: now }, &digest(&secret), name, Moment(now.0 + SESSION))?;
    Ok(secret)
}

/// A cookie that scripts do not see, and that other sites' forms do not send.
fn cookie(console: &Console, parts: &Parts, secret: &str, seconds: i64) -> Result<HeaderValue, Problem> {
    let name = console.gate.cookie_name(parts);
    let secure = if console.gate.is_secure(parts) { "; Secure" } else { "" };
    let cookie = format!("{name}={secret}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    cookie.parse().map_err(|_| Problem::Internal)
}

async fn log_out(
    State(console): State<Arc<Console>>,
    parts: Parts,
    Posted(visitor, ()): Posted<()>,
) -> Response {
    let Some(secret) = console.gate.credentials(&parts).session else {
        return Redirect::to("/").into_response();
    };
    let own = visitor.clone();
    let ended = console.work(move |console| {
        let by = By { who: &own.name, at: now() };
        Ok(console.store.remove_session(by, &digest(&secret))?)
    });
    match ended.await.and_then(|_| cookie(&console, &parts, "", 0)) {
        Ok(gone) => ([(header::SET_COOKIE, gone)], Redirect::to("/login")).into_response(),
        Err(problem) => page::refused(&visitor, &problem).into_response(),
    }
}
