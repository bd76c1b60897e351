//! Edits written back into Alibaba Cloud's documents.

use portreeve_model::{Direction, Rule, SameGroup, Texts};

use super::convert::said_rule;
use super::kind::Kind;
use super::wire;
use crate::json::{Cursor, Step, Value};
use crate::patch::{Changes, Fate, Field, GroupChange, NewDocument, Patcher, Rows, Whole, quoted};

mod words;

pub use words::rule_words;

/// Patches one response; the cursor stands before it.
pub(crate) fn patch<'t>(
    patcher: &mut Patcher<'_>,
    cursor: &mut Cursor<'t>,
    text: &'t str,
    kind: Kind,
    request: Option<&wire::Request<'t>>,
) -> Step<Whole> {
    let stays = |()| Whole::Stays;
    match kind {
        Kind::Groups => groups(patcher, cursor, text).map(stays),
        Kind::Rules => rules(patcher, cursor, text, request),
        Kind::Interfaces => {
            members(patcher, cursor, text, b"NetworkInterfaceSets", "NetworkInterfaceId").map(stays)
        }
        Kind::Instances => members(patcher, cursor, text, b"Instances", "InstanceId").map(stays),
        _ => cursor.skip().map(stays),
    }
}

/// Patches the listing of groups, which counts them and the rules of each.
fn groups<'t>(patcher: &mut Patcher<'_>, cursor: &mut Cursor<'t>, text: &'t str) -> Step {
    let changes = patcher.changes;
    cursor.object(|cursor, key| match key {
        b"SecurityGroups" => {
            let mut goes = Vec::new();
            let rows = Rows::read(cursor, |cursor, at| {
                let fields = Field::all(cursor)?;
                let id = Field::words(&fields, "SecurityGroupId");
                if changes.deleted.contains(id) {
                    goes.push(at);
                } else if let (Some(change), Some(count)) =
                    (changes.groups.get(id), fields.iter().find(|field| field.key == "RuleCount"))
                {
                    patcher.splices.recount(count, change.growth());
                }
                Ok(())
            })?;
            let good = u8::try_from(rows.len().min(1)).unwrap_or_default();
            let mut new = Vec::new();
            if patcher.belongs_here(&("alibaba groups".to_owned(), None), good) {
                new.extend(changes.created("alibaba").map(|(id, change)| listed(changes, id, change)));
            }
            rows.edit(&mut patcher.splices, text, "SecurityGroup", &goes, &new);
            Ok(())
        }
        b"TotalCount" => {
            cursor.peek()?;
            let start = cursor.at();
            let words = cursor.text()?.unwrap_or_default();
            let count = Field { key: String::new(), at: start..cursor.at(), words };
            patcher.splices.recount(&count, changes.more_groups("alibaba"));
            Ok(())
        }
        _ => cursor.skip(),
    })
}

/// The row of a new group.
fn listed(changes: &Changes<'_>, id: &str, change: &GroupChange) -> String {
    let group = &change.after;
    let network = group.network.and_then(|ix| changes.after.networks.get(ix.at()));
    let network = network.map_or("", |network| changes.after.text(network.id));
    let profile = changes.after.profiles.get(group.profile.at()).map_or("", |profile| profile.name);
    let kind = if profile.ends_with("advanced") { "enterprise" } else { "normal" };
    format!(
        "{{\"Description\": {}, \"RuleCount\": {}, \"SecurityGroupId\": {}, \"SecurityGroupName\": {}, \
         \"SecurityGroupType\": \"{kind}\", \"ServiceManaged\": false, \"VpcId\": {}}}",
        quoted(changes.after.text(group.description)),
        group.rules.len(),
        quoted(id),
        quoted(changes.after.text(group.name)),
        quoted(network)
    )
}

