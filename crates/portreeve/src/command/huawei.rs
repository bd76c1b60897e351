//! Commands of the `hcloud` tool, whose options are the fields of the API
//! (<https://support.huaweicloud.com/intl/en-us/api-vpc/vpc_sg_0005.html>).

use portreeve_explain::Change;
use portreeve_model::{Edit, Estate, Group, GroupIx, InterfaceIx, Peer, Rule};
use portreeve_providers::huawei_rule_words as rule_words;

use super::script::Line;
use super::shell::{equals, word};
use super::state::State;

/// Functions that scripts call. Filters are `JMESPath` (<https://support.huaweicloud.com/intl/en-us/usermanual-hcli/hcli_05.html>).
pub(super) const FUNCTIONS: &str = r#"
# Prints the id of the rule of a group that a query finds; nothing where there is none.
rule_id() {
  hcloud VPC ListSecurityGroupRules/v3 --security_group_id.1="$1" --limit=2000 \
    --cli-output=json --cli-query="security_group_rules[?$2] | [0].id" | tr -d '"' | sed 's/^null$//'
}
"#;

/// The group that a script looks for, as a command that prints the id.
pub(super) fn find_group(estate: &Estate, group: &Group) -> String {
    let name = word(&format!("--name.1={}", estate.text(group.name)));
    format!(
        "$(hcloud VPC ListSecurityGroups/v3 {name} --cli-output=json --cli-query='security_groups | [0].id' | tr -d '\"')"
    )
}

pub(super) fn command(state: &State<'_>, change: &Change) -> Option<String> {
    let estate = state.estate();
    match change {
        Change::Edit(Edit::AddRule(group, rule)) => create_rule(state, estate.group(*group), rule),
        Change::Edit(Edit::RemoveRule(group, at)) => {
            let rule = estate.group(*group).rules.get(*at as usize).filter(|rule| !rule.id.is_empty())?;
            Some(delete_rule(&word(estate.text(rule.id))))
        }
        Change::ActivatePeering(id) => {
            Some(format!("hcloud VPC AcceptVpcPeering{}", field("peering_id", &word(estate.text(*id)))))
        }
        Change::BindPublicAddress(interface, _) => {
            let port = word(estate.text(estate.interface(*interface).id));
            Some(format!(
                "hcloud EIP UpdatePublicip --publicip_id=EIP_ID{}",
                field("publicip.port_id", &port)
            ))
        }
        Change::Edit(_) | Change::AddEntry(..) | Change::AddRoute(..) | Change::Start(_) => None,
    }
}

/// The lines of a script for an edit; nothing where the edit has no command. A rule cannot be changed, only replaced.
pub(super) fn edit(state: &mut State<'_>, edit: &Edit) -> Option<Vec<Line>> {
    match edit {
        Edit::AddRule(group, rule) => add(state, state.estate().groups.get(group.at())?, rule),
        Edit::RemoveRule(group, at) => {
            let group = state.estate().groups.get(group.at())?;
            remove(state, group, group.rules.get(*at as usize)?)
        }
        Edit::ChangeRule(group, at, to) => {
            let group = state.estate().groups.get(group.at())?;
            let mut lines = add(state, group, to)?;
            lines.extend(remove(state, group, group.rules.get(*at as usize)?)?);
            Some(lines)
        }
        Edit::Join(interface, ..) | Edit::Leave(interface, _) => members(state, edit, *interface),
        Edit::CreateGroup(group) => create(state, group),
        Edit::DeleteGroup(group) => delete(state, *group),
    }
}

/// An option; the value is a word of the shell already.
fn field(name: &str, value: &str) -> String {
    format!(" --{name}={value}")
}

fn create_rule(state: &State<'_>, group: &Group, rule: &Rule) -> Option<String> {
    if !(1..=100).contains(&rule.priority) {
        return None;
    }
    let name = |key: &str| format!("security_group_rule.{key}");
    let mut words = "hcloud VPC CreateSecurityGroupRule/v3".to_owned();
    words += &field(&name("security_group_id"), &state.id(group.id));
    words += &field(&name("direction"), rule.direction.as_str());
    let mut last = String::new();
    for (key, value) in rule_words(state.estate(), rule)?.into_iter().filter(|(_, value)| !value.is_empty()) {
        match key {
            "enabled" if value == "true" => {}
            "description" => last = field(&name(key), &word(&value)),
            "remote_group_id" => {
                if let Peer::Group { id, .. } = rule.peer {
                    words += &field(&name(key), &state.id(id));
                }
            }
            _ => words += &field(&name(key), &word(&value)),
        }
    }
    Some(words + &last)
}

