//! Tags of groups and servers, as a filter.

use std::collections::HashMap;

use maud::{Markup, html};
use portreeve::engine::{Class, Index};
use portreeve::model::{Estate, Tag, TagList};
use portreeve::report::plain;

use crate::page::find::find;
use crate::page::params::link;

/// How many tags are offered.
const OFFERED: usize = 150;
/// Longer ones are not offered: their names are other people's words.
const LONGEST: usize = 80;

/// Tags of one object that its page names.
const SHOWN: usize = 20;

/// What was asked for: `key`, or `key=value`.
struct Wanted<'t> {
    key: &'t str,
    value: Option<&'t str>,
}

impl<'t> Wanted<'t> {
    /// A key may hold an equals sign itself, so that all places to part the words are tried.
    fn readings(text: &'t str) -> impl Iterator<Item = Self> {
        let parted = text.match_indices('=');
        let parted = parted.filter_map(|(at, _)| text.get(..at).zip(text.get(at + 1..)));
        let parted = parted.map(|(key, value)| Self { key, value: Some(value) });
        std::iter::once(Self { key: text, value: None }).chain(parted)
    }

    fn is(&self, estate: &Estate, tag: Tag) -> bool {
        estate.text(tag.key) == self.key && self.value.is_none_or(|value| estate.text(tag.value) == value)
    }
}

/// Whether each class has a group or a server with the tag that was asked for, by the position of the class.
pub(super) fn tagged(index: &Index<'_>, text: &str) -> Vec<bool> {
    let estate = index.estate();
    let readings: Vec<Wanted<'_>> = Wanted::readings(text).collect();
    let lists =
        estate.tags.each(|tags| tags.iter().any(|tag| readings.iter().any(|wanted| wanted.is(estate, *tag))));
    let fits = |at: usize| lists.get(at).copied().unwrap_or(false);
    let class = |class: &Class| {
        let mut servers = class.interfaces.iter().filter_map(|ix| estate.interface(*ix).instance);
        class.groups.iter().any(|ix| fits(estate.tags.of_group(*ix).at()))
            || servers.any(|ix| fits(estate.tags.of_instance(ix).at()))
    };
    index.classes().iter().map(class).collect()
}

/// The tags that most objects have: keys that have several values, and keys with values.
fn frequent(estate: &Estate) -> Vec<String> {
    let mut times: HashMap<Tag, usize> = HashMap::new();
    for (tags, objects) in estate.tags.lists() {
        for tag in tags {
            *times.entry(*tag).or_default() += objects;
        }
    }
    let mut words: HashMap<String, usize> = HashMap::new();
    for (tag, objects) in times {
        let [key, value] = [tag.key, tag.value].map(|text| estate.text(text));
        *words.entry(key.to_owned()).or_default() += objects;
        if !value.is_empty() && key.len() + value.len() < LONGEST {
            *words.entry(format!("{key}={value}")).or_default() += objects;
        }
    }
    let mut words: Vec<(String, usize)> =
        words.into_iter().filter(|(word, _)| word.len() <= LONGEST).collect();
    words.sort_by(|(one, first), (other, second)| second.cmp(first).then_with(|| one.cmp(other)));
    words.into_iter().take(OFFERED).map(|(word, _)| word).collect()
}

/// The field of the filter, with what can be written in it; nothing where nothing has tags.
pub(super) fn field(estate: &Estate, asked: Option<&str>) -> Markup {
    let offered = frequent(estate);
    html! {
        @if !offered.is_empty() || asked.is_some() {
            label { "Tag"
                input name="tag" list="tags" value=(asked.unwrap_or_default()) placeholder="key or key=value" autocomplete="off";
            }
            datalist #tags { @for word in &offered { option value=(word) {} } }
        }
    }
}

/// The tags of an object as rows of facts, each a link to the map of all that has it.
pub(in crate::page) fn facts(estate: &Estate, list: TagList) -> Markup {
    let tags = estate.tags.get(list);
    let word = |tag: Tag| match [tag.key, tag.value].map(|text| estate.text(text)) {
        [key, ""] => key.to_owned(),
        [key, value] => format!("{key}={value}"),
    };
    html! {
        @if !tags.is_empty() {
            dt { "Tags" }
            dd {
                @for (at, tag) in tags.iter().take(SHOWN).enumerate() {
                    @let word = word(*tag);
                    @if at > 0 { ", " } a href=(link("/map", &[("tag", &word)])) { (plain(&word)) }
                }
                @if tags.len() > SHOWN { " and " (tags.len() - SHOWN) " more" }
            }
        }
    }
}

/// What to write instead, where no object has the tag: what looks like it.
pub(super) fn hint(estate: &Estate, asked: &str) -> Option<String> {
    let key = asked.split('=').next().unwrap_or(asked);
    frequent(estate).into_iter().find(|word| find(word, key).is_some())
}