/// Patches a page of a group's rules.
fn rules<'t>(
    patcher: &mut Patcher<'_>,
    cursor: &mut Cursor<'t>,
    text: &'t str,
    request: Option<&wire::Request<'t>>,
) -> Step<Whole> {
    let asked = request.map_or("", |request| request.direction.as_ref());
    let asked = Direction::BOTH.into_iter().find(|one| one.as_str().eq_ignore_ascii_case(asked));
    let mut head = wire::Head::default();
    cursor.clone().object(|ahead, key| head.field(ahead, key))?;
    let named =
        if head.group.is_empty() { request.map_or("", |request| &request.group) } else { &head.group };
    if patcher.changes.deleted.contains(named) {
        return cursor.skip().map(|()| Whole::Goes);
    }
    let Some(change) = patcher.changes.groups.get(named) else {
        return cursor.skip().map(|()| Whole::Stays);
    };
    let classic = head.network.as_ref().is_some_and(|id| id.is_empty());
    let mut shows = [false; 2];
    cursor.object(|cursor, key| {
        if key != b"Permissions" {
            return cursor.skip();
        }
        let mut goes = Vec::new();
        let rows = Rows::read(cursor, |cursor, at| {
            let direction = permission(patcher, cursor, text, named, (at, asked), &mut goes)?;
            shows[usize::from(direction == Direction::Egress)] = true;
            Ok(())
        })?;
        let mut new = Vec::new();
        for (direction, shows) in Direction::BOTH.into_iter().zip(shows) {
            if asked.is_some_and(|asked| asked != direction) {
                continue;
            }
            if patcher.belongs_here(&(named.to_owned(), Some(direction)), u8::from(shows)) {
                let of = change.new.iter().filter(|rule| rule.direction == direction);
                new.extend(of.filter_map(|rule| row(patcher.changes, rule, classic)));
            }
        }
        rows.edit(&mut patcher.splices, text, "Permission", &goes, &new);
        Ok(())
    })?;
    Ok(Whole::Stays)
}

/// Patches a rule where it changes, and notes it where it goes. Gives its direction.
fn permission<'t>(
    patcher: &mut Patcher<'_>,
    cursor: &mut Cursor<'t>,
    text: &'t str,
    group: &str,
    (at, asked): (usize, Option<Direction>),
    goes: &mut Vec<usize>,
) -> Step<Direction> {
    let said = wire::Permission::read(&mut cursor.clone())?;
    let start = cursor.at();
    let fields = Field::all(cursor)?;
    let mut estate = portreeve_model::Estate { texts: Texts::default(), ..Default::default() };
    let rule = said_rule(&mut estate.texts, &said, asked);
    let changes = patcher.changes;
    let own = rule_words(&estate, &rule);
    let same = |known: &Rule| {
        known.direction == rule.direction && own.is_some() && rule_words(changes.before, known) == own
    };
    match changes.fate(group, &said.id, same) {
        Fate::Stays => {}
        Fate::Goes => goes.push(at),
        Fate::Becomes(was, to) => {
            let before = rule_words(changes.before, was).unwrap_or_default();
            let after = rule_words(&changes.after, to).unwrap_or_default();
            let mut wanted: Vec<(&str, String)> = Vec::new();
            for (key, value) in &after {
                if !before.contains(&(*key, value.clone())) {
                    wanted.push((key, value.clone()));
                }
            }
            for (key, _) in before.iter().filter(|(key, _)| !after.iter().any(|(other, _)| other == key)) {
                wanted.push((key, String::new()));
            }
            write(patcher, text, start..cursor.at(), &fields, &wanted);
        }
    }
    Ok(rule.direction)
}

