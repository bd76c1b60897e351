//! Where names lead, and addresses with questions.

use portreeve::checks::Fingerprint;
use portreeve::report::html::{Links, Trial};

use super::layout::address;
use super::params::link;

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
        Some(link("/explain", &asked))
    }
}

/// The page of a finding.
pub(super) fn finding(fingerprint: Fingerprint) -> String {
    format!("/finding/{fingerprint}")
}

/// The number of a page as it was asked for; what is no number is the first.
pub(super) fn page(text: &str) -> Option<usize> {
    text.parse().ok()
}
