//! Edits tried out on a group before anything is real: what they would open and close, and the commands that make them.
//!
//! The edits stand in the address, so that a link reproduces them and nothing has to be remembered.

mod form;
mod result;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use maud::{Markup, html};
use portreeve::checks::Settings;
use portreeve::model::{Estate, GroupIx};
use portreeve::report::plain;
use portreeve::whatif::{Made, make};
use portreeve::{Told, Tool, Waiver};

use super::group::find;
use super::layout::{Tab, address, frame, group_link};
use super::page;
use super::params::{Params, link};
use crate::access::Visitor;
use crate::console::Console;
use crate::problem::Problem;
use crate::scene::Scene;

/// How long edits may be, in bytes: an address takes no more everywhere.
const LONGEST: usize = 6000;

pub(super) fn routes() -> Router<Arc<Console>> {
    Router::new().route("/group/{id}/whatif", get(editor)).route("/group/{id}/whatif/script", get(download))
}

/// What comparing needs beside the results.
#[derive(Debug)]
struct With {
    settings: Settings,
    waivers: Vec<Waiver>,
}

impl With {
    /// The settings of the configuration, with the items that are on.
    fn of(&self, scene: &Scene<'_>) -> Settings {
        let mut settings = self.settings.clone();
        let items = scene.snapshot.outcome.items.iter().zip(&scene.decided.on);
        settings.switches = items.map(|(item, on)| (item.id.clone().into_owned(), *on)).collect();
        settings
    }

    async fn read(console: &Arc<Console>) -> Result<Self, Problem> {
        let read = |console: &Console| Ok((console.settings()?, console.waivers()?));
        let (settings, waivers) = console.work(read).await?;
        Ok(Self { settings: Settings { threads: console.options.threads, ..settings }, waivers })
    }
}

/// The edits of an address, one to a line.
fn lines(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(str::to_owned).collect()
}

/// What the page shows, or the address where it goes on.
enum Next {
    Show(Markup),
    Go(String),
}

async fn editor(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    visitor: Visitor,
    params: Params,
) -> Response {
    let own = visitor.clone();
    let made = match With::read(&console).await {
        Ok(with) => console.read(move |scene| Ok(Editor::of(scene, &id, &params)?.next(&with, &own))).await,
        Err(problem) => Err(problem),
    };
    match made {
        Ok(Next::Go(address)) => Redirect::to(&address).into_response(),
        Ok(Next::Show(markup)) => page(&visitor, Ok(markup)),
        Err(problem) => page(&visitor, Err(problem)),
    }
}

/// The editor of a group, with the edits so far.
struct Editor<'s, 'a> {
    scene: &'s Scene<'a>,
    ix: GroupIx,
    id: &'s str,
    params: &'s Params,
    edits: Vec<String>,
}

impl<'s, 'a> Editor<'s, 'a> {
    fn of(scene: &'s Scene<'a>, id: &'s str, params: &'s Params) -> Result<Self, Problem> {
        let ix = find(scene, id)?;
        let text = params.text("edits");
        if text.len() > LONGEST {
            let why = format!(
                "these edits have {} bytes, and {LONGEST} is the most that fits an address: try fewer at a time, or use \
                 `portreeve whatif`",
                text.len()
            );
            return Err(Problem::Invalid(why));
        }
        Ok(Self { scene, ix, id, params, edits: lines(text) })
    }

    fn path(&self) -> String {
        address("group", self.id) + "/whatif"
    }

    /// What a small form adds goes behind the other edits; what it says wrong is shown beside it.
    fn next(&self, with: &With, visitor: &Visitor) -> Next {
        let wrong = match self.asked() {
            None => None,
            Some(Ok(edit)) => {
                let all: Vec<&str> = self.edits.iter().map(String::as_str).chain([&*edit]).collect();
                return Next::Go(link(&self.path(), &[("edits", &all.join("\n"))]) + "#result");
            }
            Some(Err(why)) => Some(why),
        };
        let group = self.scene.estate().group(self.ix);
        let name = self.scene.estate().text(group.name);
        let title = format!("What if, in {}", plain(if name.is_empty() { self.id } else { name }));
        let body = html! {
            p { "Edits are tried out on a copy of " (group_link(self.scene.estate(), self.ix)) ": nothing is changed in the cloud." }
            (self.form(wrong.as_deref()))
            @if !self.edits.is_empty() { (self.result(with)) }
        };
        Next::Show(frame(visitor, &title, Tab::Groups, &body))
    }

    fn make(&self, with: &With) -> Result<Made, portreeve::whatif::EditError> {
        make(self.scene.estate(), &self.edits, with.settings.thresholds.rules_per_group)
    }
}

/// The commands as a file.
async fn download(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    visitor: Visitor,
    params: Params,
) -> Response {
    let made = match With::read(&console).await {
        Ok(with) => console.read(move |scene| commands(&Editor::of(scene, &id, &params)?, &with)).await,
        Err(problem) => Err(problem),
    };
    match made {
        Ok((name, text)) => {
            let disposition = format!("attachment; filename=\"{name}\"");
            let headers = [
                (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
                (header::CONTENT_DISPOSITION, disposition),
            ];
            (headers, text).into_response()
        }
        Err(problem) => page(&visitor, Err(problem)),
    }
}

/// The commands of a tool, and the name of their file.
fn commands(editor: &Editor<'_, '_>, with: &With) -> Result<(&'static str, String), Problem> {
    let asked = editor.params.text("tool");
    let tool = Tool::ALL.into_iter().find(|tool| tool.as_str() == asked);
    let names = Tool::ALL.map(|tool| format!("`{}`", tool.as_str())).join(", ");
    let tool = tool.ok_or_else(|| {
        Problem::Invalid(format!("there is no tool `{}`: choose one of {names}", plain(asked)))
    })?;
    let made = editor.make(with).map_err(|why| Problem::Invalid(why.to_string()))?;
    let name = if tool == Tool::Terraform { "whatif.tf" } else { "whatif.sh" };
    Ok((name, script(editor.scene.estate(), &made, tool, &plain(editor.id))))
}

/// The edits as the commands of a tool; `on` is what they were tried out on.
pub(crate) fn script(estate: &Estate, made: &Made, tool: Tool, on: &str) -> String {
    let start = made.start(estate);
    portreeve::script(tool, &[told(made, &start, on)])
}

/// The edits as the writers of commands take them.
fn told<'m>(made: &'m Made, start: &'m Estate, on: &str) -> Told<'m> {
    let about = vec![format!("edits that were tried out on {on}")];
    let edits = made.edits.iter().map(|(edit, words)| (edit, words.clone())).collect();
    Told { about, estate: start, edits, undoes: None }
}

#[cfg(test)]
mod tests;
