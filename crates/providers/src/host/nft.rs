//! The output of `nft -j list ruleset`.
//!
//! <https://manpages.debian.org/testing/libnftables1/libnftables-json.5.en.html>. What one base chain accepts the next
//! one may still drop, so each becomes a filter of its own, in the order of hooks and priorities. Numbers and kinds that
//! are not understood leave a rule in doubt.

use hashbrown::HashMap;
use portreeve_model::{Action, Direction, Otherwise};
use serde_json::Value;

use super::Facts;
use super::build::made;
use super::chain::{Chains, Filter, Ruling, flatten};
use super::traffic::Traffic;
use expression::Names;

mod expression;
mod operand;

/// A table: its family and its name.
type TableName = (String, String);

/// One table.
#[derive(Debug, Default)]
struct Table {
    /// The rules of each chain.
    rules: HashMap<String, Vec<Value>>,
    names: Names,
}

/// A chain that the kernel calls.
#[derive(Debug)]
struct Base {
    table: TableName,
    name: String,
    kind: String,
    hook: String,
    priority: i64,
    policy: Action,
}

/// The hooks that traffic of a server itself passes, in their order.
const HOOKS: [(&str, Direction); 6] = [
    ("ingress", Direction::Ingress),
    ("prerouting", Direction::Ingress),
    ("input", Direction::Ingress),
    ("output", Direction::Egress),
    ("postrouting", Direction::Egress),
    ("egress", Direction::Egress),
];

impl Table {
    /// The chains as traffic of one direction meets them.
    fn chains(&self, direction: Direction) -> Chains {
        let mut chains = Chains::new();
        for (name, rules) in &self.rules {
            let steps = rules.iter().flat_map(|rule| expression::steps(rule, &self.names, direction));
            chains.insert(name.clone(), steps.collect());
        }
        chains
    }
}

pub(super) fn is_ruleset(value: &Value) -> bool {
    value.get("nftables").is_some_and(Value::is_array)
}

pub(super) fn read(value: &Value) -> Facts {
    let mut tables: HashMap<TableName, Table> = HashMap::new();
    let mut bases = Vec::new();
    let objects = value.get("nftables").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    // Sets and chains first: rules may stand before what they name.
    for object in objects {
        if let Some(chain) = object.get("chain") {
            let table = tables.entry(table_of(chain)).or_default();
            table.rules.entry(text(chain, "name").to_owned()).or_default();
            bases.extend(base(chain));
        }
        for kind in ["set", "map"] {
            if let Some(set) = object.get(kind) {
                tables
                    .entry(table_of(set))
                    .or_default()
                    .names
                    .insert(text(set, "name").to_owned(), set.clone());
            }
        }
    }
    for rule in objects.iter().filter_map(|object| object.get("rule")) {
        let table = tables.entry(table_of(rule)).or_default();
        table.rules.entry(text(rule, "chain").to_owned()).or_default().push(rule.clone());
    }
    // A stable sort: chains of equal priority stay in the order of the text.
    bases.sort_by_key(|base| (hook(&base.hook).map(|(at, _)| at), base.priority));
    Facts { format: "nft", filters: Some(filters(&tables, &bases)), families: [true; 2], ..Facts::default() }
}

fn text<'v>(object: &'v Value, key: &str) -> &'v str {
    object.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn table_of(object: &Value) -> TableName {
    (text(object, "family").to_owned(), text(object, "table").to_owned())
}

fn base(chain: &Value) -> Option<Base> {
    let hook = chain.get("hook")?.as_str()?.to_owned();
    Some(Base {
        table: table_of(chain),
        name: text(chain, "name").to_owned(),
        kind: text(chain, "type").to_owned(),
        hook,
        priority: chain.get("prio").and_then(Value::as_i64).unwrap_or_default(),
        policy: if text(chain, "policy") == "drop" { Action::Deny } else { Action::Allow },
    })
}

fn hook(name: &str) -> Option<(usize, Direction)> {
    HOOKS.iter().position(|(hook, _)| *hook == name).and_then(|at| HOOKS.get(at).map(|(_, way)| (at, *way)))
}

fn filters(tables: &HashMap<TableName, Table>, bases: &[Base]) -> Vec<Filter> {
    let elsewhere: Vec<Ruling> = bases
        .iter()
        .filter(|base| base.kind == "nat" && base.hook == "prerouting")
        .flat_map(|base| rulings(tables, base).0)
        .filter(|ruling| ruling.doubt.is_some())
        .collect();
    bases
        .iter()
        .filter(|base| base.kind == "filter")
        .filter_map(|base| filter(tables, base, &elsewhere))
        .collect()
}

/// The traffic that a family of tables sees; nothing for those that see no IP.
fn seen(family: &str) -> Option<Traffic> {
    match family {
        "ip" => Some(Traffic::of_family(true)),
        "ip6" => Some(Traffic::of_family(false)),
        "inet" | "netdev" => Some(Traffic::all()),
        _ => None,
    }
}

fn rulings(tables: &HashMap<TableName, Table>, base: &Base) -> (Vec<Ruling>, Option<String>) {
    let (Some(seen), Some(table)) = (seen(&base.table.0), tables.get(&base.table)) else {
        return (Vec::new(), None);
    };
    let direction = hook(&base.hook).map_or(Direction::Ingress, |(_, direction)| direction);
    let (mut rulings, cut) = flatten(&table.chains(direction), &base.name);
    for ruling in &mut rulings {
        ruling.traffic = ruling.traffic.and(&seen);
    }
    (rulings, cut)
}

fn filter(tables: &HashMap<TableName, Table>, base: &Base, elsewhere: &[Ruling]) -> Option<Filter> {
    let seen = seen(&base.table.0)?;
    let (_, direction) = hook(&base.hook)?;
    let (mut rulings, incomplete) = rulings(tables, base);
    let denies = rulings.iter().any(|ruling| ruling.action == Action::Deny);
    let own = matches!(base.hook.as_str(), "input" | "output");
    if !own && !denies && base.policy == Action::Allow && incomplete.is_none() {
        return None;
    }
    if base.hook == "input" {
        // What is sent elsewhere before, to a container perhaps, does not come here.
        rulings.splice(
            0..0,
            elsewhere.iter().map(|ruling| Ruling { traffic: ruling.traffic.and(&seen), ..ruling.clone() }),
        );
    }
    let mut otherwise = Otherwise::Allow;
    if base.policy == Action::Deny && seen.is_all() {
        otherwise = Otherwise::Deny;
    } else if base.policy == Action::Deny {
        // The policy is of one family, so it cannot be the default of the filter.
        let mut last = made(seen, base.policy, None, "policy drop");
        last.id = format!("{} policy", base.name);
        rulings.push(last);
    }
    let (family, table) = &base.table;
    let name = format!("nftables {family} {table} {}", base.name);
    Some(Filter { name, direction, rulings, otherwise, incomplete })
}
