//! `portreeve.toml`: switches, own items, waivers, thresholds and what fails a run.

mod error;
mod own;
mod read;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;
use portreeve_checks::{Settings, Thresholds, catalogue};
use toml::Spanned;

pub use self::error::ConfigError;
use self::error::Source;
pub use self::own::WrittenItem;
use self::read::{Day, RawThresholds, RawWaiver, Table};
use crate::baseline::parse_fingerprint;
use crate::waiver::{Covers, Waiver};
use crate::{FailOn, nearest};

/// The name that is looked for.
const NAME: &str = "portreeve.toml";

/// What a configuration file says.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Switches, own items and thresholds.
    pub settings: Settings,
    /// Findings that the user accepts.
    pub waivers: Vec<Waiver>,
    /// From which risk on a finding fails the run.
    pub fail_on: FailOn,
}

impl Config {
    /// The nearest `portreeve.toml` in a folder or its parents.
    pub fn find(folder: &Path) -> Option<PathBuf> {
        let folder = std::path::absolute(folder).ok()?;
        folder.ancestors().map(|folder| folder.join(NAME)).find(|path| path.is_file())
    }

    /// Reads a configuration file.
    ///
    /// # Errors
    /// When the file cannot be read, is no TOML, or says something that makes no sense. Errors name file and line.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = fs::read_to_string(path).map_err(|error| ConfigError::unreadable(path, &error))?;
        Self::parse(&text, path)
    }

    /// Reads the text of a configuration file; the path is only named.
    ///
    /// # Errors
    /// As [`Config::read`].
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let source = Source { path, text };
        let table: Table = toml::from_str(text).map_err(|error| source.unparsed(&error))?;
        let own_items = own::items(&source, &table.own_item)?;
        let own_ids: Vec<&str> = own_items.iter().map(|item| item.id.as_str()).collect();
        let known = Known { own: &own_ids };
        let mut switches = std::collections::BTreeMap::new();
        for (id, on) in &table.items {
            known.check(&source, id)?;
            switches.insert(id.get_ref().clone(), *on);
        }
        let waivers =
            table.waiver.iter().map(|waiver| convert(&source, &known, waiver)).collect::<Result<_, _>>()?;
        let thresholds = thresholds(&source, &table.thresholds)?;
        let fail_on = match &table.check.fail_on {
            None => FailOn::default(),
            Some(word) => word.get_ref().parse().map_err(|error| source.at(word, format!("{error}")))?,
        };
        let smtp_unblocked = table.platform.outbound_smtp;
        let settings = Settings { switches, own_items, thresholds, smtp_unblocked, ..Settings::default() };
        Ok(Self { settings, waivers, fail_on })
    }
}

/// The ids of all items.
struct Known<'a> {
    own: &'a [&'a str],
}

impl Known<'_> {
    /// An error that offers the nearest id, if no item has this one.
    fn check(&self, source: &Source<'_>, id: &Spanned<String>) -> Result<(), ConfigError> {
        let ids = || catalogue::metas().map(|meta| meta.id).chain(self.own.iter().copied());
        if ids().any(|known| known == id.get_ref()) {
            return Ok(());
        }
        let advice = match nearest(id.get_ref(), ids()) {
            Some(close) => format!("did you mean `{close}`?"),
            None => "`portreeve items` lists them all".to_owned(),
        };
        Err(source.at(id, format!("unknown check item `{}`: {advice}", id.get_ref())))
    }
}

fn convert(source: &Source<'_>, known: &Known<'_>, raw: &Spanned<RawWaiver>) -> Result<Waiver, ConfigError> {
    let waiver = raw.get_ref();
    let recorded = match &waiver.fingerprint {
        None => None,
        Some(text) => Some(parse_fingerprint(text.get_ref()).ok_or_else(|| {
            let message = format!(
                "`{}` is no fingerprint: copy the 24 digits that `--format json` shows for the finding",
                text.get_ref()
            );
            source.at(text, message)
        })?),
    };
    let covers = match (&waiver.item, &waiver.group, recorded) {
        (None, None, Some(fingerprint)) => Covers::Finding(fingerprint),
        (Some(item), Some(group), recorded) => {
            known.check(source, item)?;
            Covers::Subject { item: item.get_ref().clone(), group: group.clone(), recorded }
        }
        _ => {
            let message = "a waiver needs a `fingerprint`, or both `item` and `group`".to_owned();
            return Err(source.at(raw, message));
        }
    };
    if waiver.reason.get_ref().trim().is_empty() {
        let message = "a waiver needs a `reason` that says why the finding is accepted".to_owned();
        return Err(source.at(&waiver.reason, message));
    }
    let place = Arc::from(source.place(raw.span().start));
    let until = date(source, &waiver.until)?;
    Ok(Waiver { covers, reason: Arc::from(waiver.reason.get_ref().as_str()), until, place })
}

/// A day, written as a date of TOML or as text.
fn date(source: &Source<'_>, day: &Spanned<Day>) -> Result<Date, ConfigError> {
    let read = match day.get_ref() {
        Day::Text(text) => text.parse().ok(),
        Day::Date(date) => match (date.date, date.time) {
            (Some(date), None) => {
                let number = |part: u8| i8::try_from(part).ok();
                let year = i16::try_from(date.year).ok();
                year.zip(number(date.month))
                    .zip(number(date.day))
                    .and_then(|((year, month), day)| Date::new(year, month, day).ok())
            }
            _ => None,
        },
    };
    read.ok_or_else(|| source.at(day, "`until` is no day: write one such as 2026-12-31".to_owned()))
}

fn thresholds(source: &Source<'_>, raw: &RawThresholds) -> Result<Thresholds, ConfigError> {
    let within = |number: &Option<Spanned<u32>>, default: u32, least: u32, most: u32| match number {
        None => Ok(default),
        Some(number) if (least..=most).contains(number.get_ref()) => Ok(*number.get_ref()),
        Some(number) => {
            let message = format!("`{}` is out of range: use {least} to {most}", number.get_ref());
            Err(source.at(number, message))
        }
    };
    let limit = |number: &Option<Spanned<u32>>| {
        within(number, 1, 1, u32::MAX).map(|limit| number.is_some().then_some(limit))
    };
    let size = |number: &Option<Spanned<u32>>, default: usize| match number {
        None => Ok(default),
        number => within(number, 1, 1, u32::MAX).map(|number| number as usize),
    };
    let length = |number: &Option<Spanned<u32>>, default: u8, most: u8| {
        within(number, default.into(), 0, most.into()).map(|len| u8::try_from(len).unwrap_or(most))
    };
    let old = Thresholds::default();
    Ok(Thresholds {
        excessive_groups: size(&raw.excessive_groups, old.excessive_groups)?,
        wide_source_v4: length(&raw.wide_source_v4, old.wide_source_v4, 32)?,
        wide_source_v6: length(&raw.wide_source_v6, old.wide_source_v6, 128)?,
        quota_percent: within(&raw.quota_percent, old.quota_percent, 1, 100)?,
        rules_per_group: limit(&raw.rules_per_group)?,
        rules_per_interface: limit(&raw.rules_per_interface)?,
        groups: limit(&raw.groups)?,
        too_many_rules: size(&raw.too_many_rules, old.too_many_rules)?,
        one_group_percent: within(&raw.one_group_percent, old.one_group_percent, 1, 100)?,
        one_group_interfaces: size(&raw.one_group_interfaces, old.one_group_interfaces)?,
        one_server_groups: size(&raw.one_server_groups, old.one_server_groups)?,
    })
}

#[cfg(test)]
mod tests;
