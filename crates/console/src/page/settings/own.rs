//! The user's own items: those of the file are shown, those that were made here can be changed and removed.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use maud::{Markup, html};
use portreeve::WrittenItem;
use portreeve::checks::{OwnItem, Risk};
use portreeve::report::plain;
use serde::Deserialize;

use crate::access::{Posted, Role, Visitor};
use crate::console::{Console, LONGEST_NOTE};
use crate::own::{Kept, LONGEST_TITLE};
use crate::page::layout::{Tab, address, frame, risk, token};
use crate::page::{done, refused};
use crate::problem::Problem;

/// Where a page goes on after a change.
const BACK: &str = "/settings#own";
/// Prefixes that are named of an own item.
const PREFIXES: usize = 6;

/// All own items, and the form for a new one.
pub(super) fn section(console: &Console, visitor: &Visitor) -> Result<Markup, Problem> {
    let of_file = &console.options.config.settings.own_items;
    let kept = console.own_items()?;
    let may = visitor.must(Role::Operator).is_ok();
    Ok(html! {
        h2 #own { "Own items" }
        p.faint { "Items about ports of your own. What is added, changed or removed here is in effect from the next run on." }
        @if of_file.is_empty() && kept.is_empty() { p { "There are none." } }
        div.grid {
            @for own in of_file {
                article.panel {
                    (told(own))
                    p.faint { "Stands in " code { "portreeve.toml" } ", and is changed there." }
                }
            }
            @for kept in &kept { (made_here(visitor, kept, may)) }
        }
        @if may {
            details {
                summary { "Add an own item" }
                (form(visitor, &WrittenItem::default(), None))
            }
        }
    })
}

fn made_here(visitor: &Visitor, kept: &Kept, may: bool) -> Markup {
    let written = &kept.written;
    let change = address("settings/own", &written.id);
    html! {
        article.panel {
            @match &kept.item {
                Ok(own) => (told(own)),
                Err(why) => {
                    h3 { (plain(&written.title)) " " code { (plain(&written.id)) } }
                    p.failed { "Not asked: " (plain(why)) }
                }
            }
            @if may {
                details {
                    summary { "Change or remove" }
                    (form(visitor, written, Some(&change)))
                    form.stack method="post" action={ (change) "/remove" } {
                        (token(visitor))
                        button.danger { "Remove" }
                    }
                }
            }
        }
    }
}

fn told(own: &OwnItem) -> Markup {
    html! {
        h3 { (risk(own.risk)) " " (plain(&own.title)) " " code { (plain(&own.id)) } }
        dl {
            @if !own.tcp.is_empty() { dt { "TCP ports" } dd { (own.tcp) } }
            @if !own.udp.is_empty() { dt { "UDP ports" } dd { (own.udp) } }
            dt { "Open to" }
            dd {
                @match &own.peers {
                    None => "everyone",
                    Some(peers) => {
                        @let prefixes = peers.cidrs();
                        @for (nth, prefix) in prefixes.iter().take(PREFIXES).enumerate() {
                            @if nth > 0 { ", " } (prefix)
                        }
                        @if prefixes.len() > PREFIXES { " and " (prefixes.len() - PREFIXES) " more" }
                    }
                }
            }
            dt { "Suggestion" } dd { (plain(&own.suggestion)) }
        }
    }
}

/// The fields of an item: of one that is there already where an address to change it is given, else of a new one.
fn form(visitor: &Visitor, written: &WrittenItem, change: Option<&str>) -> Markup {
    let peers = written.peers.as_deref().unwrap_or_default().join("\n");
    let suggestion = written.suggestion.as_deref().unwrap_or_default();
    html! {
        form.stack method="post" action=(change.unwrap_or("/settings/own")) {
            (token(visitor))
            @if change.is_none() {
                label { "Id, such as open-admin" input name="id" required maxlength=(LONGEST_TITLE) value=(written.id); }
            } @else {
                input type="hidden" name="id" value=(written.id);
            }
            label { "What it finds, in a few words" input name="title" required maxlength=(LONGEST_TITLE) value=(written.title); }
            label { "Risk level"
                select name="risk" {
                    @for risk in Risk::ALL.into_iter().rev() {
                        option value=(risk.as_str()) selected[risk.as_str() == written.risk] { (risk.as_str()) }
                    }
                }
            }
            label { "TCP ports and ranges, such as 8080, 9000-9010" input name="tcp" value=(written.tcp.join(", ")); }
            label { "UDP ports and ranges" input name="udp" value=(written.udp.join(", ")); }
            label { "Open to all of these prefixes; empty for everyone"
                textarea name="peers" rows="2" placeholder="10.99.0.0/16" { (peers) }
            }
            label { "Suggestion" textarea name="suggestion" rows="2" maxlength=(LONGEST_NOTE) { (suggestion) } }
            button.primary { @if change.is_none() { "Add" } @else { "Change" } }
        }
    }
}

