//! Small estates that many fixtures start from.

/// A group on two servers, one of them with a public address, so that only its rules can be found fault with.
pub(crate) fn in_use(rules: &str) -> String {
    format!(
        "profile basic
         network net 10.0.0.0/16
         group web in net
         {rules}
         interface eni-1 in net 10.0.0.1 public 198.51.100.1 groups web server i-1
         interface eni-2 in net 10.0.0.2 groups web server i-2"
    )
}

/// A group of a kind that no interface carries.
pub(crate) fn alone(profile: &str, rules: &str) -> String {
    format!("profile {profile}\ngroup web\n{rules}")
}

/// So many different rules, from port 1000 on.
pub(crate) fn many_rules(count: u16) -> String {
    let rules = (0..count).map(|nth| format!("in 1 allow tcp {} from 10.0.0.0/8", 1000 + 2 * nth));
    rules.collect::<Vec<_>>().join("\n")
}