/// Sets fields of an object.
fn write(
    patcher: &mut Patcher<'_>,
    text: &str,
    object: std::ops::Range<usize>,
    fields: &[Field<'_>],
    wanted: &[(&str, String)],
) {
    let mut missing = String::new();
    for (key, value) in wanted {
        let words = said(key, value);
        match fields.iter().find(|field| field.key == *key) {
            Some(field) if field.words.eq_ignore_ascii_case(value) => {}
            Some(field) => patcher.splices.replace(field.at.clone(), words),
            None if value.is_empty() => {}
            None => missing.extend([", ", &quoted(key), ": ", &words]),
        }
    }
    let Some(last) = fields.last().filter(|_| !missing.is_empty() && text.len() >= object.end) else {
        return;
    };
    patcher.splices.replace(last.at.end..last.at.end, missing);
}

/// A value as JSON: priorities are numbers, all else is text.
fn said(key: &str, value: &str) -> String {
    if key == "Priority" && !value.is_empty() { value.to_owned() } else { quoted(value) }
}

/// A new rule as a row. It has no id: the vendor gives one.
fn row(changes: &Changes<'_>, rule: &Rule, classic: bool) -> Option<String> {
    let mut fields = vec![("Direction", quoted(rule.direction.as_str()))];
    let side = if classic && rule.scope != portreeve_model::Scope::Private { "internet" } else { "intranet" };
    fields.push(("NicType", quoted(side)));
    fields.extend(rule_words(&changes.after, rule)?.into_iter().map(|(key, value)| (key, said(key, &value))));
    fields.push(("SecurityGroupRuleId", quoted("")));
    fields.sort_unstable();
    let fields: Vec<String> = fields.into_iter().map(|(key, value)| format!("\"{key}\": {value}")).collect();
    Some(format!("{{{}}}", fields.join(", ")))
}

/// Patches the groups of servers or interfaces.
fn members<'t>(
    patcher: &mut Patcher<'_>,
    cursor: &mut Cursor<'t>,
    text: &'t str,
    rows: &[u8],
    id: &str,
) -> Step {
    let changes = patcher.changes;
    let known = if id == "InstanceId" { &changes.servers } else { &changes.interfaces };
    cursor.object(|cursor, key| {
        if key != rows || known.is_empty() {
            return cursor.skip();
        }
        Rows::read(cursor, |cursor, _| {
            let fields = Field::all(cursor)?;
            let list = known.get(Field::words(&fields, id));
            let field = fields.iter().find(|field| field.key == "SecurityGroupIds");
            if let (Some(list), Some(field)) = (list, field) {
                let wrapped = text.get(field.at.clone()).is_some_and(|value| value.starts_with('{'));
                let ids: Vec<String> = list.iter().map(|id| quoted(id)).collect();
                let list = format!("[{}]", ids.join(", "));
                let words = if wrapped { format!("{{\"SecurityGroupId\": {list}}}") } else { list };
                patcher.splices.replace(field.at.clone(), words);
            }
            Ok(())
        })?;
        Ok(())
    })
}

/// The document of a group that the vendor does not have yet.
pub(crate) fn new_group(changes: &Changes<'_>, id: &str, change: &GroupChange) -> Option<NewDocument> {
    let group = &change.after;
    let classic = group.network.is_none();
    let rows: Option<Vec<String>> = group.rules.iter().map(|rule| row(changes, rule, classic)).collect();
    let inner = match group.same_group {
        SameGroup::Allow => "Accept",
        SameGroup::Rules | SameGroup::Unknown => "Drop",
    };
    let network = group.network.and_then(|ix| changes.after.networks.get(ix.at()));
    let text = format!(
        "{{\"Description\": {}, \"InnerAccessPolicy\": \"{inner}\", \"NextToken\": \"\", \"Permissions\": \
         {{\"Permission\": [{}]}}, \"RegionId\": {}, \"SecurityGroupId\": {}, \"SecurityGroupName\": {}, \"VpcId\": \
         {}}}\n",
        quoted(changes.after.text(group.description)),
        rows?.join(", "),
        quoted(changes.after.text(group.region)),
        quoted(id),
        quoted(changes.after.text(group.name)),
        quoted(network.map_or("", |network| changes.after.text(network.id)))
    );
    Some(NewDocument {
        name: format!("DescribeSecurityGroupAttribute.{}.json", crate::patch::file_name(id)),
        text,
    })
}