fn delete_rule(id: &str) -> String {
    format!("hcloud VPC DeleteSecurityGroupRule/v3{}", field("security_group_rule_id", id))
}

/// What `rule_id` has to be given to find a rule. Responses say a block of all addresses by saying nothing.
fn wanted(state: &State<'_>, group: &Group, rule: &Rule) -> Option<String> {
    let mut conditions = vec![equals("direction", rule.direction.as_str())];
    for (key, value) in rule_words(state.estate(), rule)? {
        conditions.push(match (key, value.as_str()) {
            ("description" | "enabled", _) => continue,
            ("priority", _) => equals("to_string(priority)", &value),
            ("remote_ip_prefix", "0.0.0.0/0" | "::/0") => {
                format!("({} || !remote_ip_prefix)", equals(key, &value))
            }
            (_, "") => format!("!{key}"),
            ("multiport", _) => equals("to_string(multiport)", &value),
            _ => equals(key, &value),
        });
    }
    Some(format!("{} {}", state.id(group.id), word(&conditions.join(" && "))))
}

fn add(state: &State<'_>, group: &Group, rule: &Rule) -> Option<Vec<Line>> {
    let check = format!("must_show {}", wanted(state, group, rule)?);
    Some(vec![Line::Call(create_rule(state, group, rule)?), Line::Check(check)])
}

fn remove(state: &State<'_>, group: &Group, rule: &Rule) -> Option<Vec<Line>> {
    if !rule.id.is_empty() {
        return Some(vec![Line::Call(delete_rule(&word(state.estate().text(rule.id))))]);
    }
    let find = format!("rule=$(rule_id {})", wanted(state, group, rule)?);
    let check = "must_have \"$rule\"".to_owned();
    Some(vec![Line::Check(find), Line::Check(check), Line::Call(delete_rule("\"$rule\""))])
}

/// The list of a port is set as a whole, because its order counts.
fn members(state: &State<'_>, edit: &Edit, interface: InterfaceIx) -> Option<Vec<Line>> {
    let mut after = state.estate().clone();
    edit.apply(&mut after);
    let port = after.interfaces.get(interface.at())?;
    let list = after.group_lists.get(port.groups?.at())?;
    let mut call = format!("hcloud VPC UpdatePort/v2{}", field("port_id", &word(after.text(port.id))));
    for (at, group) in list.iter().enumerate() {
        call += &field(&format!("port.security_groups.{}", at + 1), &state.id(*group));
    }
    Some(vec![Line::Call(call)])
}

/// A new group comes with rules of its own, which go unless the copied ones are the same
/// (<https://github.com/huaweicloudDocs/vpc>, creating a security group).
fn create(state: &mut State<'_>, group: &Group) -> Option<Vec<Line>> {
    let variable = state.name(group.id);
    let estate = state.estate();
    let mut call = format!(
        "{variable}=$(hcloud VPC CreateSecurityGroup/v3{}",
        field("security_group.name", &word(estate.text(group.name)))
    );
    if !group.description.is_empty() {
        call += &field("security_group.description", &word(estate.text(group.description)));
    }
    call += " --cli-output=json --cli-query=security_group.id | tr -d '\"')";
    let mut lines = vec![
        Line::Call(call),
        Line::Check(format!("must_have \"${variable}\"")),
        Line::Call(format!("drop_rules \"${variable}\"")),
    ];
    for rule in &group.rules {
        lines.extend(add(state, group, rule)?);
    }
    Some(lines)
}

/// Takes the rules out that the platform puts into a new group.
pub(super) const DROP_RULES: &str = r#"
# Takes out the rules that the platform puts into a new group by itself.
drop_rules() {
  hcloud VPC ListSecurityGroupRules/v3 --security_group_id.1="$1" --cli-output=json \
    --cli-query='security_group_rules[].id' | tr -d '[]", ' | while read -r id; do
    if [ -n "$id" ]; then hcloud VPC DeleteSecurityGroupRule/v3 --security_group_rule_id="$id"; fi
  done
}
"#;

fn delete(state: &State<'_>, group: GroupIx) -> Option<Vec<Line>> {
    let group = state.estate().groups.get(group.at())?;
    let call =
        format!("hcloud VPC DeleteSecurityGroup/v3{}", field("security_group_id", &state.id(group.id)));
    Some(vec![Line::Call(call)])
}
