//! Groups, their rules, and the address groups that these name.

use portreeve_model::{
    Acts, AddressList, AddressListIx, Direction, Estate, Family, GapIx, Group, GroupIx, Listing, Peer,
    ProfileIx, Quotas, Rule, SameGroup, Text,
};

use super::pages::Listings;
use super::{Account, Finish, GroupFacts};
use crate::huawei::kind::Kind;
use crate::huawei::profile::{QUOTAS, profile};
use crate::huawei::row::RuleRow;

impl Account {
    pub(super) fn finish_groups(&self, to: &mut Finish<'_>, listings: &Listings) {
        to.estate.profiles.push(profile(or_default(self.quotas)));
        let profile = ProfileIx::new(to.estate.profiles.len() - 1);
        // Rules name groups and lists that come later, so that all have their places first.
        for row in &self.lists.rows {
            self.finish_list(to, row.id);
        }
        for facts in &self.groups.rows {
            let (ix, list) = (GroupIx::new(to.estate.groups.len()), to.estate.tags.list(&facts.tags));
            to.groups.insert(facts.id, ix);
            to.estate.tags.tag_group(ix, list);
            to.estate.groups.push(Group {
                id: facts.id,
                name: facts.name,
                description: facts.description,
                region: Text::EMPTY,
                network: None,
                profile,
                same_group: SameGroup::Rules,
                managed: false,
                rules: Vec::new(),
                incomplete: [None; 2],
                origin: facts.origin,
            });
        }
        for facts in &self.groups.rows {
            let incomplete = self.incomplete(to, listings, facts);
            let (rows, old) = if facts.rules.rows.is_empty() && !facts.shown {
                (&facts.old.rows, true)
            } else {
                (&facts.rules.rows, false)
            };
            let incomplete = if old { [incomplete[0]; 2] } else { open(to, facts, incomplete) };
            let rules = rules(to, facts.id, rows);
            let group = to.groups.get(&facts.id).and_then(|ix| to.estate.groups.get_mut(ix.at()));
            if let Some(group) = group {
                (group.rules, group.incomplete) = (rules, incomplete);
            }
        }
    }

    fn finish_list(&self, to: &mut Finish<'_>, id: Text) {
        let Some(row) = self.lists.get(id) else { return };
        let incomplete = to.trouble(id, &row.trouble, row.origin);
        to.lists.insert(id, AddressListIx::new(to.estate.address_lists.len()));
        to.estate.address_lists.push(AddressList {
            id,
            name: row.name,
            entries: row.entries.clone().into(),
            // A rule with an address group counts as one rule.
            max_entries: Some(1),
            incomplete,
        });
    }

    /// Why the rules of a group may be more than those that were read (ingress, egress).
    fn incomplete(&self, to: &mut Finish<'_>, listings: &Listings, facts: &GroupFacts) -> [Option<GapIx>; 2] {
        if facts.shown {
            return [None; 2];
        }
        let name = to.name(facts.id);
        let run = format!("run `hcloud VPC ShowSecurityGroup/v3 --security_group_id={name}`");
        if facts.rules.rows.is_empty() && facts.old_shown {
            // One call tells of all groups, so one gap does too.
            let what = format!(
                "rules of groups are only known from version 1 of the API, which tells neither what a rule does nor its \
                 priority: run {}",
                Kind::Rules.command()
            );
            return [Some(to.gap("security groups", what)); 2];
        }
        // A listing of one group's rules says nothing of other groups, one of a single direction nothing of the other.
        let told = self.listed.groups.contains(&facts.id) || self.listed.groups.len() > 1;
        match listings.of(Kind::Rules) {
            Listing::Partial(gap) => [Some(gap); 2],
            Listing::Complete if told => {
                let [ingress, egress] = self.listed.directions;
                [(Direction::Ingress, ingress), (Direction::Egress, egress)].map(|(direction, known)| {
                    let what = || format!("{direction} rules of {name} are not in the input: {run}");
                    (!known).then(|| to.gap(name.clone(), what()))
                })
            }
            Listing::Complete | Listing::Absent => {
                let what = format!("rules of {name} are not in the input: {run}");
                [Some(to.gap(name, what)); 2]
            }
        }
    }
}

/// The quotas that documents tell, else the usual ones.
fn or_default(said: Quotas) -> Quotas {
    Quotas {
        rules_per_group: said.rules_per_group.or(QUOTAS.rules_per_group),
        groups_per_interface: said.groups_per_interface.or(QUOTAS.groups_per_interface),
        members_per_group: said.members_per_group.or(QUOTAS.members_per_group),
        groups: said.groups.or(QUOTAS.groups),
        composite_rules: said.composite_rules.or(QUOTAS.composite_rules),
        ..QUOTAS
    }
}

/// Adds to what is missing the rules whose effect may be anything.
fn open(to: &mut Finish<'_>, facts: &GroupFacts, mut known: [Option<GapIx>; 2]) -> [Option<GapIx>; 2] {
    for row in &facts.rules.rows {
        for (known, open) in known.iter_mut().zip(row.open) {
            if open && known.is_none() {
                *known = to.trouble(facts.id, &row.trouble, row.origin);
            }
        }
    }
    known
}

/// The rules of a filter, with positions, references and gaps.
pub(super) fn rules(to: &mut Finish<'_>, owner: Text, rows: &[RuleRow]) -> Vec<Rule> {
    let mut counts = [0; 2];
    rows.iter()
        .map(|row| {
            let mut rule = row.rule.clone();
            let [ingress, egress] = &mut counts;
            let count = if rule.direction == Direction::Ingress { ingress } else { egress };
            *count += 1;
            rule.position = *count;
            resolve(to, owner, row, &mut rule);
            rule
        })
        .collect()
}

/// Ties a rule to the group or list that it names, and turns what is wrong with it into a gap.
fn resolve(to: &mut Finish<'_>, owner: Text, row: &RuleRow, rule: &mut Rule) {
    let mut troubles = Vec::new();
    if !row.trouble.is_empty() {
        troubles.push(format!("{} (in `{}`)", row.trouble, to.path(row.origin.document)));
    }
    match &mut rule.peer {
        Peer::Group { id, group, .. } => {
            *group = to.groups.get(id).copied();
            if group.is_none() {
                troubles.push(format!(
                    "security group {} is not in the input: run {}",
                    to.name(*id),
                    Kind::Groups.command()
                ));
            }
        }
        Peer::List(list) => {
            list.list = to.lists.get(&list.id).copied();
            match list.list {
                None => troubles.push(format!(
                    "address group {} is not in the input: run {}",
                    to.name(list.id),
                    Kind::AddressGroups.command()
                )),
                Some(ix) if foreign(to.estate, ix, row.family) => {
                    troubles.push("names an address group of the other version of IP".to_owned());
                    rule.acts = if rule.acts == Acts::Surely { Acts::Possibly } else { rule.acts };
                }
                Some(_) => {}
            }
        }
        Peer::Any | Peer::Prefix(_) | Peer::Unknown => {}
    }
    if !troubles.is_empty() {
        let name = to.estate.rule_name(owner, rule);
        let at = if rule.id.is_empty() { name } else { format!("{}/{name}", to.name(owner)) };
        rule.gap = Some(to.gap(at, troubles.join("; ")));
    }
}

/// Whether a list has entries of another family than a rule is about.
fn foreign(estate: &Estate, list: AddressListIx, family: Family) -> bool {
    estate.address_list(list).entries.iter().any(|entry| Family::of(entry.first()) != family)
}
