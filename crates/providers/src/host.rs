//! What was collected on a server itself: its listeners and its firewall.
//!
//! Several files may tell of one server. What a file is, is decided by what stands in it: our own JSON, `ss -lntu`,
//! `nft -j list ruleset`, `iptables-save` and `ip6tables-save`, `netsh advfirewall firewall show rule name=all`, or
//! `Get-NetFirewallRule | ConvertTo-Json`. A rule that is not understood in full stays, in doubt, with a gap that
//! quotes it.

use std::fmt;

use portreeve_model::{AclIx, Direction, Estate, GapIx, Host, InstanceIx, Listener, Otherwise};
use serde_json::Value;

use build::{Builder, made};
use chain::Filter;
use traffic::Traffic;

mod build;
mod chain;
mod iptables;
mod netsh;
mod nft;
mod own;
mod powershell;
mod ranges;
mod ss;
mod text;
mod traffic;
mod windows;
mod words;

/// What a file about a server said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostNotes {
    /// What the file is, such as `iptables-save`.
    pub format: &'static str,
    /// How many listeners it has; `None` where it does not tell.
    pub listeners: Option<usize>,
    /// How many filters of a firewall it has; `None` where it does not tell.
    pub filters: Option<usize>,
    /// What of it leaves an answer open.
    pub gaps: Vec<GapIx>,
    /// What the user should know about the file.
    pub warnings: Vec<String>,
}

/// Why a file about a server could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostError {
    /// The file as it was named.
    pub name: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there, and what to do.
    pub what: String,
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.name, self.line, self.what)
    }
}

impl std::error::Error for HostError {}

/// Something that is wrong in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wrong {
    line: usize,
    what: String,
}

impl Wrong {
    fn new(line: usize, what: impl Into<String>) -> Self {
        Self { line, what: what.into() }
    }
}

/// A listener as a file tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Listens {
    protocol: portreeve_model::Protocol,
    address: Option<std::net::IpAddr>,
    every: bool,
    port: u16,
    program: String,
}

/// What one file says.
#[derive(Debug, Clone, Default)]
struct Facts {
    format: &'static str,
    listeners: Option<Vec<Listens>>,
    filters: Option<Vec<Filter>>,
    /// Whether the filters are those of one family only, of which the file is silent about the other: IPv4 first.
    families: [bool; 2],
    warnings: Vec<String>,
}

/// Reads a file that was collected on a server, and adds what it says to [`Estate::hosts`] and, for its firewall, to
/// [`Estate::acls`]. `name` is what the file is called in messages.
///
/// Files about one server are united: listeners of all of them together; a filter of the same name takes the place of
/// the earlier one.
///
/// # Errors
/// When the text is of no known kind, or is broken where it stands; nothing is added then.
pub fn read_host(
    estate: &mut Estate,
    instance: InstanceIx,
    name: &str,
    text: &[u8],
) -> Result<HostNotes, HostError> {
    let text = text::decode(text);
    let facts =
        facts(&text).map_err(|Wrong { line, what }| HostError { name: name.to_owned(), line, what })?;
    let server = estate.instances.get(instance.at()).map(|row| row.id).unwrap_or_default();
    let server = estate.text(server).to_owned();
    let mut builder = Builder::new(estate, server, name.to_owned());
    let listeners = facts.listeners.as_ref().map(Vec::len);
    let filters = facts.filters.as_ref().map(Vec::len);
    let at = host(builder.estate, instance);
    if let Some(said) = &facts.filters {
        add_filters(&mut builder, at, said, facts.families);
    }
    let mut gaps: Vec<GapIx> = builder.gaps.values().copied().collect();
    gaps.sort_unstable();
    if let Some(said) = facts.listeners {
        add_listeners(estate, at, said);
    }
    Ok(HostNotes { format: facts.format, listeners, filters, gaps, warnings: facts.warnings })
}

fn facts(text: &str) -> Result<Facts, Wrong> {
    let first = text.trim_start().chars().next();
    if !matches!(first, Some('{' | '[')) {
        return match text::kind(text)? {
            text::Kind::Sockets => ss::read(text),
            text::Kind::Tables => iptables::read(text),
            text::Kind::Windows => netsh::read(text),
        };
    }
    let value: Value = serde_json::from_str(text).map_err(|error| text::not_json(&error))?;
    if nft::is_ruleset(&value) {
        return Ok(nft::read(&value));
    }
    if powershell::is_rules(&value) {
        return powershell::read(&value);
    }
    own::read(text)
}

