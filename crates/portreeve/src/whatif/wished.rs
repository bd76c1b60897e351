//! A rule that exists in the words of an edit, to change a part of it.

use portreeve_model::{Estate, Peer, Ports, Rule};

use super::{WishedPeer, WishedRule};

/// A rule as an edit would ask for it; nothing where edits have no words for it: port lists, peers and ports that could not be
/// read, peers of another account, and rules that are narrowed to an address of their own side.
pub fn wished(estate: &Estate, rule: &Rule) -> Option<WishedRule> {
    let peer = match &rule.peer {
        Peer::Any => WishedPeer::Any,
        Peer::Prefix(prefix) => WishedPeer::Prefix(*prefix),
        Peer::List(list) => WishedPeer::Named(quotable(estate.text(list.id))?),
        Peer::Group { id, owner, family: None, .. } if owner.is_empty() => {
            WishedPeer::Named(quotable(estate.text(*id))?)
        }
        Peer::Group { .. } | Peer::Unknown => return None,
    };
    let known = |ports: &Ports| !matches!(ports, Ports::List(_) | Ports::Unknown);
    let narrow = rule.narrow.as_deref();
    if !known(&rule.ports) || narrow.is_some_and(|it| it.local.is_some() || !known(&it.source_ports)) {
        return None;
    }
    Some(WishedRule {
        action: rule.action,
        direction: rule.direction,
        protocol: rule.protocol,
        ports: rule.ports.clone(),
        peer,
        source_ports: narrow.map(|it| it.source_ports.clone()).filter(|ports| *ports != Ports::All),
        priority: (rule.priority > 0).then_some(rule.priority),
        // A description that has no words is no reason to refuse: the edit leaves it out.
        description: quotable(estate.text(rule.description)).unwrap_or_default(),
    })
}

/// A text that can stand between quotation marks.
fn quotable(text: &str) -> Option<String> {
    (!text.contains(['"', '\n', '\r'])).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use portreeve_model::Estate;
    use portreeve_testkit::parse as notation;

    use super::super::{Wish, parse};
    use super::wished;

    fn estate() -> Estate {
        let text = "profile basic\nnetwork net 10.0.0.0/16\nlist offices 203.0.113.0/24\nports web 80 443\n\
                    group web in net\n\
                      in 10 allow tcp 22,80-90 from 0.0.0.0/0\n\
                      in 5 deny all from group app\n\
                      in 5 allow udp 53 from list offices\n\
                      in 5 allow tcp 53 from 10.0.0.0/8 source-port 1024-65535\n\
                      out 100 deny icmp to any\n\
                      in 10 deny tcp ports web from any\n\
                      in 10 deny tcp 1 from any to 10.0.0.5\n\
                      in 10 deny tcp ? from any\n\
                      in 10 deny tcp 1 from ?\n\
                    group app in net\n";
        notation(text).unwrap_or_else(|why| panic!("{why}")).estate
    }

    #[test]
    fn a_rule_is_said_as_the_edit_that_would_add_it() {
        let estate = estate();
        let expected = [
            Some("allow tcp 22,80-90 from 0.0.0.0/0 priority 10 in"),
            Some("deny all from group \"app\" priority 5 in"),
            Some("allow udp 53 from group \"offices\" priority 5 in"),
            Some("allow tcp 53 from 10.0.0.0/8 source ports 1024-65535 priority 5 in"),
            Some("deny icmp to any priority 100 out"),
            None,
            None,
            None,
            None,
        ];
        let group = estate.groups.first().unwrap();
        assert_eq!(group.rules.len(), expected.len());
        for (rule, expected) in group.rules.iter().zip(expected) {
            let said = wished(&estate, rule);
            assert_eq!(said.as_ref().map(ToString::to_string).as_deref(), expected, "{rule:?}");
            if let Some(rule) = said {
                let add = Wish::Add { group: "web".to_owned(), rule };
                assert_eq!(parse(&add.to_string()), Ok(add), "the words are read as the same rule");
            }
        }
    }
}
