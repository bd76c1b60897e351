//! What all pages share: the frame, risks, moments, forms and pagers.

use maud::{DOCTYPE, Markup, html};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use portreeve::model::{Estate, GroupIx, InstanceIx};
pub(crate) use portreeve::report::html::risk;
use portreeve::report::plain;
use portreeve::report::say::thousands;
use portreeve_store::Moment;

use crate::access::{ACCOUNT, Known, Visitor};
use crate::asset::{ICON_PATH, SCRIPT_PATH, STYLE_PATH};

/// The tab that a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tab {
    Check,
    Groups,
    Servers,
    Exposure,
    Explain,
    Map,
    History,
    Settings,
    None,
}

const TABS: [(Tab, &str, &str); 8] = [
    (Tab::Check, "/", "Check"),
    (Tab::Groups, "/groups", "Security groups"),
    (Tab::Servers, "/servers", "Servers"),
    (Tab::Exposure, "/exposure", "Exposure"),
    (Tab::Explain, "/explain", "Explain"),
    (Tab::Map, "/map", "Map"),
    (Tab::History, "/history", "History"),
    (Tab::Settings, "/settings", "Settings"),
];

/// How many rows a page of a list has.
pub(crate) const ROWS: usize = 50;

/// A whole page.
pub(crate) fn frame(visitor: &Visitor, title: &str, tab: Tab, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · portreeve" }
                link rel="icon" href=(*ICON_PATH);
                link rel="stylesheet" href=(*STYLE_PATH);
                script src=(*SCRIPT_PATH) defer {}
            }
            body {
                a.skip href="#main" { "Skip to content" }
                header.bar {
                    a.brand href="/" { "portreeve" }
                    nav aria-label="Pages" {
                        @for (each, path, name) in TABS {
                            a href=(path) aria-current=[(each == tab).then_some("page")] { (name) }
                        }
                    }
                    @if visitor.known == Known::Session {
                        a.who href=(ACCOUNT) title="Your account" { (plain(&visitor.name)) }
                        form method="post" action="/logout" { (token(visitor)) button { "Log out" } }
                    } @else {
                        span.who { (plain(&visitor.name)) }
                    }
                }
                main #main {
                    h1 { (title) }
                    (body)
                }
            }
        }
    }
}

/// The field that every form that changes something carries.
pub(crate) fn token(visitor: &Visitor) -> Markup {
    html! { input type="hidden" name="token" value=(visitor.token); }
}

/// A moment, in UTC to the minute.
pub(crate) fn moment(at: Moment) -> Markup {
    let known = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    html! {
        time datetime=(known.strftime("%Y-%m-%dT%H:%M:%SZ")) { (known.strftime("%Y-%m-%d %H:%M UTC")) }
    }
}

/// The address of the page about an object, such as `/group/sg-1`. Ids are other people's words.
pub(crate) fn address(kind: &str, id: &str) -> String {
    format!("/{kind}/{}", utf8_percent_encode(id, NON_ALPHANUMERIC))
}

/// A link to a security group: its name if it has one, and its id.
pub(crate) fn group_link(estate: &Estate, ix: GroupIx) -> Markup {
    let group = estate.group(ix);
    object_link("group", estate.text(group.id), estate.text(group.name))
}

/// A link to a server: its name if it has one, and its id.
pub(crate) fn server_link(estate: &Estate, ix: InstanceIx) -> Markup {
    let instance = estate.instance(ix);
    object_link("server", estate.text(instance.id), estate.text(instance.name))
}

fn object_link(kind: &str, id: &str, name: &str) -> Markup {
    html! {
        a href=(address(kind, id)) {
            @if !name.is_empty() && name != id { (plain(name)) " " }
            code { (plain(id)) }
        }
    }
}

/// Which rows of a list to show: pages count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Paging {
    /// The page, at least 1 and at most the last.
    pub(crate) page: usize,
    /// How many pages there are, at least 1.
    pub(crate) pages: usize,
    /// How many rows a page has.
    per_page: usize,
}

impl Paging {
    /// The page that was asked for, of a list of so many rows.
    pub(crate) fn of(asked: Option<usize>, rows: usize) -> Self {
        Self::by(asked, rows, ROWS)
    }

    /// As [`Paging::of`], with so many rows to a page.
    pub(crate) fn by(asked: Option<usize>, rows: usize, per_page: usize) -> Self {
        let pages = rows.div_ceil(per_page).max(1);
        Self { page: asked.unwrap_or(1).clamp(1, pages), pages, per_page }
    }

    /// How many rows come before it.
    pub(crate) fn skip(self) -> usize {
        (self.page - 1) * self.per_page
    }

    /// Links to the other pages; `link` makes the address of a page.
    pub(crate) fn links(self, link: impl Fn(usize) -> String) -> Markup {
        html! {
            @if self.pages > 1 {
                nav.pager aria-label="Pages of the list" {
                    @if self.page > 1 { a rel="prev" href=(link(self.page - 1)) { "← Previous" } }
                    span { "Page " (thousands(self.page)) " of " (thousands(self.pages)) }
                    @if self.page < self.pages { a rel="next" href=(link(self.page + 1)) { "Next →" } }
                }
            }
        }
    }
}
