//! Every relative link in the documents leads somewhere, down to the heading.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::files;

/// The links of a document, in order.
pub(crate) fn links(text: &str) -> Vec<String> {
    Parser::new_ext(text, Options::ENABLE_TABLES)
        .filter_map(|event| match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                Some(dest_url.to_string())
            }
            _ => None,
        })
        .collect()
}

/// The anchors of a document's headings, as GitHub and mdBook make them.
fn anchors(text: &str) -> Vec<String> {
    let mut anchors = Vec::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut heading: Option<String> = None;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(part) | Event::Code(part) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&part);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                let slug = slug(&heading.take().unwrap_or_default());
                let times = seen.entry(slug.clone()).or_default();
                anchors.push(if *times == 0 { slug } else { format!("{slug}-{times}") });
                *times += 1;
            }
            _ => {}
        }
    }
    anchors
}

fn slug(heading: &str) -> String {
    heading
        .trim()
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() })
        .collect()
}

/// `docs/../README.md` is `README.md`.
fn normalised(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(out.pop()),
            Component::CurDir => {}
            other => out.push(other),
        }
    }
    out
}

/// What is wrong with a link, if anything.
fn fault(from: &Path, link: &str) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target =
        if path.is_empty() { from.to_owned() } else { normalised(&from.with_file_name("").join(path)) };
    if !files::root().join(&target).exists() {
        return Some(format!("{}: `{link}` leads nowhere", from.display()));
    }
    let known = anchor.is_empty() || anchors(&files::read(&target)).iter().any(|known| known == anchor);
    (!known).then(|| format!("{}: `{link}` names a heading that is not there", from.display()))
}

#[test]
fn relative_links_lead_somewhere() {
    let complaints: Vec<String> = files::with_extension("md")
        .iter()
        .flat_map(|path| {
            links(&files::read(path)).into_iter().filter_map(|link| fault(path, &link)).collect::<Vec<_>>()
        })
        .collect();
    files::no_complaints(&complaints);
}

#[test]
fn anchors_are_made_as_the_readers_make_them() {
    let text = "# What `check` does\n\n## A, b & c\n\n## A, b & c\n";
    assert_eq!(anchors(text), ["what-check-does", "a-b--c", "a-b--c-1"]);
}
