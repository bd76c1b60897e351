//! Commands of the `aliyun` tool (<https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-authorizesecuritygroup>).

use portreeve_explain::Change;
use portreeve_model::{
    Direction, Edit, Estate, Group, GroupIx, InterfaceIx, Peer, Protocol, Rule, SameGroup, Scope, Text,
};
use portreeve_providers::alibaba_rule_words as rule_words;

use super::script::Line;
use super::shell::{equals, one_of, option, word};
use super::state::State;

/// Functions that scripts call. Filters are `JMESPath` (<https://www.alibabacloud.com/help/en/cli/filter-results-and-tabulate-output>).
pub(super) const FUNCTIONS: &str = r#"
# Prints the id of the rule of a group and direction that a query finds; nothing where there is none.
rule_id() {
  group=$1 direction=$2 query=$3
  shift 3
  aliyun ecs DescribeSecurityGroupAttribute "$@" --SecurityGroupId "$group" --Direction "$direction" --MaxResults 1000 \
    --cli-query "Permissions.Permission[?$query] | [0].SecurityGroupRuleId" | tr -d '"' | sed 's/^null$//'
}
"#;

/// The group and region that a script looks for, as a command that prints the id.
pub(super) fn find_group(estate: &Estate, group: &Group) -> String {
    let name = estate.text(group.name);
    let query = "SecurityGroups.SecurityGroup | [0].SecurityGroupId";
    format!(
        "$(aliyun ecs DescribeSecurityGroups{}{} --cli-query {} | tr -d '\"')",
        region(estate, group.region),
        option("SecurityGroupName", name),
        word(query)
    )
}

pub(super) fn command(state: &State<'_>, change: &Change) -> Option<String> {
    let estate = state.estate();
    match change {
        Change::Edit(Edit::AddRule(group, rule)) => authorize(state, estate.group(*group), rule),
        Change::Edit(Edit::RemoveRule(group, at)) => {
            let group = estate.group(*group);
            let rule = group.rules.get(*at as usize).filter(|rule| !rule.id.is_empty())?;
            Some(revoke(state, group, rule, &word(estate.text(rule.id))))
        }
        Change::Start(instance) => {
            let instance = estate.instance(*instance);
            let (region, id) =
                (region(estate, instance.region), option("InstanceId", estate.text(instance.id)));
            Some(format!("aliyun ecs StartInstance{region}{id}"))
        }
        Change::BindPublicAddress(interface, private) => {
            let id = option("InstanceId", estate.text(estate.interface(*interface).id));
            let kind = "--InstanceType NetworkInterface";
            Some(format!(
                "aliyun vpc AssociateEipAddress --AllocationId EIP_ID{id} {kind} --PrivateIpAddress {private}"
            ))
        }
        Change::Edit(_) | Change::AddEntry(..) | Change::ActivatePeering(_) | Change::AddRoute(..) => None,
    }
}

/// The lines of a script for an edit; nothing where the edit has no command.
pub(super) fn edit(state: &mut State<'_>, edit: &Edit) -> Option<Vec<Line>> {
    match edit {
        Edit::AddRule(group, rule) => {
            let group = state.estate().groups.get(group.at())?;
            add(state, group, rule)
        }
        Edit::RemoveRule(group, at) => {
            let group = state.estate().groups.get(group.at())?;
            remove(state, group, group.rules.get(*at as usize)?)
        }
        Edit::ChangeRule(group, at, to) => change(state, *group, *at, to),
        Edit::Join(interface, group, _) => member(state, "JoinSecurityGroup", *interface, *group),
        Edit::Leave(interface, group) => member(state, "LeaveSecurityGroup", *interface, *group),
        Edit::CreateGroup(group) => create(state, group),
        Edit::DeleteGroup(group) => {
            let group = state.estate().groups.get(group.at())?;
            let region = region(state.estate(), group.region);
            let call =
                format!("aliyun ecs DeleteSecurityGroup{region} --SecurityGroupId {}", state.id(group.id));
            Some(vec![Line::Call(call)])
        }
    }
}

