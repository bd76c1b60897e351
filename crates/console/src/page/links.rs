//! Where names lead, and addresses with questions.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use portreeve::checks::Fingerprint;
use portreeve::report::html::{Links, Trial};

use super::layout::{address, thousands};

/// The pages of the console.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pages;

impl Links for Pages {
    fn group(&self, id: &str) -> Option<String> {
        Some(address("group", id))
    }

    fn server(&self, id: &str) -> Option<String> {
        Some(address("server", id))
    }

    fn explain(&self, trial: &Trial) -> Option<String> {
        let port = trial.port.map(|port| port.to_string()).unwrap_or_default();
        let asked =
            [("from", &*trial.from), ("to", &*trial.to), ("protocol", &*trial.protocol), ("port", &*port)];
        Some(with("/explain", &asked))
    }
}

/// The page of a finding.
pub(super) fn finding(fingerprint: Fingerprint) -> String {
    format!("/finding/{fingerprint}")
}

/// An address with a query of the values that are not empty.
pub(super) fn with(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut address = path.to_owned();
    for (nth, (name, value)) in pairs.iter().filter(|(_, value)| !value.is_empty()).enumerate() {
        address.push(if nth == 0 { '?' } else { '&' });
        address.push_str(name);
        address.push('=');
        address.extend(utf8_percent_encode(value, NON_ALPHANUMERIC));
    }
    address
}

/// The number of a page as it was asked for; what is no number is the first.
pub(super) fn page(text: &str) -> Option<usize> {
    text.parse().ok()
}

/// `1 server`, `12 servers`.
pub(super) fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{} {}", thousands(number), if number == 1 { one } else { many })
}
