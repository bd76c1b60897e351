//! The user's own items.

use std::path::Path;

use portreeve_checks::{OwnItem, catalogue};
use portreeve_netset::{AddressSet, Cidr, PortSet};
use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::error::{ConfigError, Source};
use super::read::{RawItem, RawPorts};

/// Reads all own items; no two may share an id.
pub(super) fn items(source: &Source<'_>, raw: &[Spanned<RawItem>]) -> Result<Vec<OwnItem>, ConfigError> {
    let mut items: Vec<OwnItem> = Vec::with_capacity(raw.len());
    for item in raw {
        let item = item_of(source, item)?;
        items.push(item);
    }
    for (at, item) in raw.iter().enumerate() {
        check_only(source, &item.get_ref().id, items.get(..at).unwrap_or_default())?;
    }
    Ok(items)
}

fn check_only(source: &Source<'_>, id: &Spanned<String>, others: &[OwnItem]) -> Result<(), ConfigError> {
    if others.iter().any(|other| other.id == *id.get_ref()) {
        let message = format!("there are two own items `{}`: give each its own id", id.get_ref());
        return Err(source.at(id, message));
    }
    Ok(())
}

/// An own item as people write it, with the keys of `[[own-item]]`: nothing is known yet of whether it makes sense.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenItem {
    /// Kebab-case id.
    pub id: String,
    /// What it finds, in a few words.
    pub title: String,
    /// `info`, `low`, `medium` or `high`.
    pub risk: String,
    /// TCP ports, such as `8080`, and ranges of them, such as `9000-9010`.
    #[serde(default)]
    pub tcp: Vec<String>,
    /// UDP ports and ranges.
    #[serde(default)]
    pub udp: Vec<String>,
    /// Prefixes whose addresses must not all have access; `None` is everyone.
    #[serde(default)]
    pub peers: Option<Vec<String>>,
    /// One sentence shown with each finding; `None` is a general one.
    #[serde(default)]
    pub suggestion: Option<String>,
}

impl WrittenItem {
    /// What it means, judged by the rules of the configuration file; its id must be none of `others`.
    ///
    /// # Errors
    /// As [`Config::parse`](super::Config::parse); of the error, the [message](ConfigError::message) tells all there is to tell.
    pub fn read(&self, others: &[OwnItem]) -> Result<OwnItem, ConfigError> {
        let source = Source { path: Path::new(""), text: "" };
        let ports = |list: &[String]| list.iter().map(|text| spanned(RawPorts::Text(text.clone()))).collect();
        let prefixes = |list: &Vec<String>| spanned(list.iter().cloned().map(spanned).collect());
        let raw = spanned(RawItem {
            id: spanned(self.id.clone()),
            title: self.title.clone(),
            risk: spanned(self.risk.clone()),
            tcp: ports(&self.tcp),
            udp: ports(&self.udp),
            peers: self.peers.as_ref().map(prefixes),
            suggestion: self.suggestion.clone(),
        });
        let item = item_of(&source, &raw)?;
        check_only(&source, &raw.get_ref().id, others)?;
        Ok(item)
    }
}

impl From<&OwnItem> for WrittenItem {
    fn from(item: &OwnItem) -> Self {
        let ports = |ports: &PortSet| {
            let range = |(first, last): &(u16, u16)| {
                if first == last { first.to_string() } else { format!("{first}-{last}") }
            };
            ports.intervals().iter().map(range).collect()
        };
        let prefixes = |peers: &AddressSet| peers.cidrs().iter().map(ToString::to_string).collect();
        Self {
            id: item.id.clone(),
            title: item.title.clone(),
            risk: item.risk.as_str().to_owned(),
            tcp: ports(&item.tcp),
            udp: ports(&item.udp),
            peers: item.peers.as_ref().map(prefixes),
            suggestion: Some(item.suggestion.clone()),
        }
    }
}

/// Something that stands in no file.
fn spanned<T>(value: T) -> Spanned<T> {
    Spanned::new(0..0, value)
}

fn item_of(source: &Source<'_>, raw: &Spanned<RawItem>) -> Result<OwnItem, ConfigError> {
    let item = raw.get_ref();
    check_id(source, &item.id)?;
    let risk = item.risk.get_ref().parse().map_err(|error| source.at(&item.risk, format!("{error}")))?;
    let (tcp, udp) = (ports(source, &item.tcp)?, ports(source, &item.udp)?);
    if tcp.is_empty() && udp.is_empty() {
        let message = format!("own item `{}` asks about no port: give it `tcp` or `udp`", item.id.get_ref());
        return Err(source.at(raw, message));
    }
    let peers = item.peers.as_ref().map(|list| peers(source, list)).transpose()?;
    let default = || "Allow these ports only to those who need them.".to_owned();
    Ok(OwnItem {
        id: item.id.get_ref().clone(),
        title: item.title.clone(),
        risk,
        tcp,
        udp,
        peers,
        suggestion: item.suggestion.clone().unwrap_or_else(default),
    })
}

/// An id is kebab-case and no item of the catalogue: those can be switched, not edited.
fn check_id(source: &Source<'_>, id: &Spanned<String>) -> Result<(), ConfigError> {
    let text = id.get_ref();
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    if !text.split('-').all(is_word) {
        let message =
            format!("`{text}` is no id: use small letters, digits and single hyphens, as in `open-admin`");
        return Err(source.at(id, message));
    }
    if catalogue::metas().any(|meta| meta.id == text) {
        let message = format!(
            "`{text}` is an item of the catalogue, which can be switched on or off but not edited: choose another id"
        );
        return Err(source.at(id, message));
    }
    Ok(())
}

fn ports(source: &Source<'_>, raw: &[Spanned<RawPorts>]) -> Result<PortSet, ConfigError> {
    let range = |ports: &Spanned<RawPorts>| {
        let (read, text) = match ports.get_ref() {
            RawPorts::Number(number) => {
                (u16::try_from(*number).ok().map(|port| (port, port)), number.to_string())
            }
            RawPorts::Text(text) => (range_of(text), text.clone()),
        };
        read.filter(|(first, last)| *first >= 1 && first <= last).ok_or_else(|| {
            let message =
                format!("`{text}` is no port: write `8080`, or a range such as `9000-9010`, of 1 to 65535");
            source.at(ports, message)
        })
    };
    raw.iter().map(range).collect()
}

fn range_of(text: &str) -> Option<(u16, u16)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    Some((first.trim().parse().ok()?, last.trim().parse().ok()?))
}

fn peers(source: &Source<'_>, raw: &Spanned<Vec<Spanned<String>>>) -> Result<AddressSet, ConfigError> {
    if raw.get_ref().is_empty() {
        let message = "`peers` names nobody: leave it out to ask about everyone".to_owned();
        return Err(source.at(raw, message));
    }
    let cidr = |text: &Spanned<String>| {
        text.get_ref().parse::<Cidr>().map_err(|error| source.at(text, error.to_string()))
    };
    raw.get_ref().iter().map(cidr).collect()
}