/// Requests take priorities from 1 to 100, though rules of 110 exist: such a rule comes back with 100, and the script says so.
fn add(state: &State<'_>, group: &Group, rule: &Rule) -> Option<Vec<Line>> {
    if !(101..=110).contains(&rule.priority) {
        return Some(vec![
            Line::Call(authorize(state, group, rule)?),
            Line::Check(must_show(state, group, rule)?),
        ]);
    }
    let told =
        format!("note: priority {} is refused in requests: the rule comes back with 100", rule.priority);
    let mut lines = vec![Line::Check(format!("echo {} >&2", word(&told)))];
    lines.extend(add(state, group, &Rule { priority: 100, ..rule.clone() })?);
    Some(lines)
}

fn region(estate: &Estate, region: Text) -> String {
    if region.is_empty() { String::new() } else { option("RegionId", estate.text(region)) }
}

/// A rule as options of a request. It takes no priority beyond 100, and no `-1/-1` for TCP and UDP; an account's number goes
/// under another name than its login.
fn options(state: &State<'_>, rule: &Rule, prefix: &str) -> Option<String> {
    let estate = state.estate();
    if !(1..=100).contains(&rule.priority) {
        return None;
    }
    let has_ports = matches!(rule.protocol, Protocol::TCP | Protocol::UDP);
    let mut words = String::new();
    for (key, value) in rule_words(estate, rule)? {
        let name = format!("{prefix}{key}");
        let said = match key {
            "Policy" => option(&name, &value.to_lowercase()),
            "PortRange" if has_ports && value == "-1/-1" => option(&name, "1/65535"),
            "SourceGroupOwnerAccount" | "DestGroupOwnerAccount"
                if value.bytes().all(|b| b.is_ascii_digit()) =>
            {
                option(&name.replace("OwnerAccount", "OwnerId"), &value)
            }
            "SourceGroupId" | "DestGroupId" => match rule.peer {
                Peer::Group { id, .. } => format!(" --{name} {}", state.id(id)),
                _ => option(&name, &value),
            },
            _ => option(&name, &value),
        };
        words += &said;
    }
    match rule.scope {
        Scope::Anywhere => {}
        Scope::Internet => words += &option(&format!("{prefix}NicType"), "internet"),
        Scope::Private => words += &option(&format!("{prefix}NicType"), "intranet"),
    }
    Some(words)
}

fn authorize(state: &State<'_>, group: &Group, rule: &Rule) -> Option<String> {
    let call = side(rule, "AuthorizeSecurityGroup", "AuthorizeSecurityGroupEgress");
    let region = region(state.estate(), group.region);
    let words = options(state, rule, "Permissions.1.")?;
    Some(format!("aliyun ecs {call}{region} --SecurityGroupId {}{words}", state.id(group.id)))
}

fn revoke(state: &State<'_>, group: &Group, rule: &Rule, id: &str) -> String {
    let call = side(rule, "RevokeSecurityGroup", "RevokeSecurityGroupEgress");
    let region = region(state.estate(), group.region);
    format!("aliyun ecs {call}{region} --SecurityGroupId {} --SecurityGroupRuleId.1 {id}", state.id(group.id))
}

fn side<'w>(rule: &Rule, inward: &'w str, outward: &'w str) -> &'w str {
    if rule.direction == Direction::Ingress { inward } else { outward }
}

/// What `rule_id` has to be given to find a rule.
fn wanted(state: &State<'_>, group: &Group, rule: &Rule) -> Option<String> {
    let has_ports = matches!(rule.protocol, Protocol::TCP | Protocol::UDP);
    let mut conditions = Vec::new();
    for (key, value) in rule_words(state.estate(), rule)? {
        conditions.push(match key {
            "Description" | "SourceGroupOwnerAccount" | "DestGroupOwnerAccount" => continue,
            "IpProtocol" => one_of(key, &spellings(&value)),
            "PortRange" if has_ports && value == "-1/-1" => equals(key, "1/65535"),
            "Priority" => equals("to_string(Priority)", &value),
            "SourceCidrIp" | "DestCidrIp" if value.ends_with("/32") => {
                one_of(key, &[value.trim_end_matches("/32").to_owned(), value])
            }
            _ => equals(key, &value),
        });
    }
    let region = region(state.estate(), group.region);
    let (id, direction, query) = (state.id(group.id), rule.direction, word(&conditions.join(" && ")));
    Some(format!("{id} {direction} {query}{region}"))
}

