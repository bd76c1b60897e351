//! Rules as configuration of Terraform's `alicloud` and `huaweicloud` providers
//! (<https://registry.terraform.io/providers/aliyun/alicloud/latest/docs/resources/security_group_rule>,
//! <https://registry.terraform.io/providers/huaweicloud/huaweicloud/latest/docs/resources/networking_secgroup_rule>).

use std::collections::BTreeSet;
use std::fmt::Write;

use portreeve_model::{Edit, Estate, Group, Protocol, Rule, Scope};
use portreeve_providers::{alibaba_rule_words, huawei_rule_words};
use portreeve_report::plain;

use super::script::Told;
use super::vendor_of_edit;

// Writing to a string cannot fail, so what `write!` gives is nothing to look at.

/// What becomes of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Stays,
    New,
    Goes,
}

/// The configuration after lists of edits: every rule of the groups that they touch.
pub(super) fn configuration(lists: &[Told<'_>]) -> String {
    let mut out = "# Rules after the fix, for the groups that it touches. Rules that stay are imported; take over into your own\n\
                   # configuration what it does not have yet, and plan before you apply.\n"
        .to_owned();
    let mut names = BTreeSet::new();
    for told in lists {
        out.push('\n');
        for line in &told.about {
            let _ = writeln!(out, "# {}", plain(line));
        }
        out += &section(told, &mut names);
    }
    out
}

fn section(told: &Told<'_>, names: &mut BTreeSet<String>) -> String {
    let before = told.estate;
    let edits: Vec<Edit> = told.edits.iter().map(|(edit, _)| (*edit).clone()).collect();
    let after = Edit::apply_all(&edits, before);
    let mut out = String::new();
    for (ix, group) in after.each_group() {
        let was = before.groups.iter().find(|known| before.text(known.id) == after.text(group.id));
        let touched = was.is_none_or(|was| was.rules != group.rules);
        let Some(vendor) = super::vendor(&after, ix).filter(|_| touched) else { continue };
        out += &group_blocks(vendor, (before, was), &after, group, names);
    }
    let mut now = before.clone();
    for (edit, why) in &told.edits {
        if matches!(edit, Edit::Join(..) | Edit::Leave(..) | Edit::CreateGroup(_) | Edit::DeleteGroup(_))
            && vendor_of_edit(&now, edit).is_some()
        {
            let _ = writeln!(out, "\n# By hand, in the resource that holds it: {}", plain(why));
        }
        edit.apply(&mut now);
    }
    out
}

fn group_blocks(
    vendor: &str,
    (before, was): (&Estate, Option<&Group>),
    after: &Estate,
    group: &Group,
    names: &mut BTreeSet<String>,
) -> String {
    let empty: &[Rule] = &[];
    let old = was.map_or(empty, |was| &was.rules);
    let mut out = String::new();
    for rule in &group.rules {
        let fate = if old.contains(rule) { Fate::Stays } else { Fate::New };
        out += &block(vendor, after, group, rule, fate, names);
    }
    for rule in old.iter().filter(|rule| !group.rules.contains(rule)) {
        out += &block(vendor, before, group, rule, Fate::Goes, names);
    }
    out
}

/// A rule as a resource, or as a comment where it goes.
fn block(
    vendor: &str,
    estate: &Estate,
    group: &Group,
    rule: &Rule,
    fate: Fate,
    names: &mut BTreeSet<String>,
) -> String {
    let name = estate.rule_name(group.id, rule);
    let said = match vendor {
        "huawei" => huawei(estate, group, rule),
        _ => alibaba(estate, group, rule),
    };
    let shown = plain(&name);
    let Some(said) = said else {
        return format!(
            "\n# {shown}: the provider has no words for this rule; it is left to the command line.\n"
        );
    };
    if fate == Fate::Goes {
        return format!(
            "\n# {shown} goes: delete its resource `{}`, which is imported as\n# {}\n# or, where Terraform does not manage it, \
             revoke it on the command line.\n",
            said.resource,
            plain(&said.import)
        );
    }
    let label = label(&format!("{}_{name}", rule.direction), names);
    let mut out = String::from("\n");
    if fate == Fate::Stays {
        let _ = writeln!(
            out,
            "import {{\n  to = {}.{label}\n  id = {}\n}}\n",
            said.resource,
            string(&said.import)
        );
    }
    let _ = writeln!(out, "resource \"{}\" \"{label}\" {{", said.resource);
    let widest = said.arguments.iter().map(|(key, _)| key.len()).max().unwrap_or_default();
    for (key, value) in &said.arguments {
        let _ = writeln!(out, "  {key:widest$} = {value}");
    }
    out + "}\n"
}

/// A rule as a provider says it; values are expressions.
struct Said {
    resource: &'static str,
    arguments: Vec<(&'static str, String)>,
    import: String,
}

fn alibaba(estate: &Estate, group: &Group, rule: &Rule) -> Option<Said> {
    if rule.narrow.is_some() {
        return None;
    }
    let words = alibaba_rule_words(estate, rule)?;
    let get = |key: &str| words.iter().find(|(name, _)| *name == key).map(|(_, value)| value.as_str());
    let has_ports = matches!(rule.protocol, Protocol::TCP | Protocol::UDP);
    let ports = match get("PortRange")? {
        "-1/-1" if has_ports => "1/65535",
        ports => ports,
    };
    let side = if rule.scope == Scope::Internet { "internet" } else { "intranet" };
    let (protocol, policy) = (get("IpProtocol")?.to_lowercase(), get("Policy")?.to_lowercase());
    let peers = [
        ("SourceCidrIp", "DestCidrIp", "cidr_ip"),
        ("Ipv6SourceCidrIp", "Ipv6DestCidrIp", "ipv6_cidr_ip"),
        ("SourceGroupId", "DestGroupId", "source_security_group_id"),
        ("SourcePrefixListId", "DestPrefixListId", "prefix_list_id"),
    ];
    let (argument, peer) =
        peers.iter().find_map(|(source, target, name)| Some((*name, get(source).or(get(target))?)))?;
    let id = estate.text(group.id);
    let direction = rule.direction.as_str();
    let mut arguments = vec![
        ("security_group_id", string(id)),
        ("type", string(direction)),
        ("ip_protocol", string(&protocol)),
        ("port_range", string(ports)),
        (argument, string(peer)),
        ("policy", string(&policy)),
        ("priority", rule.priority.to_string()),
        ("nic_type", string(side)),
    ];
    if let Some(account) = get("SourceGroupOwnerAccount").or(get("DestGroupOwnerAccount")) {
        arguments.push(("source_group_owner_account", string(account)));
    }
    if let Some(description) = get("Description") {
        arguments.push(("description", string(description)));
    }
    let import = format!("{id}:{direction}:{protocol}:{ports}:{side}:{peer}:{policy}:{}", rule.priority);
    Some(Said { resource: "alicloud_security_group_rule", arguments, import })
}

fn huawei(estate: &Estate, group: &Group, rule: &Rule) -> Option<Said> {
    let mut arguments = vec![
        ("security_group_id", string(estate.text(group.id))),
        ("direction", string(rule.direction.as_str())),
    ];
    for (key, value) in huawei_rule_words(estate, rule)?.into_iter().filter(|(_, value)| !value.is_empty()) {
        arguments.push(match key {
            "multiport" => ("ports", string(&value)),
            "priority" => ("priority", value),
            "enabled" if value == "true" => continue,
            "enabled" => return None,
            _ => (key, string(&value)),
        });
    }
    let import = estate.text(rule.id).to_owned();
    Some(Said { resource: "huaweicloud_networking_secgroup_rule", arguments, import })
}

/// A string of HCL, in which nothing is a template.
pub(super) fn string(text: &str) -> String {
    let mut out = String::from("\"");
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if rest.peek() == Some(&'{') => out.extend([c, c]),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out + "\""
}

/// A name that Terraform accepts, and that nothing else has.
fn label(wanted: &str, names: &mut BTreeSet<String>) -> String {
    let plain: String =
        wanted.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' }).collect();
    let mut label = plain.clone();
    let mut serial = 1;
    while !names.insert(label.clone()) {
        serial += 1;
        label = format!("{plain}_{serial}");
    }
    label
}
