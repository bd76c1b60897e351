//! Windows Firewall: what `netsh` and PowerShell tell of it.
//!
//! Rules have no order: a block beats every allow, but for an allow that overrides blocks, which asks for authentication
//! by IPsec. <https://learn.microsoft.com/windows/security/operating-system-security/network-security/windows-firewall/rules>

use portreeve_model::{Action, Direction, Otherwise};

use super::build::made;
use super::chain::{Filter, Ruling};
use super::ranges::{Addresses, PORTS, Ranges, address_range, port_range};
use super::traffic::Traffic;
use super::words::protocol;

/// What a rule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Does {
    Allow,
    Block,
    /// Allows over every block, for authenticated connections.
    Bypass,
}

/// Domain, private and public.
pub(super) type Profiles = [bool; 3];

/// One rule, in words; `None` is a property that was not told.
#[derive(Debug, Clone)]
pub(super) struct WindowsRule {
    pub(super) name: String,
    pub(super) enabled: bool,
    pub(super) direction: Direction,
    pub(super) does: Does,
    pub(super) profiles: Profiles,
    pub(super) protocol: Option<String>,
    pub(super) local_ports: Option<Vec<String>>,
    pub(super) remote_ports: Option<Vec<String>>,
    pub(super) local_addresses: Option<Vec<String>>,
    pub(super) remote_addresses: Option<Vec<String>>,
    /// What else it asks for, such as a program.
    pub(super) more: Vec<String>,
}

/// The settings of a profile, as far as they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Settings {
    pub(super) on: bool,
    pub(super) ingress: Action,
    pub(super) egress: Action,
    /// Whether rules that allow ingress count.
    pub(super) shields_up: bool,
}

/// The settings that Windows comes with.
pub(super) const USUAL: Settings =
    Settings { on: true, ingress: Action::Deny, egress: Action::Allow, shields_up: false };

/// The filters of a server; `settings` are those of the profiles that may be active, none where they were not told.
pub(super) fn filters(rules: &[WindowsRule], settings: [Option<Settings>; 3]) -> Vec<Filter> {
    Direction::BOTH.into_iter().map(|direction| filter(rules, settings, direction)).collect()
}

fn filter(rules: &[WindowsRule], told: [Option<Settings>; 3], direction: Direction) -> Filter {
    let any_told = told.iter().any(Option::is_some);
    let active = told.map(|settings| settings.is_some() || !any_told);
    let settings: Vec<Settings> = if any_told { told.into_iter().flatten().collect() } else { vec![USUAL] };
    let mut rulings = Vec::new();
    let shields = |one: &Settings| one.shields_up && direction == Direction::Ingress;
    if settings.iter().any(|one| !one.on) {
        let doubt = (!settings.iter().all(|one| !one.on)).then(|| {
            "the firewall is off in one profile and on in another: give the output of `netsh advfirewall show \
             currentprofile` in place of `show allprofiles`"
                .to_owned()
        });
        rulings.push(made(Traffic::all(), Action::Allow, doubt, "the firewall is off"));
    }
    if settings.iter().any(shields) {
        let doubt = (!settings.iter().all(shields)).then(|| {
            "one profile blocks everything and another does not: give the output of `netsh advfirewall show \
             currentprofile` in place of `show allprofiles`"
                .to_owned()
        });
        rulings.push(made(Traffic::all(), Action::Deny, doubt, "all inbound connections are blocked"));
    }
    for does in [Does::Bypass, Does::Block, Does::Allow] {
        let of_kind =
            rules.iter().filter(|rule| rule.enabled && rule.direction == direction && rule.does == does);
        rulings.extend(of_kind.filter_map(|rule| rule.ruling(active)));
    }
    let default = |one: &Settings| match direction {
        Direction::Ingress => one.ingress,
        Direction::Egress => one.egress,
    };
    let mut defaults = settings.iter().map(default);
    let first = defaults.next().unwrap_or(Action::Deny);
    let otherwise = match first {
        _ if !defaults.all(|other| other == first) => Otherwise::Unknown,
        Action::Allow => Otherwise::Allow,
        Action::Deny => Otherwise::Deny,
    };
    Filter { name: format!("windows firewall {direction}"), direction, rulings, otherwise, incomplete: None }
}

