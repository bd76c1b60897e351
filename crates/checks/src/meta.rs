//! What every check item says of itself: one text for the program, the report and the docs.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

/// How bad it is if an item fires, mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Risk {
    /// Worth knowing; nothing is wrong.
    Info,
    /// Untidy: it makes mistakes likelier or hides them.
    Low,
    /// A weakness that an attacker or the next change can use.
    Medium,
    /// A door: whoever finds it may take over a machine or its data.
    High,
}

impl Risk {
    /// All of them, mildest first.
    pub const ALL: [Self; 4] = [Self::Info, Self::Low, Self::Medium, Self::High];

    /// `info`, `low`, `medium` or `high`, as in every format and in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

impl fmt::Display for Risk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `pad` keeps width and alignment working in tables.
        f.pad(self.as_str())
    }
}

impl FromStr for Risk {
    type Err = UnknownRisk;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|risk| risk.as_str() == text)
            .ok_or_else(|| UnknownRisk { text: text.to_owned() })
    }
}

/// A word that is not a [`Risk`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownRisk {
    text: String,
}

impl fmt::Display for UnknownRisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown risk `{}`: use `info`, `low`, `medium` or `high`", self.text)
    }
}

impl Error for UnknownRisk {}

/// The text of one check item. Sentences are plain Markdown without line breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meta {
    /// Kebab-case id that names what is wrong, never what to do about it.
    pub id: &'static str,
    /// The same in a few words, at most 70 characters, without a full stop.
    pub title: &'static str,
    /// How bad it is.
    pub risk: Risk,
    /// Whether the item runs unless the user switches it.
    pub enabled: bool,
    /// Whether it is one of the sixteen items of the [vendor's own list], whose ports are kept exactly.
    ///
    /// [vendor's own list]: https://www.alibabacloud.com/help/en/cloud-firewall/cloudfirewall/user-guide/check-security-group-rules
    pub vendor: bool,
    /// The question that it asks, exactly. [`EVERYONE`](crate::catalogue::EVERYONE) says who everyone is.
    pub asks: &'static str,
    /// Why it matters: what an attacker does with it, or what goes wrong.
    pub why: &'static str,
    /// How to put it right.
    pub fix: &'static str,
    /// When a finding is expected, and to change it would be wrong.
    pub not_when: &'static str,
    /// Rules on which it fires.
    pub fires: &'static str,
    /// Rules that look alike and on which it stays silent.
    pub silent: &'static str,
    /// What to do, in one sentence that goes with each finding.
    pub suggestion: &'static str,
}

/// An item that fires when everyone can reach one of a service's ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Service {
    /// Its text.
    pub meta: Meta,
    /// TCP ports as inclusive ranges, sorted and apart.
    pub tcp: &'static [(u16, u16)],
    /// UDP ports as inclusive ranges, sorted and apart; empty where the service speaks TCP only.
    pub udp: &'static [(u16, u16)],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn risks_are_ordered_from_mild_to_bad() {
        assert!(Risk::Info < Risk::Low && Risk::Low < Risk::Medium && Risk::Medium < Risk::High);
        assert!(Risk::ALL.is_sorted());
    }

    #[test]
    fn a_risk_is_read_as_it_is_written() {
        for (risk, text) in
            [(Risk::Info, "info"), (Risk::Low, "low"), (Risk::Medium, "medium"), (Risk::High, "high")]
        {
            assert_eq!(risk.to_string(), text);
            assert_eq!(text.parse(), Ok(risk));
        }
        assert_eq!(format!("{:>6}|{:<6}", Risk::Low, Risk::High), "   low|high  ");
    }

    #[test]
    fn another_word_is_refused_with_the_choice() {
        for text in ["", "High", "critical", " low"] {
            let error = text.parse::<Risk>().unwrap_err().to_string();
            assert_eq!(error, format!("unknown risk `{text}`: use `info`, `low`, `medium` or `high`"));
        }
    }
}
