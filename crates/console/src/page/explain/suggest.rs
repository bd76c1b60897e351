//! What an end of a question may be, while it is typed.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use portreeve::model::Estate;
use portreeve::report::plain;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Visitor;
use crate::console::Console;
use crate::page::find::find;
use crate::page::params::Params;

/// How many ends are offered.
const MOST: usize = 20;

/// An end that may be meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Offer {
    /// What to write into the question.
    value: String,
    /// What it is.
    label: String,
}

pub(super) async fn suggest(State(console): State<Arc<Console>>, _: Visitor, params: Params) -> Response {
    let made = console.read(move |scene| Ok(offers(scene.estate(), params.text("q")))).await;
    // While there are no results there is nothing to offer, which a field that is typed into need not hear of.
    Json(made.unwrap_or_default()).into_response()
}

/// Servers, interfaces and addresses that hold what was typed: those that begin with it come first.
pub(crate) fn offers(estate: &Estate, typed: &str) -> Vec<Offer> {
    let typed = typed.trim().to_ascii_lowercase();
    if typed.is_empty() {
        return Vec::new();
    }
    let (mut first, mut rest) = (Vec::new(), Vec::new());
    if "internet".starts_with(&typed) {
        first.push(Offer { value: "internet".to_owned(), label: "everybody out there".to_owned() });
    }
    for instance in &estate.instances {
        let [id, name] = [instance.id, instance.name].map(|text| estate.text(text));
        let found = find(id, &typed).into_iter().chain(find(name, &typed)).min();
        let offer = || Offer { value: id.to_owned(), label: plain(name).into_owned() };
        if !take(found, offer, &mut first, &mut rest) {
            return first;
        }
    }
    let address =
        typed.len() > 1 && typed.bytes().all(|byte| byte.is_ascii_hexdigit() || b".:".contains(&byte));
    for interface in &estate.interfaces {
        let id = estate.text(interface.id);
        let owner = interface.instance.map_or(interface.id, |ix| estate.instance(ix).name);
        let label = || plain(estate.text(owner)).into_owned();
        let found = find(id, &typed);
        if !take(found, || Offer { value: id.to_owned(), label: label() }, &mut first, &mut rest) {
            return first;
        }
        let own = interface.addresses.iter().flat_map(|it| [Some(it.private), it.public]).flatten();
        for own in own.filter(|_| address) {
            let text = own.to_string();
            let found = text.starts_with(&typed).then_some(0);
            if !take(found, || Offer { value: text.clone(), label: label() }, &mut first, &mut rest) {
                return first;
            }
        }
    }
    first.extend(rest);
    first.truncate(MOST);
    first
}

/// Takes an offer, and tells whether more are needed.
fn take(
    found: Option<usize>,
    offer: impl Fn() -> Offer,
    first: &mut Vec<Offer>,
    rest: &mut Vec<Offer>,
) -> bool {
    match found {
        Some(0) => first.push(offer()),
        Some(_) if rest.len() < MOST => rest.push(offer()),
        _ => {}
    }
    first.len() < MOST
}
