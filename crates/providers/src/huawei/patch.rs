//! Edits written back into Huawei Cloud's documents.

use portreeve_model::{Direction, DocumentIx, Estate, Origin, Rule};

use super::convert::said_rule;
use super::kind::Kind;
use super::wire;
use crate::json::{Cursor, Step, Value};
use crate::patch::{Changes, Fate, Field, GroupChange, NewDocument, Patcher, Rows, Whole, quoted};

mod words;

pub use words::rule_words;

/// How good a place is for new rules: the listing that has rules of the group already is the best.
const OLD: u8 = 0;
const LISTING: u8 = 1;
const SHOWN: u8 = 2;
const BESIDE: u8 = 3;

/// Patches one response; the cursor stands before it.
pub(crate) fn patch<'t>(
    patcher: &mut Patcher<'_>,
    cursor: &mut Cursor<'t>,
    text: &'t str,
    kind: Kind,
) -> Step<Whole> {
    let mut whole = Whole::Stays;
    // A page counts its rows, before them or behind.
    let (mut growth, mut counts) = (0, Vec::new());
    cursor.object(|cursor, key| match (kind, key) {
        (Kind::Groups, b"security_groups") => {
            let mut goes = Vec::new();
            let rows = Rows::read(cursor, |cursor, at| {
                let mark = patcher.splices.mark();
                if group(patcher, cursor, text)? == Whole::Goes {
                    patcher.splices.reset(mark);
                    goes.push(at);
                }
                Ok(())
            })?;
            rows.edit(&mut patcher.splices, text, "", &goes, &[]);
            growth = -rows_of(goes.len());
            Ok(())
        }
        (Kind::Groups, b"security_group") => {
            whole = group(patcher, cursor, text)?;
            Ok(())
        }
        (Kind::Rules, b"security_group_rules") => {
            growth = rules(patcher, cursor, text, None)?;
            Ok(())
        }
        (_, b"page_info") => {
            counts = Field::all(cursor)?;
            Ok(())
        }
        (Kind::Ports, b"ports") | (Kind::Servers, b"servers") => {
            Rows::read(cursor, |cursor, _| member(patcher, cursor, kind)).map(|_| ())
        }
        (Kind::Ports, b"port") | (Kind::Servers, b"server") => member(patcher, cursor, kind),
        _ => cursor.skip(),
    })?;
    if let Some(count) = counts.iter().find(|field| field.key == "current_count") {
        patcher.splices.recount(count, growth);
    }
    Ok(whole)
}

fn rows_of(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Patches the rules that a group shows, in either version.
fn group<'t>(patcher: &mut Patcher<'_>, cursor: &mut Cursor<'t>, text: &'t str) -> Step<Whole> {
    let fields = Field::all(&mut cursor.clone())?;
    let id = Field::words(&fields, "id").to_owned();
    let three = !Field::words(&fields, "created_at").is_empty();
    cursor.object(|cursor, key| match key {
        b"security_group_rules" => rules(patcher, cursor, text, Some((&id, three))).map(|_| ()),
        _ => cursor.skip(),
    })?;
    Ok(if patcher.changes.deleted.contains(&id) { Whole::Goes } else { Whole::Stays })
}

/// Patches a list of rules: those of one group, where it stands within it, and whether that is of version 3. Gives how many more
/// there are afterwards.
fn rules<'t>(
    patcher: &mut Patcher<'_>,
    cursor: &mut Cursor<'t>,
    text: &'t str,
    within: Option<(&str, bool)>,
) -> Step<i64> {
    let (mut goes, mut seen) = (Vec::new(), Vec::new());
    let mut old_listing = false;
    let rows = Rows::read(cursor, |cursor, at| {
        let (group, three) = rule(patcher, cursor, at, within.map_or("", |(group, _)| group), &mut goes)?;
        old_listing |= !three;
        seen.push(group);
        Ok(())
    })?;
    let changes = patcher.changes;
    let mut new = Vec::new();
    for (id, change) in
        changes.groups.iter().filter(|(_, change)| change.vendor == "huawei" && !change.created)
    {
        let (here, old) = match within {
            Some((group, three)) => (group == id, !three),
            None => (true, old_listing),
        };
        let good = match (old, within, seen.contains(id)) {
            (true, ..) => OLD,
            (_, Some(_), _) => SHOWN,
            (_, None, true) => BESIDE,
            (_, None, false) => LISTING,
        };
        for direction in Direction::BOTH.into_iter().filter(|_| here) {
            if patcher.belongs_here(&(id.clone(), Some(direction)), good) {
                let of = change.new.iter().filter(|rule| rule.direction == direction);
                new.extend(of.filter_map(|rule| row(&changes.after, id, rule, old)));
            }
        }
    }
    rows.edit(&mut patcher.splices, text, "security_group_rules", &goes, &new);
    Ok(rows_of(new.len()) - rows_of(goes.len()))
}

