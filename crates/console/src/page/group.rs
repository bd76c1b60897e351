//! One security group: its rules as they decide, what they open, who carries it, and what was found.

mod about;
mod rules;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};
use portreeve::checks::openings;
use portreeve::model::{Direction, GroupIx};
use portreeve::nearest;
use portreeve::report::plain;

use super::layout::{Tab, frame};
use super::params::Params;
use super::{history, page};
use crate::access::Visitor;
use crate::console::Console;
use crate::picture;
use crate::problem::Problem;
use crate::scene::Scene;

/// The longest id that is held against others to find the one that was meant.
const LONGEST: usize = 64;

pub(super) fn routes() -> Router<Arc<Console>> {
    Router::new().route("/group/{id}", get(group))
}

async fn group(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    visitor: Visitor,
    params: Params,
) -> Response {
    let thresholds = console.options.config.settings.thresholds.clone();
    let (estate, subject) = (console.options.estate.clone(), id.clone());
    let made = console
        .read(move |scene| {
            let ix = find(scene, &id)?;
            let seen = Seen { scene, ix, params: &params, thresholds: &thresholds };
            Ok((seen.title(), seen.body()?, history::causes(scene, &subject)))
        })
        .await;
    let made = match made {
        Ok((title, body, causes)) => {
            let lives = console.work(move |console| Ok(history::of(&console.store, &estate, causes)?)).await;
            lives.map(|lives| {
                let body = html! { (body) (history::section(&lives)) };
                frame(&visitor, &title, Tab::Groups, &body)
            })
        }
        Err(problem) => Err(problem),
    };
    page(&visitor, made)
}

/// The group of an id, or where to look for it.
pub(super) fn find(scene: &Scene<'_>, id: &str) -> Result<GroupIx, Problem> {
    let groups = &scene.snapshot.finds.groups;
    groups.get(id).copied().ok_or_else(|| {
        // Comparing takes as long as the words are long, and this one may be anything.
        let near = if id.len() <= LONGEST { nearest(id, groups.keys().map(|id| &**id)) } else { None };
        let meant = near.map_or("look for it among all security groups".to_owned(), |near| {
            format!("did you mean `{}`?", plain(near))
        });
        Problem::NotFound(format!("the last results have no security group `{}`: {meant}", plain(id)))
    })
}

/// A group as its page sees it.
pub(super) struct Seen<'s, 'a> {
    pub(super) scene: &'s Scene<'a>,
    pub(super) ix: GroupIx,
    pub(super) params: &'s Params,
    pub(super) thresholds: &'s portreeve::checks::Thresholds,
}

impl Seen<'_, '_> {
    pub(super) fn id(&self) -> &str {
        let estate = self.scene.estate();
        estate.text(estate.group(self.ix).id)
    }

    /// Its name, or its id where it has none.
    fn title(&self) -> String {
        let estate = self.scene.estate();
        let name = estate.text(estate.group(self.ix).name);
        plain(if name.is_empty() { self.id() } else { name }).into_owned()
    }

    fn body(&self) -> Result<Markup, Problem> {
        Ok(html! {
            div.grid.duo {
                section.panel { (self.about()) }
                section.panel { (self.findings()) }
                (self.picture(Direction::Ingress))
                (self.picture(Direction::Egress))
            }
            (self.rules(Direction::Ingress)?)
            (self.rules(Direction::Egress)?)
            (self.members()?)
            (self.references()?)
        })
    }

    fn picture(&self, direction: Direction) -> Markup {
        let open = openings(self.scene.index(), self.ix, direction, self.thresholds);
        let (heading, id, nothing) = match direction {
            Direction::Ingress => ("What is open inbound", "open-in", "Nothing may come in."),
            Direction::Egress => ("What is open outbound", "open-out", "Nothing may go out."),
        };
        html! {
            section.panel {
                h2 { (heading) }
                @if open.is_empty() { p { (nothing) } } @else { (picture::ports::ports(&open, direction, id)) }
            }
        }
    }
}

#[cfg(test)]
mod tests;
