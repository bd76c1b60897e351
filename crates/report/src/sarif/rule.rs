//! A check item as a SARIF rule.

use portreeve_checks::{Item, Risk};
use serde::Serialize;

use super::Message;
use crate::escape;

/// A rule (`reportingDescriptor`, section 3.49).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RuleRow<'a> {
    id: &'a str,
    short_description: Message,
    full_description: Message,
    help: Help,
    default_configuration: Configuration,
    properties: Properties,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Properties {
    /// GitHub sorts findings of security rules by this number.
    #[serde(rename = "security-severity")]
    severity: &'static str,
    tags: [&'static str; 2],
}

impl<'a> RuleRow<'a> {
    pub(super) fn of(item: &'a Item) -> Self {
        let asks = item.meta.map_or(&*item.title, |meta| meta.asks);
        let (text, markdown) = help(item);
        Self {
            id: &item.id,
            short_description: Message { text: escape::sarif(&item.title) },
            full_description: Message { text: escape::sarif(asks) },
            help: Help { text, markdown },
            default_configuration: Configuration { level: level(item.risk) },
            properties: Properties { severity: severity(item.risk), tags: ["security", "network"] },
        }
    }
}

/// Why it matters and what to do, plain and as Markdown.
fn help(item: &Item) -> (String, String) {
    let parts = match item.meta {
        Some(meta) => vec![("Why", meta.why), ("Fix", meta.fix), ("When not", meta.not_when)],
        None => vec![("Fix", &*item.suggestion)],
    };
    let plain: Vec<String> =
        parts.iter().map(|(head, words)| format!("{head}: {}", escape::sarif(words))).collect();
    let markdown: Vec<String> = match item.meta {
        // The catalogue's own words are Markdown; a user's are not trusted to be.
        Some(_) => parts.iter().map(|(head, words)| format!("**{head}.** {words}")).collect(),
        None => parts.iter().map(|(head, words)| format!("**{head}.** {}", escape::prose(words))).collect(),
    };
    (plain.join("\n"), markdown.join("\n\n"))
}

/// The level of a risk.
pub(super) fn level(risk: Risk) -> &'static str {
    match risk {
        Risk::High => "error",
        Risk::Medium => "warning",
        Risk::Low | Risk::Info => "note",
    }
}

/// The middle of GitHub's band for a risk: over 7 is high, over 4 medium, the rest low.
fn severity(risk: Risk) -> &'static str {
    match risk {
        Risk::High => "8.0",
        Risk::Medium => "5.5",
        Risk::Low => "3.0",
        Risk::Info => "1.0",
    }
}