impl WindowsRule {
    /// What it says of traffic; nothing where it is for profiles that are not active.
    fn ruling(&self, active: Profiles) -> Option<Ruling> {
        let overlap = self.profiles.iter().zip(active).filter(|(own, active)| **own && *active).count();
        if overlap == 0 {
            return None;
        }
        let mut doubts = self.more.clone();
        if overlap < active.iter().filter(|active| **active).count() {
            doubts.push("its profile, which may not be the active one".to_owned());
        }
        if self.does == Does::Bypass {
            doubts.push("authentication, which it asks for".to_owned());
        }
        let mut traffic = Traffic::all();
        self.narrow(&mut traffic, &mut doubts);
        let doubt = (!doubts.is_empty())
            .then(|| format!("the reach of rule `{}` is open: {}", self.name, doubts.join("; ")));
        let action = if self.does == Does::Block { Action::Deny } else { Action::Allow };
        Some(Ruling { traffic, action, doubt, id: self.name.clone(), words: String::new() })
    }

    fn narrow(&self, traffic: &mut Traffic, doubts: &mut Vec<String>) {
        let (sources, destinations, ports, source_ports) = match self.direction {
            Direction::Ingress => {
                (&self.remote_addresses, &self.local_addresses, &self.local_ports, &self.remote_ports)
            }
            Direction::Egress => {
                (&self.local_addresses, &self.remote_addresses, &self.remote_ports, &self.local_ports)
            }
        };
        match self.protocol.as_deref() {
            None => {
                doubts.push("its protocol is not told: add that of `Get-NetFirewallPortFilter`".to_owned());
            }
            Some(word) if is_any(word) => {}
            Some(word) => match protocol(word).or(named(word)) {
                Some(number) => *traffic = traffic.and(&Traffic::of_protocols([number])),
                None => doubts.push(format!("protocol `{word}` is not known")),
            },
        }
        traffic.ports = port_set(ports.as_deref(), doubts);
        traffic.source_ports = port_set(source_ports.as_deref(), doubts);
        traffic.sources = addresses(sources.as_deref(), doubts);
        traffic.destinations = addresses(destinations.as_deref(), doubts);
        *traffic = traffic.and(&Traffic::all());
    }
}

fn is_any(word: &str) -> bool {
    word.is_empty() || word == "*" || word.eq_ignore_ascii_case("any")
}

/// Protocols as Windows calls them.
fn named(word: &str) -> Option<u8> {
    match word.to_ascii_lowercase().as_str() {
        "icmpv4" => Some(1),
        "ipv6-route" => Some(43),
        "ipv6-frag" => Some(44),
        "ipv6-nonxt" => Some(59),
        "ipv6-opts" => Some(60),
        "l2tp" => Some(115),
        "pgm" => Some(113),
        "hopopt" => Some(0),
        _ => None,
    }
}

/// From where Windows gives services their ports unless it is set otherwise.
/// <https://learn.microsoft.com/troubleshoot/windows-server/networking/default-dynamic-port-range-tcpip-chang>
const DYNAMIC: (u128, u128) = (49152, 65535);

fn port_set(said: Option<&[String]>, doubts: &mut Vec<String>) -> Ranges {
    let full = Ranges::full(PORTS);
    let Some(said) = said else {
        doubts.push("its ports are not told: add those of `Get-NetFirewallPortFilter`".to_owned());
        return full;
    };
    if said.iter().any(|word| is_any(word)) || said.is_empty() {
        return full;
    }
    let mut ranges = Vec::new();
    for word in said {
        let lower = word.to_ascii_lowercase();
        if let Some(range) = port_range(word, '-') {
            ranges.push(range);
        } else if matches!(lower.as_str(), "rpc-epmap" | "rpcepmap") {
            ranges.push((135, 135));
        } else if lower == "rpc" {
            doubts.push(format!("port `{word}` is one of the usual dynamic ports"));
            ranges.push(DYNAMIC);
        } else {
            doubts.push(format!("port `{word}` is chosen by a service"));
            return full;
        }
    }
    Ranges::of(PORTS, ranges)
}

fn addresses(said: Option<&[String]>, doubts: &mut Vec<String>) -> Addresses {
    let Some(said) = said else {
        doubts.push("its addresses are not told: add those of `Get-NetFirewallAddressFilter`".to_owned());
        return Addresses::all();
    };
    if said.iter().any(|word| is_any(word)) || said.is_empty() {
        return Addresses::all();
    }
    let mut ranges = Vec::new();
    for word in said {
        let Some(range) = address_range(word) else {
            doubts.push(format!("address `{word}` depends on the server's network"));
            return Addresses::all();
        };
        ranges.push(range);
    }
    Addresses::of(&ranges)
}

/// `Domain,Private,Public`, `Any` or `All`; all of them where a word is not known.
pub(super) fn profiles(text: &str) -> Profiles {
    let mut profiles = [false; 3];
    for word in text.split(',').map(|word| word.trim().to_ascii_lowercase()) {
        match word.as_str() {
            "domain" => profiles[0] = true,
            "private" => profiles[1] = true,
            "public" => profiles[2] = true,
            _ => return [true; 3],
        }
    }
    profiles
}
