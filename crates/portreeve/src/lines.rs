//! The lines of the groups and interfaces that findings are about, looked up together.

use std::collections::{BTreeMap, BTreeSet};

use portreeve_checks::Outcome;
use portreeve_model::{Estate, Origin};
use portreeve_report::Locate;

use crate::load::{Wanted, locate};

/// Lines in documents. Each file is read once for all of them.
#[derive(Debug, Clone, Default)]
pub struct Lines {
    lines: BTreeMap<Origin, BTreeMap<String, u64>>,
}

impl Lines {
    /// Finds the line of each group that has a finding, and of each interface where no single group is the cause.
    pub fn of(estate: &Estate, outcome: &Outcome) -> Self {
        let subjects = outcome.findings.iter().filter_map(|finding| {
            if let Some(ix) = finding.group {
                return estate.groups.get(ix.at()).map(|group| (group.origin, group.id));
            }
            let interface = estate.interfaces.get(finding.servers.first()?.interface.at())?;
            Some((interface.origin, interface.id))
        });
        let subjects: BTreeSet<_> = subjects.filter_map(|(origin, id)| Some((origin?, id))).collect();
        let wanted: Vec<Wanted<'_>> =
            subjects.iter().map(|(origin, id)| Wanted { origin: *origin, id: estate.text(*id) }).collect();
        let mut lines: BTreeMap<Origin, BTreeMap<String, u64>> = BTreeMap::new();
        for (wanted, line) in wanted.iter().zip(locate(estate, &wanted)) {
            if let Some(line) = line {
                lines.entry(wanted.origin).or_default().insert(wanted.id.to_owned(), line);
            }
        }
        Self { lines }
    }
}

impl Locate for Lines {
    fn line(&self, origin: &Origin, id: &str) -> Option<u64> {
        self.lines.get(origin)?.get(id).copied()
    }
}
