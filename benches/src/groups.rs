//! `DescribeSecurityGroups` in pages, and `DescribeSecurityGroupAttribute` for each group.

use std::collections::BTreeSet;
use std::fmt::{self, Write as _};

use crate::error::GenerateError;
use crate::estate::{Estate, GroupKind, REGION};
use crate::ids::Kind;
use crate::output::{Folder, Responses};
use crate::pages::{Pages, request_number};
use crate::pool;
use crate::rule::{Peer, Rule, RuleWriter, rules_of};
use crate::template::Template;

/// Groups to a page: the most that the API gives.
const PAGE: u32 = 100;

/// What was written about groups.
#[derive(Clone, Debug, Default)]
pub struct Written {
    /// Bytes of all documents.
    pub bytes: u64,
    /// Rules of all groups.
    pub rules: u64,
    /// For each prefix list, the groups that name it.
    pub list_uses: Vec<u32>,
}

/// Writes all groups of an estate.
///
/// # Errors
/// If a file cannot be written.
pub fn write(estate: &Estate, folder: &Folder) -> Result<Written, GenerateError> {
    let mut listing = Pages::new(
        folder.responses("DescribeSecurityGroups"),
        include_str!("../templates/groups.json"),
        estate.ids,
        Kind::Group,
        PAGE,
        estate.size.groups,
    );
    let mut attributes = Attributes::new(folder.responses("DescribeSecurityGroupAttribute"));
    let members = Members::default();
    let mut written = Written { list_uses: vec![0; estate.prefix_lists as usize], ..Written::default() };
    for group in 0..estate.size.groups {
        let rules = rules_of(estate, group);
        written.rules += rules.len() as u64;
        count_lists(&rules, &mut written.list_uses);
        listing.add(|out| members.write(out, estate, group, &rules))?;
        attributes.write(estate, group, &rules)?;
    }
    written.bytes = listing.finish()? + attributes.responses.finish()?;
    Ok(written)
}

fn count_lists(rules: &[Rule], uses: &mut [u32]) {
    let lists: BTreeSet<u32> = rules
        .iter()
        .filter_map(|rule| if let Peer::List(list) = rule.peer { Some(list) } else { None })
        .collect();
    for list in lists {
        if let Some(count) = uses.get_mut(list as usize) {
            *count += 1;
        }
    }
}

fn write_description(out: &mut String, estate: &Estate, group: u32) -> fmt::Result {
    let number = estate.ids.number(Kind::Group, group.into());
    match estate.kind_of(group) {
        GroupKind::Managed => out.write_str("managed by a cloud service"),
        _ if number.is_multiple_of(3) => Ok(()),
        _ => write!(
            out,
            "{} tier of team {}",
            pool::nth(&pool::ROLES, number >> 8),
            pool::nth(&pool::TEAMS, number >> 16)
        ),
    }
}

/// The members of the listing.
struct Members {
    owned: Template,
    managed: Template,
}

impl Default for Members {
    fn default() -> Self {
        Self {
            owned: Template::new(include_str!("../templates/group.json")),
            managed: Template::new(include_str!("../templates/managed_group.json")),
        }
    }
}

impl Members {
    fn write(&self, out: &mut String, estate: &Estate, group: u32, rules: &[Rule]) -> fmt::Result {
        let kind = estate.kind_of(group);
        let number = estate.ids.number(Kind::Group, group.into());
        let template = if kind == GroupKind::Managed { &self.managed } else { &self.owned };
        template.render(out, |slot, out| match slot {
            "created" => write!(out, "{}", pool::time(number, true)),
            "description" => write_description(out, estate, group),
            "group" => write!(out, "{}", estate.group_id(group)),
            "group_rules" => {
                let to_groups = rules.iter().filter(|rule| matches!(rule.peer, Peer::Group(_))).count();
                write!(out, "{to_groups}")
            }
            "kind" => out.write_str(if kind == GroupKind::Advanced { "enterprise" } else { "normal" }),
            "name" => write!(out, "{}", estate.group_name(group)),
            "network" => write!(out, "{}", estate.network_id(estate.network_of(group))),
            "rules" => write!(out, "{}", rules.len()),
            "tags" if kind == GroupKind::Managed => out.write_str("[]"),
            "tags" => {
                let environment = pool::nth(&pool::ENVIRONMENTS, number);
                write!(out, r#"[{{"TagKey":"env","TagValue":"{environment}"}}]"#)
            }
            _ => Err(fmt::Error),
        })
    }
}

/// The responses that hold the rules, one for each group.
struct Attributes {
    responses: Responses,
    template: Template,
    rule_writer: RuleWriter,
    rules: String,
    document: String,
}

impl Attributes {
    fn new(responses: Responses) -> Self {
        let template = Template::new(include_str!("../templates/group_rules.json"));
        let (rules, document) = (String::new(), String::new());
        Self { responses, template, rule_writer: RuleWriter::default(), rules, document }
    }

    fn write(&mut self, estate: &Estate, group: u32, rules: &[Rule]) -> Result<(), GenerateError> {
        self.rules.clear();
        for (position, rule) in rules.iter().enumerate() {
            if position > 0 {
                self.rules.push(',');
            }
            self.rule_writer.write(&mut self.rules, estate, group, position, rule)?;
        }
        let isolated = estate.ids.number(Kind::Group, group.into()).is_multiple_of(7);
        let inner = if isolated || estate.kind_of(group) == GroupKind::Advanced { "Drop" } else { "Accept" };
        let items = &self.rules;
        self.document.clear();
        self.template.render(&mut self.document, |slot, out| match slot {
            "description" => write_description(out, estate, group),
            "group" => write!(out, "{}", estate.group_id(group)),
            "inner" => out.write_str(inner),
            "items" => write!(out, "[{items}]"),
            "name" => write!(out, "{}", estate.group_name(group)),
            "network" => write!(out, "{}", estate.network_id(estate.network_of(group))),
            "region" => out.write_str(REGION),
            "request" => write!(out, "{}", estate.ids.uuid(Kind::Request, request_number(Kind::Rule, group))),
            _ => Err(fmt::Error),
        })?;
        self.responses.write(&self.document)
    }
}
