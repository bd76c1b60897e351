//! Commands of the `hcloud` tool, whose options are the fields of the API
//! (<https://support.huaweicloud.com/intl/en-us/api-vpc/vpc_sg_0005.html>).

use portreeve_explain::Change;
use portreeve_model::{Direction, Edit, Estate, Protocol, Rule, Text};
use portreeve_netset::protocol;

use super::{prefix, range};

pub(super) fn command(estate: &Estate, change: &Change) -> Option<String> {
    match change {
        Change::Edit(Edit::AddRule(group, rule)) => create(estate, estate.group(*group).id, rule),
        Change::Edit(Edit::RemoveRule(group, at)) => {
            let rule = estate.group(*group).rules.get(*at as usize).filter(|rule| !rule.id.is_empty())?;
            let id = estate.text(rule.id);
            Some(format!("hcloud VPC DeleteSecurityGroupRule/v3 --security_group_rule_id={id}"))
        }
        Change::ActivatePeering(id) => {
            Some(format!("hcloud VPC AcceptVpcPeering --peering_id={}", estate.text(*id)))
        }
        Change::BindPublicAddress(interface, _) => {
            let port = estate.text(estate.interface(*interface).id);
            Some(format!("hcloud EIP UpdatePublicip --publicip_id=EIP_ID --publicip.port_id={port}"))
        }
        Change::Edit(_) | Change::AddEntry(..) | Change::AddRoute(..) | Change::Start(_) => None,
    }
}

fn create(estate: &Estate, group: Text, rule: &Rule) -> Option<String> {
    let field = |name: &str, value: &str| format!(" --security_group_rule.{name}={value}");
    let peer = prefix(rule)?;
    let mut words = "hcloud VPC CreateSecurityGroupRule/v3".to_owned();
    words += &field("security_group_id", estate.text(group));
    words += &field("direction", if rule.direction == Direction::Ingress { "ingress" } else { "egress" });
    words += &field("ethertype", if peer.contains(':') { "IPv6" } else { "IPv4" });
    if let Protocol::Number(number) = rule.protocol {
        let known = matches!(number, protocol::TCP | protocol::UDP | protocol::ICMP | protocol::ICMPV6);
        words += &field("protocol", &if known { protocol::label(number) } else { number.to_string() });
    }
    if let Some(range) = range(rule) {
        let one = range.first() == range.last();
        let ports =
            if one { range.first().to_string() } else { format!("{}-{}", range.first(), range.last()) };
        words += &field("multiport", &ports);
    }
    words += &field("remote_ip_prefix", &peer);
    words += &field("action", "allow");
    words += &field("priority", &rule.priority.to_string());
    Some(words)
}
