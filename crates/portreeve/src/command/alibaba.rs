//! Commands of the `aliyun` tool (<https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-authorizesecuritygroup>).

use portreeve_explain::Change;
use portreeve_model::{Direction, Edit, Estate, Protocol, Rule, Text};
use portreeve_netset::protocol;

use super::{prefix, range};

pub(super) fn command(estate: &Estate, change: &Change) -> Option<String> {
    match change {
        Change::Edit(Edit::AddRule(group, rule)) => {
            let group = estate.group(*group);
            authorize(estate, group.id, group.region, rule)
        }
        Change::Edit(Edit::RemoveRule(group, at)) => {
            let group = estate.group(*group);
            let rule = group.rules.get(*at as usize).filter(|rule| !rule.id.is_empty())?;
            let call = if rule.direction == Direction::Ingress {
                "RevokeSecurityGroup"
            } else {
                "RevokeSecurityGroupEgress"
            };
            Some(format!(
                "aliyun ecs {call}{} --SecurityGroupId {} --SecurityGroupRuleId.1 {}",
                region(estate, group.region),
                estate.text(group.id),
                estate.text(rule.id)
            ))
        }
        Change::Start(instance) => {
            let instance = estate.instance(*instance);
            let (region, id) = (region(estate, instance.region), estate.text(instance.id));
            Some(format!("aliyun ecs StartInstance{region} --InstanceId {id}"))
        }
        Change::BindPublicAddress(interface, private) => {
            let id = estate.text(estate.interface(*interface).id);
            let kind = "--InstanceType NetworkInterface";
            Some(format!(
                "aliyun vpc AssociateEipAddress --AllocationId EIP_ID --InstanceId {id} {kind} --PrivateIpAddress {private}"
            ))
        }
        Change::Edit(_) | Change::AddEntry(..) | Change::ActivatePeering(_) | Change::AddRoute(..) => None,
    }
}

fn region(estate: &Estate, region: Text) -> String {
    if region.is_empty() { String::new() } else { format!(" --RegionId {}", estate.text(region)) }
}

fn authorize(estate: &Estate, group: Text, place: Text, rule: &Rule) -> Option<String> {
    let inward = rule.direction == Direction::Ingress;
    let call = if inward { "AuthorizeSecurityGroup" } else { "AuthorizeSecurityGroupEgress" };
    let spoken = match rule.protocol {
        Protocol::All => "ALL".to_owned(),
        Protocol::Number(number) => protocol::label(number).to_uppercase(),
    };
    let ports = range(rule).map_or("-1/-1".to_owned(), |range| format!("{}/{}", range.first(), range.last()));
    let peer = prefix(rule)?;
    let side = match (inward, peer.contains(':')) {
        (true, false) => "SourceCidrIp",
        (true, true) => "Ipv6SourceCidrIp",
        (false, false) => "DestCidrIp",
        (false, true) => "Ipv6DestCidrIp",
    };
    Some(format!(
        "aliyun ecs {call}{} --SecurityGroupId {} --Permissions.1.IpProtocol {spoken} --Permissions.1.PortRange {ports} \
         --Permissions.1.{side} {peer} --Permissions.1.Policy accept --Permissions.1.Priority {}",
        region(estate, place),
        estate.text(group),
        rule.priority
    ))
}