/// Patches a rule where it changes, and notes it where it goes. Gives its group, and whether it is of version 3.
fn rule(
    patcher: &mut Patcher<'_>,
    cursor: &mut Cursor<'_>,
    at: usize,
    within: &str,
    goes: &mut Vec<usize>,
) -> Step<(String, bool)> {
    let said = wire::Rule::read(&mut cursor.clone())?;
    let fields = Field::all(cursor)?;
    let group = if said.group.is_empty() { within } else { &said.group };
    let three = !said.action.is_empty() || !said.priority.is_empty() || !said.ports.is_empty();
    let mut estate = Estate::default();
    let origin = Origin { document: DocumentIx::new(0), offset: 0 };
    let own = said_rule(&mut estate.texts, &said, group, origin);
    let changes = patcher.changes;
    let words = rule_words(&estate, &own);
    let same = |known: &Rule| {
        known.direction == own.direction && words.is_some() && rule_words(changes.before, known) == words
    };
    match changes.fate(group, &said.id, same) {
        _ if changes.deleted.contains(group) => goes.push(at),
        Fate::Stays => {}
        Fate::Goes => goes.push(at),
        Fate::Becomes(was, to) => {
            let before = rule_words(changes.before, was).unwrap_or_default();
            let after = rule_words(&changes.after, to).unwrap_or_default();
            let wanted = after.iter().filter(|word| !before.contains(word));
            let mut missing = String::new();
            for (key, value) in wanted {
                let words = said_value(key, value);
                match fields.iter().find(|field| field.key == *key) {
                    Some(field) if field.words == *value => {}
                    Some(field) => patcher.splices.replace(field.at.clone(), words),
                    None if three => missing.extend([", ", &quoted(key), ": ", &words]),
                    None => {}
                }
            }
            if let Some(last) = fields.last().filter(|_| !missing.is_empty()) {
                patcher.splices.replace(last.at.end..last.at.end, missing);
            }
        }
    }
    Ok((group.to_owned(), three))
}

/// A value as JSON: what is not said is null, priorities are numbers.
fn said_value(key: &str, value: &str) -> String {
    match (key, value) {
        ("priority" | "enabled", value) if !value.is_empty() => value.to_owned(),
        (_, "") => "null".to_owned(),
        _ => quoted(value),
    }
}

/// A new rule as a row, without an id. Older versions have no words for actions and priorities.
fn row(estate: &Estate, group: &str, rule: &Rule, old: bool) -> Option<String> {
    let mut fields =
        vec![("security_group_id", quoted(group)), ("direction", quoted(rule.direction.as_str()))];
    for (key, value) in rule_words(estate, rule)? {
        match (key, old) {
            ("action" | "priority" | "enabled", true) => {}
            ("multiport", true) => {
                let (first, last) = value.split_once('-').unwrap_or((&value, &value));
                let number = |text: &str| if text.is_empty() { "null".to_owned() } else { text.to_owned() };
                fields.push(("port_range_min", number(first)));
                fields.push(("port_range_max", number(last)));
            }
            _ => fields.push((key, said_value(key, &value))),
        }
    }
    let fields: Vec<String> = fields.into_iter().map(|(key, value)| format!("\"{key}\": {value}")).collect();
    Some(format!("{{{}}}", fields.join(", ")))
}

/// Patches the groups of a port or a server. A server lists the groups of all its ports by id and name.
fn member(patcher: &mut Patcher<'_>, cursor: &mut Cursor<'_>, kind: Kind) -> Step {
    let fields = Field::all(cursor)?;
    let changes = patcher.changes;
    let id = Field::words(&fields, "id");
    let Some(field) = fields.iter().find(|field| field.key == "security_groups") else { return Ok(()) };
    let ids: Option<Vec<String>> = if kind == Kind::Ports {
        changes.interfaces.get(id).map(|list| list.iter().map(|id| quoted(id)).collect())
    } else {
        changes.unions.get(id).map(|list| list.iter().map(|id| named(&changes.after, id)).collect())
    };
    if let Some(ids) = ids {
        patcher.splices.replace(field.at.clone(), format!("[{}]", ids.join(", ")));
    }
    Ok(())
}

fn named(estate: &Estate, id: &str) -> String {
    let name = estate.groups.iter().find(|group| estate.text(group.id) == id);
    let name = name.map_or("", |group| estate.text(group.name));
    format!("{{\"name\": {}, \"id\": {}}}", quoted(name), quoted(id))
}

/// The document of a group that the vendor does not have yet.
pub(crate) fn new_group(changes: &Changes<'_>, id: &str, change: &GroupChange) -> Option<NewDocument> {
    let group = &change.after;
    let rows: Option<Vec<String>> =
        group.rules.iter().map(|rule| row(&changes.after, id, rule, false)).collect();
    let text = format!(
        "{{\"security_group\": {{\"id\": {}, \"name\": {}, \"description\": {}, \"created_at\": \"not yet created\", \
         \"security_group_rules\": [{}]}}}}\n",
        quoted(id),
        quoted(changes.after.text(group.name)),
        quoted(changes.after.text(group.description)),
        rows?.join(", ")
    );
    Some(NewDocument { name: format!("ShowSecurityGroup.{}.json", crate::patch::file_name(id)), text })
}
