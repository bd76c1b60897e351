//! The output of `netsh advfirewall firewall show rule name=all`, in English, with or without `verbose`, and of
//! `netsh advfirewall show allprofiles` or `currentprofile` beside it.
//!
//! <https://learn.microsoft.com/windows-server/administration/windows-commands/netsh-advfirewall>

use portreeve_model::{Action, Direction};

use super::windows::{Does, Settings, USUAL, WindowsRule, filters, profiles};
use super::{Facts, Wrong};

const AGAIN: &str = "collect it again with `netsh advfirewall firewall show rule name=all verbose`";

/// One rule while its lines are read.
struct Block {
    rule: WindowsRule,
    line: usize,
    direction: Option<Direction>,
    does: Option<Does>,
}

pub(super) fn read(text: &str) -> Result<Facts, Wrong> {
    let mut rules = Vec::new();
    let mut settings = [None; 3];
    let mut block: Option<Block> = None;
    let mut profile: Option<usize> = None;
    let mut programs = false;
    for (at, line) in text.lines().enumerate() {
        let number = at + 1;
        if let Some(name) = line.strip_prefix("Rule Name:") {
            rules.extend(block.take().map(Block::done).transpose()?);
            (block, profile) = (Some(Block::new(name.trim(), number)), None);
        } else if let Some(name) = line.trim_end().strip_suffix("Profile Settings:") {
            rules.extend(block.take().map(Block::done).transpose()?);
            profile = ["Domain", "Private", "Public"].iter().position(|known| *known == name.trim());
            if let Some(slot) = profile.and_then(|at| settings.get_mut(at)) {
                *slot = Some(USUAL);
            }
        } else if let Some(slot) = profile.and_then(|at| settings.get_mut(at)).and_then(Option::as_mut) {
            setting(slot, line, number)?;
        } else if let Some(block) = &mut block {
            programs |= line.starts_with("Program:");
            block.line(line, number)?;
        }
    }
    rules.extend(block.take().map(Block::done).transpose()?);
    if rules.is_empty() {
        return Err(Wrong::new(1, format!("there are settings of profiles and no rules: {AGAIN}")));
    }
    let mut warnings = Vec::new();
    if !programs {
        warnings.push(
            "without `verbose` a rule for one program looks like a rule for all: add `verbose` to `netsh advfirewall \
             firewall show rule name=all`"
                .to_owned(),
        );
    }
    if settings.iter().all(Option::is_none) {
        warnings.push(
            "the firewall is taken to be on, with its usual defaults: add the output of `netsh advfirewall show \
             currentprofile`"
                .to_owned(),
        );
    }
    let filters = Some(filters(&rules, settings));
    Ok(Facts { format: "netsh advfirewall", filters, families: [true; 2], warnings, ..Facts::default() })
}

/// A line of the settings of a profile.
fn setting(settings: &mut Settings, line: &str, number: usize) -> Result<(), Wrong> {
    if let Some(state) = line.strip_prefix("State ") {
        settings.on = match state.trim() {
            "ON" => true,
            "OFF" => false,
            other => return Err(unknown(number, "State", other)),
        };
    }
    if let Some(policy) = line.strip_prefix("Firewall Policy ") {
        for word in policy.trim().split(',') {
            match word.trim() {
                "BlockInbound" => settings.ingress = Action::Deny,
                "AllowInbound" => settings.ingress = Action::Allow,
                "BlockInboundAlways" => (settings.ingress, settings.shields_up) = (Action::Deny, true),
                "AllowOutbound" => settings.egress = Action::Allow,
                "BlockOutbound" => settings.egress = Action::Deny,
                "NotConfigured" => {}
                other => return Err(unknown(number, "Firewall Policy", other)),
            }
        }
    }
    Ok(())
}

fn unknown(line: usize, key: &str, value: &str) -> Wrong {
    Wrong::new(line, format!("`{value}` is no known value of `{key}`: {AGAIN}"))
}

impl Block {
    fn new(name: &str, line: usize) -> Self {
        let rule = WindowsRule {
            name: name.to_owned(),
            enabled: true,
            direction: Direction::Ingress,
            does: Does::Block,
            profiles: [true; 3],
            // A rule of a protocol without ports has no lines for them.
            protocol: Some("Any".to_owned()),
            local_ports: Some(Vec::new()),
            remote_ports: Some(Vec::new()),
            local_addresses: Some(Vec::new()),
            remote_addresses: Some(Vec::new()),
            more: Vec::new(),
        };
        Self { rule, line, direction: None, does: None }
    }

    fn line(&mut self, line: &str, number: usize) -> Result<(), Wrong> {
        if line.starts_with([' ', '\t']) {
            self.continued(line.trim());
            return Ok(());
        }
        let Some((key, value)) = line.split_once(':') else { return Ok(()) };
        let value = value.trim();
        let list = || Some(value.split(',').map(|word| word.trim().to_owned()).collect());
        let rule = &mut self.rule;
        match key.trim() {
            "Enabled" => {
                rule.enabled = match value {
                    "Yes" => true,
                    "No" => false,
                    _ => return Err(unknown(number, "Enabled", value)),
                };
            }
            "Direction" => {
                self.direction = match value {
                    "In" => Some(Direction::Ingress),
                    "Out" => Some(Direction::Egress),
                    _ => return Err(unknown(number, "Direction", value)),
                };
            }
            "Action" => {
                self.does = match value {
                    "Allow" => Some(Does::Allow),
                    "Block" => Some(Does::Block),
                    "Bypass" => Some(Does::Bypass),
                    _ => return Err(unknown(number, "Action", value)),
                };
            }
            "Profiles" => rule.profiles = profiles(value),
            "Protocol" => rule.protocol = Some(value.to_owned()),
            "LocalPort" => rule.local_ports = list(),
            "RemotePort" => rule.remote_ports = list(),
            "LocalIP" => rule.local_addresses = list(),
            "RemoteIP" => rule.remote_addresses = list(),
            key => self.more(key, value),
        }
        Ok(())
    }

    /// What only `verbose` shows.
    fn more(&mut self, key: &str, value: &str) {
        let asks = match key {
            "Program" | "Service" => !matches!(value, "" | "Any"),
            "InterfaceTypes" => !value.split(',').any(|kind| matches!(kind.trim(), "Any" | "LAN")),
            "Security" => value != "NotRequired",
            "LocalUser" | "RemoteUser" | "RemoteMachine" => !value.is_empty(),
            _ => false,
        };
        if asks {
            self.rule.more.push(format!("it is for {} `{value}`", key.to_lowercase()));
        }
    }

    /// Types and codes of ICMP stand below `Protocol`.
    fn continued(&mut self, line: &str) {
        let icmp = self.rule.protocol.as_deref().is_some_and(|word| word.starts_with("ICMP"));
        let words: Vec<&str> = line.split_whitespace().collect();
        if icmp && words != ["Type", "Code"] && words != ["Any", "Any"] && !words.is_empty() {
            let what = format!("it is for ICMP of type and code `{}`", words.join(" "));
            self.rule.more.push(what);
        }
    }

    fn done(mut self) -> Result<WindowsRule, Wrong> {
        let (Some(direction), Some(does)) = (self.direction, self.does) else {
            let what = format!("rule `{}` has no `Direction` or no `Action`: {AGAIN}", self.rule.name);
            return Err(Wrong::new(self.line, what));
        };
        (self.rule.direction, self.rule.does) = (direction, does);
        Ok(self.rule)
    }
}
