//! The shape of `portreeve.toml`. Keys are closed: a key that is not here is an error.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

/// The whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct Table {
    pub(super) items: BTreeMap<Spanned<String>, bool>,
    pub(super) own_item: Vec<Spanned<RawItem>>,
    pub(super) waiver: Vec<Spanned<RawWaiver>>,
    pub(super) thresholds: RawThresholds,
    pub(super) check: RawCheck,
    pub(super) platform: RawPlatform,
}

/// `[[own-item]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawItem {
    pub(super) id: Spanned<String>,
    pub(super) title: String,
    pub(super) risk: Spanned<String>,
    #[serde(default)]
    pub(super) tcp: Vec<Spanned<RawPorts>>,
    #[serde(default)]
    pub(super) udp: Vec<Spanned<RawPorts>>,
    pub(super) peers: Option<Spanned<Vec<Spanned<String>>>>,
    pub(super) suggestion: Option<String>,
}

/// A port or a range of ports.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected a port such as 8080, or a range such as \"9000-9010\"")]
pub(super) enum RawPorts {
    Number(i64),
    Text(String),
}

/// `[[waiver]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawWaiver {
    pub(super) fingerprint: Option<Spanned<String>>,
    pub(super) item: Option<Spanned<String>>,
    pub(super) group: Option<String>,
    pub(super) reason: Spanned<String>,
    pub(super) until: Spanned<Day>,
}

/// A day.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected a day such as 2026-12-31")]
pub(super) enum Day {
    Date(Datetime),
    Text(String),
}

/// `[thresholds]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct RawThresholds {
    pub(super) excessive_groups: Option<Spanned<u32>>,
    pub(super) wide_source_v4: Option<Spanned<u32>>,
    pub(super) wide_source_v6: Option<Spanned<u32>>,
    pub(super) quota_percent: Option<Spanned<u32>>,
    pub(super) rules_per_group: Option<Spanned<u32>>,
    pub(super) rules_per_interface: Option<Spanned<u32>>,
    pub(super) groups: Option<Spanned<u32>>,
    pub(super) too_many_rules: Option<Spanned<u32>>,
    pub(super) one_group_percent: Option<Spanned<u32>>,
    pub(super) one_group_interfaces: Option<Spanned<u32>>,
    pub(super) one_server_groups: Option<Spanned<u32>>,
}

/// `[check]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct RawCheck {
    pub(super) fail_on: Option<Spanned<String>>,
}

/// `[platform]`: what the platform has changed for this account.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct RawPlatform {
    /// Whether outbound TCP 25 is unblocked.
    pub(super) outbound_smtp: bool,
}
