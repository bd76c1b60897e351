//! Makes a failing case small enough to read, and prints it as a fixture.

use std::fmt;

use portreeve_model::{AddressListIx, Estate, GroupIx, ListRef, Peer, PortListIx, Ports, Rule, Scope, Text};

use crate::generate::number_rules;
use crate::notation::{ask_line, print};
use crate::oracle::{Packet, decide};

/// An estate and a question about it that show a mistake. Displayed, it is a fixture with the oracle's answer.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The estate.
    pub estate: Estate,
    /// The groups of the interface that is asked.
    pub groups: Vec<Text>,
    /// The packet.
    pub packet: Packet,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let answer = decide(&self.estate, &self.groups, &self.packet);
        f.write_str(&print(&self.estate))?;
        writeln!(f, "{}", ask_line(&self.estate, &self.groups, &self.packet, &answer))
    }
}

/// One thing to leave out, by its position.
#[derive(Debug, Clone, Copy)]
enum Step {
    Group(usize),
    AskedGroup(usize),
    Interface(usize),
    Rule(usize, usize),
    Narrow(usize, usize),
    Scope(usize, usize),
    AddressList(usize),
    PortList(usize),
}

/// Leaves out groups, interfaces, rules and lists one at a time for as long as `fails` still says that the rest shows
/// the mistake. What remains is minimal: without any one of its parts the mistake is gone.
pub fn shrink(failure: Failure, fails: impl Fn(&Estate, &[Text], &Packet) -> bool) -> Failure {
    let mut smallest = failure;
    // Each round leaves something out, so that there are no more rounds than parts.
    while let Some(smaller) = steps(&smallest.estate, smallest.groups.len())
        .into_iter()
        .filter_map(|step| smallest.without(step))
        .find(|smaller| fails(&smaller.estate, &smaller.groups, &smaller.packet))
    {
        smallest = smaller;
    }
    smallest
}

/// All steps that an estate offers, the large ones first.
fn steps(estate: &Estate, asked: usize) -> Vec<Step> {
    let mut steps: Vec<Step> = (0..estate.groups.len()).map(Step::Group).collect();
    steps.extend((0..asked).map(Step::AskedGroup));
    steps.extend((0..estate.interfaces.len()).map(Step::Interface));
    for (at, group) in estate.groups.iter().enumerate() {
        steps.extend((0..group.rules.len()).map(|rule| Step::Rule(at, rule)));
    }
    steps.extend((0..estate.address_lists.len()).map(Step::AddressList));
    steps.extend((0..estate.port_lists.len()).map(Step::PortList));
    for (at, group) in estate.groups.iter().enumerate() {
        steps.extend((0..group.rules.len()).flat_map(|rule| [Step::Narrow(at, rule), Step::Scope(at, rule)]));
    }
    steps
}

impl Failure {
    /// The case without one part; nothing where it has no such part or would no longer be a question.
    fn without(&self, step: Step) -> Option<Self> {
        let mut smaller = self.clone();
        match step {
            Step::Group(at) => smaller.drop_group(at)?,
            Step::AskedGroup(at) => smaller.drop_asked_group(at)?,
            Step::Interface(at) => drop(smaller.estate.interfaces.remove(at)),
            Step::Rule(group, at) => {
                let rules = &mut smaller.estate.groups.get_mut(group)?.rules;
                rules.remove(at);
                number_rules(rules);
            }
            Step::Narrow(group, at) => drop(smaller.rule(group, at)?.narrow.take()?),
            Step::Scope(group, at) => {
                let rule = smaller.rule(group, at)?;
                (rule.scope != Scope::Anywhere).then(|| rule.scope = Scope::Anywhere)?;
            }
            Step::AddressList(at) => smaller.drop_address_list(at)?,
            Step::PortList(at) => smaller.drop_port_list(at)?,
        }
        let lost = self.is_asked_of_an_interface() && !smaller.is_asked_of_an_interface();
        (!lost && !smaller.groups.is_empty()).then_some(smaller)
    }

    fn is_asked_of_an_interface(&self) -> bool {
        let lists = self.estate.interfaces.iter().filter_map(|interface| interface.groups);
        lists.into_iter().any(|list| **self.estate.group_list(list) == *self.groups)
    }

    fn rule(&mut self, group: usize, at: usize) -> Option<&mut Rule> {
        self.estate.groups.get_mut(group)?.rules.get_mut(at)
    }

    /// Leaves out a group with all that names it.
    fn drop_group(&mut self, at: usize) -> Option<()> {
        let id = self.estate.groups.get(at)?.id;
        self.estate.groups.remove(at);
        for group in &mut self.estate.groups {
            group.rules.retain(|rule| !matches!(rule.peer, Peer::Group { id: named, .. } if named == id));
            number_rules(&mut group.rules);
            for rule in &mut group.rules {
                if let Peer::Group { group: Some(ix), .. } = &mut rule.peer {
                    *ix = GroupIx::new(moved(ix.at(), at));
                }
            }
        }
        for list in &mut self.estate.group_lists {
            *list = list.iter().copied().filter(|&each| each != id).collect();
        }
        self.groups.retain(|&each| each != id);
        Some(())
    }

    /// Leaves one group out of the asked interface's list.
    fn drop_asked_group(&mut self, at: usize) -> Option<()> {
        let mut fewer = self.groups.clone();
        (at < fewer.len()).then(|| fewer.remove(at))?;
        for list in self.estate.group_lists.iter_mut().filter(|list| ***list == *self.groups) {
            *list = fewer.clone().into_boxed_slice();
        }
        self.groups = fewer;
        Some(())
    }

    /// Leaves out an address list that no rule names.
    fn drop_address_list(&mut self, at: usize) -> Option<()> {
        self.estate.address_lists.remove(at);
        for rule in self.estate.groups.iter_mut().flat_map(|group| &mut group.rules) {
            if let Peer::List(ListRef { list: Some(ix), .. }) = &mut rule.peer {
                (ix.at() != at).then(|| *ix = AddressListIx::new(moved(ix.at(), at)))?;
            }
        }
        Some(())
    }

    /// Leaves out a port list that no rule names.
    fn drop_port_list(&mut self, at: usize) -> Option<()> {
        self.estate.port_lists.remove(at);
        for rule in self.estate.groups.iter_mut().flat_map(|group| &mut group.rules) {
            let source = rule.narrow.as_mut().map(|narrow| &mut narrow.source_ports);
            for ports in source.into_iter().chain([&mut rule.ports]) {
                if let Ports::List(ListRef { list: Some(ix), .. }) = ports {
                    (ix.at() != at).then(|| *ix = PortListIx::new(moved(ix.at(), at)))?;
                }
            }
        }
        Some(())
    }
}

/// Where a row is after another one was left out.
fn moved(ix: usize, removed: usize) -> usize {
    if ix > removed { ix - 1 } else { ix }
}

#[cfg(test)]
mod tests;
