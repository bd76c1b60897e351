//! Explain: why a connection does or does not work, with the path as a picture.

mod answer;
mod suggest;
mod who;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use maud::{Markup, html};
use portreeve::ask::{Query, Word};
use portreeve::explain::Options;

pub(crate) use self::suggest::{Offer, offers};
use super::layout::{Tab, frame};
use super::page;
use super::params::{Params, link};
use crate::access::Visitor;
use crate::console::Console;
use crate::problem::Problem;
use crate::scene::Scene;

/// Up to so many interfaces the smallest changes are looked for at once; in larger estates somebody has to ask for them, because each is
/// tried on a copy of the estate.
const SMALL: usize = 2_000;

pub(super) fn routes() -> Router<Arc<Console>> {
    Router::new().route("/explain", get(explain)).route("/explain/suggest", get(suggest::suggest))
}

async fn explain(State(console): State<Arc<Console>>, visitor: Visitor, params: Params) -> Response {
    let own = visitor.clone();
    let made = console.read(move |scene| Ok(told(scene, &own, &params))).await;
    match made {
        Ok((status, markup)) => (status, Html(markup.into_string())).into_response(),
        Err(problem) => page(&visitor, Err(problem)),
    }
}

/// The page, with its status: a question that makes no sense is told beside the form that it came from.
fn told(scene: &Scene<'_>, visitor: &Visitor, params: &Params) -> (StatusCode, Markup) {
    let asked = params.get("from").is_some() || params.get("to").is_some();
    let (status, below) = if asked {
        match answered(scene, params) {
            Ok(markup) => (StatusCode::OK, markup),
            Err(problem) => (problem.status(), html! { p.failed role="alert" { (problem) } }),
        }
    } else {
        (StatusCode::OK, hints(scene))
    };
    let body = html! { (form(params)) (below) };
    (status, frame(visitor, "Explain", Tab::Explain, &body))
}

fn answered(scene: &Scene<'_>, params: &Params) -> Result<Markup, Problem> {
    let query = query(params)?;
    if query.from.eq_ignore_ascii_case("any") {
        return who::answered(scene, &query);
    }
    let small = scene.estate().interfaces.len() <= SMALL;
    let plans = small || params.get("plans") == Some("yes");
    let explainer = scene.explainer.with(Options { causes: true, plans, ..scene.explainer.options() });
    let answer = query
        .ask(&explainer, scene.estate(), scene.lookup)
        .map_err(|why| Problem::Invalid(why.to_string()))?;
    let part = params.number::<usize>("part", "part of the answer")?;
    Ok(answer::shown(&answer::Shown { scene, query: &query, answer: &answer, plans, part }, params))
}

fn query(params: &Params) -> Result<Query, Problem> {
    let end = |name: &str, what: &str| {
        let missing =
            || Problem::Invalid(format!("say {what}: a server, an interface, an address, or `internet`"));
        params.get(name).map(str::to_owned).ok_or_else(missing)
    };
    Ok(Query {
        from: end("from", "who opens the connection")?,
        to: end("to", "who is to take it")?,
        protocol: params.get("protocol").map(|word| Word::Text(word.to_owned())),
        port: params.number("port", "port")?,
        source_port: params.number("source_port", "source port")?,
    })
}

const PROTOCOLS: [(&str, &str); 6] =
    [("tcp", "TCP"), ("udp", "UDP"), ("icmp", "ICMP"), ("icmpv6", "ICMPv6"), ("gre", "GRE"), ("all", "all")];

fn form(params: &Params) -> Markup {
    let protocol = params.get("protocol").unwrap_or("tcp");
    let other = !PROTOCOLS.iter().any(|(id, _)| *id == protocol);
    html! {
        form.ask.panel method="get" action="/explain" role="search" aria-label="Question" {
            div.fields {
                label.wide-field { "From"
                    input name="from" value=(params.text("from")) list="from-ends" autocomplete="off" spellcheck="false" required
                        placeholder="server, interface, address, internet or any" data-suggest="/explain/suggest";
                }
                datalist id="from-ends" { option value="internet" {} option value="any" label="who can?" {} }
                label.wide-field { "To"
                    input name="to" value=(params.text("to")) list="to-ends" autocomplete="off" spellcheck="false" required
                        placeholder="server, interface or address" data-suggest="/explain/suggest";
                }
                datalist id="to-ends" { option value="internet" {} }
                label { "Protocol"
                    select name="protocol" {
                        @for (id, name) in PROTOCOLS { option value=(id) selected[id == protocol] { (name) } }
                        @if other { option value=(protocol) selected { (protocol) } }
                    }
                }
                label { "Port" input.short name="port" value=(params.text("port")) inputmode="numeric" placeholder="all"; }
                label { "Source port" input.short name="source_port" value=(params.text("source_port")) inputmode="numeric" placeholder="any"; }
                button.primary { "Explain" }
                @if params.get("from").is_some() && params.get("to").is_some() {
                    a.button href=(turned(params)) { "Other way round" }
                }
            }
        }
    }
}

/// The same question with its ends swapped.
fn turned(params: &Params) -> String {
    let [protocol, port] = ["protocol", "port"].map(|name| params.text(name));
    link(
        "/explain",
        &[("from", params.text("to")), ("to", params.text("from")), ("protocol", protocol), ("port", port)],
    )
}

/// What can be asked, with two questions about this very estate.
fn hints(scene: &Scene<'_>) -> Markup {
    let estate = scene.estate();
    let public =
        estate.interfaces.iter().find(|it| it.addresses.iter().any(|address| address.public.is_some()));
    let name = |interface: &portreeve::model::Interface| {
        let id = interface.instance.map_or(interface.id, |ix| estate.instance(ix).id);
        estate.text(id).to_owned()
    };
    let first = public.map(name);
    let second = estate.interfaces.iter().map(name).find(|other| Some(other) != first.as_ref());
    html! {
        p { "Ask whether a connection works. The answer shows every layer on its way, which rule decides there, every cause, and the smallest changes that would help." }
        @if let Some(first) = first {
            ul {
                li { a href=(link("/explain", &[("from", "internet"), ("to", &first), ("port", "22")])) { "Can the internet reach " code { (portreeve::report::plain(&first)) } " by SSH?" } }
                li { a href=(link("/explain", &[("from", "any"), ("to", &first), ("port", "22")])) { "Who can reach it by SSH?" } }
                @if let Some(second) = second {
                    li { a href=(link("/explain", &[("from", &first), ("to", &second)])) { "Which ports of " code { (portreeve::report::plain(&second)) } " can it reach itself?" } }
                }
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests;