/// An item as a form has it.
#[derive(Debug, Deserialize)]
pub(super) struct Typed {
    id: String,
    title: String,
    risk: String,
    #[serde(default)]
    tcp: String,
    #[serde(default)]
    udp: String,
    #[serde(default)]
    peers: String,
    #[serde(default)]
    suggestion: String,
}

impl Typed {
    /// What is left empty is not said; lists are parted by commas, spaces and lines.
    fn written(self) -> WrittenItem {
        let list = |text: &str| {
            let words = text.split(|letter: char| letter == ',' || letter.is_whitespace());
            words.filter(|word| !word.is_empty()).map(str::to_owned).collect::<Vec<_>>()
        };
        let suggestion = self.suggestion.trim();
        WrittenItem {
            id: self.id.trim().to_owned(),
            title: self.title.trim().to_owned(),
            tcp: list(&self.tcp),
            udp: list(&self.udp),
            peers: Some(list(&self.peers)).filter(|peers| !peers.is_empty()),
            suggestion: Some(suggestion.to_owned()).filter(|text| !text.is_empty()),
            risk: self.risk,
        }
    }
}

/// Adds an item.
pub(super) async fn add(
    State(console): State<Arc<Console>>,
    Posted(visitor, typed): Posted<Typed>,
) -> Response {
    write(&console, &visitor, None, typed.written()).await
}

/// Changes an item.
pub(super) async fn change(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    Posted(visitor, typed): Posted<Typed>,
) -> Response {
    write(&console, &visitor, Some(id), typed.written()).await
}

async fn write(
    console: &Arc<Console>,
    visitor: &Visitor,
    id: Option<String>,
    written: WrittenItem,
) -> Response {
    let (who, wanted, known) = (Arc::clone(&visitor.name), written.clone(), id.clone());
    let write = move |console: &Console| match &known {
        None => console.add_own(&who, &wanted),
        Some(id) => console.change_own(&who, id, &wanted),
    };
    let made = match visitor.must(Role::Operator) {
        Ok(()) => console.work(write).await,
        Err(problem) => Err(problem),
    };
    match made {
        Ok(()) => Redirect::to(BACK).into_response(),
        Err(problem @ (Problem::Invalid(_) | Problem::Conflict(_))) => {
            again(visitor, id.as_deref(), &written, &problem)
        }
        Err(problem) => refused(visitor, &problem).into_response(),
    }
}

/// The form once more, with what was typed and what is wrong with it.
fn again(visitor: &Visitor, id: Option<&str>, written: &WrittenItem, why: &Problem) -> Response {
    let change = id.map(|id| address("settings/own", id));
    let body = html! {
        p.failed role="alert" { (why) }
        (form(visitor, written, change.as_deref()))
        p { a href=(BACK) { "To the settings" } }
    };
    let status: StatusCode = why.status();
    (status, Html(frame(visitor, "Own item", Tab::Settings, &body).into_string())).into_response()
}

/// Removes an item.
pub(super) async fn remove(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    Posted(visitor, ()): Posted<()>,
) -> Response {
    let made = match visitor.must(Role::Operator) {
        Ok(()) => {
            let who = Arc::clone(&visitor.name);
            console.work(move |console| console.remove_own(&who, &id)).await
        }
        Err(problem) => Err(problem),
    };
    done(&visitor, made, BACK)
}
