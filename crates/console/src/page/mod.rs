//! The pages: each file has one, as a function from a scene to markup.

mod check;
mod explain;
mod exposure;
mod find;
mod finding;
mod gaps;
mod group;
mod groups;
mod history;
mod item;
pub(crate) mod layout;
mod links;
mod list;
mod map;
mod params;
mod runs;
mod server;
mod servers;
mod settings;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "for tests only")]
mod small;
mod whatif;

use std::sync::Arc;

use axum::Router;
use axum::http::Uri;
use axum::response::{Html, IntoResponse, Redirect, Response};
use maud::Markup;

pub(crate) use self::explain::{Offer, offers};
pub(crate) use self::finding::{PlanWanted, fix_wishes, plan_file};
use self::layout::{Tab, frame};
pub(crate) use self::map::{Filter as LinkFilter, wanted as links_wanted};
pub(crate) use self::runs::{HeldWanted, held, run_on};
pub(crate) use self::whatif::script as whatif_script;
use crate::access::Visitor;
use crate::console::Console;
use crate::problem::Problem;
use crate::scene::Scene;

pub(crate) fn routes() -> Router<Arc<Console>> {
    Router::new()
        .merge(check::routes())
        .merge(finding::routes())
        .merge(gaps::routes())
        .merge(item::routes())
        .merge(settings::routes())
        .merge(group::routes())
        .merge(groups::routes())
        .merge(server::routes())
        .merge(servers::routes())
        .merge(whatif::routes())
        .merge(explain::routes())
        .merge(exposure::routes())
        .merge(runs::routes())
        .merge(map::routes())
        .fallback(nowhere)
}

/// A page about the last results.
pub(crate) async fn show(
    console: &Console,
    visitor: Visitor,
    job: impl FnOnce(&Scene<'_>, &Visitor) -> Result<Markup, Problem> + Send + 'static,
) -> Response {
    let own = visitor.clone();
    page(&visitor, console.read(move |scene| job(scene, &own)).await)
}

/// A page about what takes longer to compute than a page may, once that is known.
pub(crate) async fn wide(
    console: &Console,
    visitor: Visitor,
    job: impl FnOnce(&Scene<'_>, &Visitor) -> Result<Markup, Problem> + Send + 'static,
) -> Response {
    match console.wide().await {
        Ok(()) => show(console, visitor, job).await,
        Err(problem) => page(&visitor, Err(problem)),
    }
}

/// A page, or why there is none.
pub(crate) fn page(visitor: &Visitor, made: Result<Markup, Problem>) -> Response {
    match made {
        Ok(markup) => Html(markup.into_string()).into_response(),
        Err(problem) => refused(visitor, &problem).into_response(),
    }
}

/// Where to go after something was done, or why it was not.
pub(crate) fn done(visitor: &Visitor, made: Result<(), Problem>, next: &str) -> Response {
    match made {
        Ok(()) => Redirect::to(next).into_response(),
        Err(problem) => refused(visitor, &problem).into_response(),
    }
}

/// The page that says why something was refused.
pub(crate) fn refused(visitor: &Visitor, problem: &Problem) -> impl IntoResponse + use<> {
    let title = match problem {
        Problem::NotFound(_) => "Not found",
        Problem::NoResults => "No results yet",
        Problem::Forbidden(_) | Problem::Unknown(_) | Problem::TooMany { .. } => "Not allowed",
        Problem::Invalid(_) | Problem::Conflict(_) => "Not done",
        Problem::Store(_) | Problem::Internal => "Something failed",
    };
    let body = maud::html! {
        p.lead { (problem) }
        p { a.button href="/" { "To the check" } }
    };
    (problem.status(), Html(frame(visitor, title, Tab::None, &body).into_string()))
}

async fn nowhere(visitor: Visitor, uri: Uri) -> Response {
    refused(&visitor, &Problem::NotFound(format!("there is no page `{}`", uri.path()))).into_response()
}
