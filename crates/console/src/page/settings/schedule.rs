//! How often the sources are read without anybody asking.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use portreeve::report::plain;
use portreeve::report::say;
use serde::Deserialize;

use crate::access::{Posted, Role, Visitor};
use crate::console::Console;
use crate::page::done;
use crate::page::layout::token;
use crate::problem::Problem;
use crate::schedule::{self, LONGEST, minutes};

/// What is set, and the form for those who may set it.
pub(super) fn form(console: &Console, visitor: &Visitor) -> Result<Markup, Problem> {
    let set = minutes(&console.store)?;
    Ok(html! {
        h2 #schedule { "Schedule" }
        p {
            @match set {
                Some(minutes) => {
                    "The sources are read again every " (say::count(minutes as usize, "minute", "minutes")) ", for as long as the "
                    "console is open."
                }
                None => "The sources are read when somebody obtains results, and not otherwise.",
            }
        }
        @if visitor.must(Role::Admin).is_ok() {
            form.fields method="post" action="/settings/schedule" {
                (token(visitor))
                label {
                    "Every so many minutes; empty for never"
                    input type="number" name="minutes" min="1" max=(LONGEST) value=[set];
                }
                button { "Set" }
            }
        }
    })
}

#[derive(Deserialize)]
pub(super) struct Schedule {
    minutes: String,
}

/// Sets how often the sources are read.
pub(super) async fn set(
    State(console): State<Arc<Console>>,
    Posted(visitor, form): Posted<Schedule>,
) -> Response {
    let made = match visitor.must(Role::Admin).and_then(|()| wished(&form.minutes)) {
        Ok(minutes) => {
            let who = Arc::clone(&visitor.name);
            console.work(move |console| schedule::set(&console.store, &who, minutes)).await
        }
        Err(problem) => Err(problem),
    };
    done(&visitor, made, "/settings#schedule")
}

/// The minutes that were typed; nothing for never.
fn wished(text: &str) -> Result<Option<u32>, Problem> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let minutes = text.parse().ok();
    let wrong = || {
        let given = plain(text);
        Problem::Invalid(format!("`{given}` is no number of minutes: write one from 1 to {LONGEST}, or none"))
    };
    minutes.map(Some).ok_or_else(wrong)
}