/// How responses may spell a protocol: names in any case of ICMP for IPv6.
fn spellings(protocol: &str) -> Vec<String> {
    let upper = protocol.to_uppercase();
    if upper == protocol { vec![upper] } else { vec![upper, protocol.to_owned()] }
}

fn must_show(state: &State<'_>, group: &Group, rule: &Rule) -> Option<String> {
    Some(format!("must_show {}", wanted(state, group, rule)?))
}

fn remove(state: &State<'_>, group: &Group, rule: &Rule) -> Option<Vec<Line>> {
    if !rule.id.is_empty() {
        return Some(vec![Line::Call(revoke(state, group, rule, &word(state.estate().text(rule.id))))]);
    }
    let find = format!("rule=$(rule_id {})", wanted(state, group, rule)?);
    let check = "must_have \"$rule\"".to_owned();
    Some(vec![Line::Check(find), Line::Check(check), Line::Call(revoke(state, group, rule, "\"$rule\""))])
}

/// A rule is modified in place as long as its peer stays of one kind and nothing that was said is unsaid; else it is replaced.
fn change(state: &State<'_>, group: GroupIx, at: u32, to: &Rule) -> Option<Vec<Line>> {
    let estate = state.estate();
    let group = estate.groups.get(group.at())?;
    let rule = group.rules.get(at as usize)?;
    let keys = |rule: &Rule| -> Option<Vec<&str>> {
        Some(rule_words(estate, rule)?.into_iter().map(|(key, _)| key).collect())
    };
    if !rule.id.is_empty() && keys(rule)? == keys(to)? {
        let call = side(rule, "ModifySecurityGroupRule", "ModifySecurityGroupEgressRule");
        let call = format!(
            "aliyun ecs {call}{} --SecurityGroupId {}{}{}",
            region(estate, group.region),
            state.id(group.id),
            option("SecurityGroupRuleId", estate.text(rule.id)),
            options(state, to, "")?
        );
        return Some(vec![Line::Call(call), Line::Check(must_show(state, group, to)?)]);
    }
    let mut lines = add(state, group, to)?;
    lines.extend(remove(state, group, rule)?);
    Some(lines)
}

fn member(state: &State<'_>, call: &str, interface: InterfaceIx, group: GroupIx) -> Option<Vec<Line>> {
    let estate = state.estate();
    let (interface, group) = (estate.interfaces.get(interface.at())?, estate.groups.get(group.at())?);
    let instance = interface.instance.and_then(|ix| estate.instances.get(ix.at()));
    // An interface that no document shows goes by the id of its server.
    let by_server = instance.is_some_and(|instance| instance.id == interface.id);
    let who = if by_server { "InstanceId" } else { "NetworkInterfaceId" };
    let call = format!(
        "aliyun ecs {call}{} --SecurityGroupId {}{}",
        region(estate, group.region),
        state.id(group.id),
        option(who, estate.text(interface.id))
    );
    Some(vec![Line::Call(call)])
}

/// A new group has no rules; a basic one lets its members talk until that is switched off, so that comes first.
fn create(state: &mut State<'_>, group: &Group) -> Option<Vec<Line>> {
    let variable = state.name(group.id);
    let estate = state.estate();
    let network = group.network.and_then(|ix| estate.networks.get(ix.at()));
    let profile = estate.profiles.get(group.profile.at()).map_or("", |profile| profile.name);
    let advanced = profile.ends_with("advanced");
    let mut call = format!("{variable}=$(aliyun ecs CreateSecurityGroup{}", region(estate, group.region));
    if let Some(network) = network {
        call += &option("VpcId", estate.text(network.id));
    }
    call += &option("SecurityGroupName", estate.text(group.name));
    if !group.description.is_empty() {
        call += &option("Description", estate.text(group.description));
    }
    call += &option("SecurityGroupType", if advanced { "enterprise" } else { "normal" });
    call += " --cli-query SecurityGroupId | tr -d '\"')";
    let mut lines = vec![Line::Call(call), Line::Check(format!("must_have \"${variable}\""))];
    if !advanced && group.same_group == SameGroup::Rules {
        lines.push(Line::Call(format!(
            "aliyun ecs ModifySecurityGroupPolicy{} --SecurityGroupId \"${variable}\" --InnerAccessPolicy Drop",
            region(estate, group.region)
        )));
    }
    for rule in &group.rules {
        lines.extend(add(state, group, rule)?);
    }
    Some(lines)
}
