//! The output of `Get-NetFirewallRule | ConvertTo-Json`, with the properties of the filter cmdlets joined to it.
//!
//! <https://learn.microsoft.com/powershell/module/netsecurity/get-netfirewallrule>. A rule's ports and addresses are told
//! by `Get-NetFirewallPortFilter` and `Get-NetFirewallAddressFilter`; where they are missing, its reach is open.

use portreeve_model::Direction;
use serde_json::{Map, Value};

use super::windows::{Does, Profiles, WindowsRule, filters, profiles};
use super::{Facts, Wrong};

type Object = Map<String, Value>;

/// Whether a document is a list of rules, or one rule.
pub(super) fn is_rules(value: &Value) -> bool {
    let rules = rows(value);
    !rules.is_empty()
        && rules.iter().all(|rule| {
            rule.as_object().is_some_and(|rule| rule.contains_key("Direction") && rule.contains_key("Action"))
        })
}

/// Windows PowerShell 5 writes `{"value": […], "Count": 2}` for a list in some places.
fn rows(value: &Value) -> &[Value] {
    match value.get("value").unwrap_or(value) {
        Value::Array(rows) => rows,
        one => std::slice::from_ref(one),
    }
}

pub(super) fn read(value: &Value) -> Result<Facts, Wrong> {
    let objects = rows(value).iter().filter_map(Value::as_object);
    let rules: Result<Vec<_>, String> =
        objects.enumerate().map(|(at, object)| rule(at + 1, object)).collect();
    let rules = rules.map_err(|what| Wrong::new(1, what))?;
    let mut warnings = vec![
        "the firewall is taken to be on, with its usual defaults: `Get-NetFirewallProfile` tells them"
            .to_owned(),
    ];
    if rules.iter().all(|rule| rule.more.is_empty()) {
        warnings.push(
            "no rule names a program, perhaps because `Get-NetFirewallApplicationFilter` was not joined"
                .to_owned(),
        );
    }
    let filters = Some(filters(&rules, [None; 3]));
    Ok(Facts { format: "Get-NetFirewallRule", filters, families: [true; 2], warnings, ..Facts::default() })
}

fn rule(number: usize, object: &Object) -> Result<WindowsRule, String> {
    let name = ["DisplayName", "Name", "InstanceID"].into_iter().find_map(|key| text(object, key));
    let name = name.unwrap_or_else(|| format!("{number}"));
    let value = |key: &str| text(object, key).unwrap_or_default();
    let wrong = |key: &str| {
        let value = value(key);
        format!("rule {number} (`{name}`): `{value}` is no known value of `{key}`: collect it again")
    };
    let direction = match value("Direction").as_str() {
        "1" | "Inbound" => Direction::Ingress,
        "2" | "Outbound" => Direction::Egress,
        _ => return Err(wrong("Direction")),
    };
    let does = match value("Action").as_str() {
        "2" | "Allow" => Does::Allow,
        "3" | "AllowBypass" => Does::Bypass,
        "4" | "Block" => Does::Block,
        _ => return Err(wrong("Action")),
    };
    let enabled = match value("Enabled").as_str() {
        "1" | "True" | "true" => true,
        "2" | "False" | "false" => false,
        _ => return Err(wrong("Enabled")),
    };
    Ok(WindowsRule {
        enabled,
        direction,
        does,
        profiles: text(object, "Profile").map_or([true; 3], |text| profile_flags(&text)),
        protocol: text(object, "Protocol"),
        local_ports: list(object, "LocalPort"),
        remote_ports: list(object, "RemotePort"),
        local_addresses: list(object, "LocalAddress"),
        remote_addresses: list(object, "RemoteAddress"),
        more: more(object),
        name,
    })
}

fn more(object: &Object) -> Vec<String> {
    let mut more = Vec::new();
    for key in ["Program", "Service", "Package", "InterfaceAlias", "InterfaceType", "IcmpType"] {
        let asked = list(object, key).unwrap_or_default();
        if !asked.is_empty() && !asked.iter().any(|word| word.is_empty() || word.eq_ignore_ascii_case("any"))
        {
            more.push(format!("it is for {key} `{}`", asked.join(", ")));
        }
    }
    for (key, free) in [("Authentication", "NotRequired"), ("Encryption", "NotRequired")] {
        let value = text(object, key).unwrap_or_default();
        if !matches!(value.as_str(), "" | "0") && value != free {
            more.push(format!("it asks for {key} `{value}`"));
        }
    }
    more
}

/// A number of flags, or words: 1 domain, 2 private, 4 public, 0 any.
fn profile_flags(text: &str) -> Profiles {
    match text.parse::<u32>() {
        Ok(0) => [true; 3],
        Ok(flags) if flags > 7 => [true; 3],
        Ok(flags) => [1, 2, 4].map(|flag| flags & flag != 0),
        Err(_) => profiles(text),
    }
}

/// A property as text; joined ones may be wrapped once more.
fn text(object: &Object, key: &str) -> Option<String> {
    let value = object.get(key)?;
    match value.get("value").or(value.get("Value")).unwrap_or(value) {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

/// A property as a list; one value is a list of one, and lists in one text are split.
fn list(object: &Object, key: &str) -> Option<Vec<String>> {
    let value = object.get(key)?;
    let value = value.get("value").or(value.get("Value")).unwrap_or(value);
    match value {
        Value::Array(all) => {
            Some(all.iter().map(|one| one.as_str().map_or_else(|| one.to_string(), str::to_owned)).collect())
        }
        Value::Null => None,
        _ => text(object, key).map(|text| text.split(',').map(|word| word.trim().to_owned()).collect()),
    }
}