/// The place of a server's row in [`Estate::hosts`].
fn host(estate: &mut Estate, instance: InstanceIx) -> usize {
    if let Some(at) = estate.hosts.iter().position(|host| host.instance == instance) {
        return at;
    }
    estate.hosts.push(Host { instance, listeners: None, filters: None, origin: None });
    estate.hosts.len() - 1
}

fn add_listeners(estate: &mut Estate, at: usize, said: Vec<Listens>) {
    let mut all: Vec<Listener> =
        estate.hosts.get(at).and_then(|host| host.listeners.clone()).map(Vec::from).unwrap_or_default();
    for Listens { protocol, address, every, port, program } in said {
        let program = estate.texts.intern(&program);
        let listener = Listener { protocol, address, every, port, program };
        if !all.contains(&listener) {
            all.push(listener);
        }
    }
    if let Some(host) = estate.hosts.get_mut(at) {
        host.listeners = Some(all.into());
    }
}

fn add_filters(builder: &mut Builder<'_>, at: usize, said: &[Filter], families: [bool; 2]) {
    let mut known: Vec<AclIx> = builder
        .estate
        .hosts
        .get(at)
        .and_then(|host| host.filters.as_deref())
        .map(Vec::from)
        .unwrap_or_default();
    let silent: Vec<Filter> = [true, false]
        .into_iter()
        .filter(|v4| families != [true, true] && families == [!*v4, *v4])
        .flat_map(|v4| Direction::BOTH.map(|direction| silence(v4, direction)))
        .filter(|filter| !tells_of(builder, &known, filter))
        .collect();
    let mut free = forget_silence(builder, &mut known, families);
    for filter in said.iter().chain(&silent) {
        let id = builder.id(&filter.name);
        let instead = known
            .iter()
            .copied()
            .find(|ix| builder.estate.acls.get(ix.at()).is_some_and(|acl| builder.estate.text(acl.id) == id));
        let ix = builder.filter(filter, instead.or_else(|| free.pop()));
        if instead.is_none() {
            known.push(ix);
        }
    }
    if let Some(host) = builder.estate.hosts.get_mut(at) {
        host.filters = Some(known.into());
    }
}

/// The beginning of the names of filters of one family's tool.
fn tool(v4: bool) -> &'static str {
    if v4 { "iptables " } else { "ip6tables " }
}

/// The name of the filter that stands for the family that nothing was collected of.
fn silence_name(v4: bool, direction: Direction) -> String {
    format!("{}not collected, {direction}", tool(v4))
}

/// A save of one family says nothing of the other, so what this filter does there is open: it may deny anything.
fn silence(v4: bool, direction: Direction) -> Filter {
    let what = format!(
        "the firewall for {} is not in the input: run `{}-save` and give its output too",
        if v4 { "IPv4" } else { "IPv6" },
        tool(v4).trim_end()
    );
    Filter {
        name: silence_name(v4, direction),
        direction,
        rulings: vec![made(
            Traffic::of_family(v4),
            portreeve_model::Action::Deny,
            Some(what),
            "not collected",
        )],
        otherwise: Otherwise::Allow,
        incomplete: None,
    }
}

/// Whether filters of the family that a silence is about are known already.
fn tells_of(builder: &Builder<'_>, known: &[AclIx], silence: &Filter) -> bool {
    let tool = silence.name.split_inclusive(' ').next().unwrap_or_default();
    known.iter().filter_map(|ix| builder.estate.acls.get(ix.at())).any(|acl| {
        let name = builder.estate.text(acl.name);
        name.starts_with(tool) && !name.contains("not collected")
    })
}

/// Takes back that a family was not collected, where it is now. Gives the rows that are free again.
fn forget_silence(builder: &Builder<'_>, known: &mut Vec<AclIx>, families: [bool; 2]) -> Vec<AclIx> {
    let told = [true, false].into_iter().zip(families).filter(|(_, told)| *told);
    let ids: Vec<String> = told
        .flat_map(|(v4, _)| Direction::BOTH.map(|direction| builder.id(&silence_name(v4, direction))))
        .collect();
    let is_silent = |ix: &AclIx| {
        let id = builder.estate.acls.get(ix.at()).map(|acl| builder.estate.text(acl.id));
        id.is_some_and(|id| ids.iter().any(|silent| silent == id))
    };
    let free = known.iter().copied().filter(is_silent).collect();
    known.retain(|ix| !is_silent(ix));
    free
}
