//! How a comparison ends.

use portreeve_checks::Certainty;
use portreeve_model::{Estate, Listing};
use portreeve_report::FindingChangeKind;

use super::Comparison;
use crate::{FailOn, Verdict};

impl Comparison {
    /// Findings when a sure finding of a risk that fails appears or grows; else undecided when gaps leave open whether something opens:
    /// traffic or a finding that is only possible, and listings or documents that are not whole in one of the estates.
    pub fn verdict(&self, estates: [&Estate; 2], fail_on: FailOn) -> Verdict {
        let [_, after] = &self.outcomes;
        let worse = || {
            let changes = self.findings.iter();
            changes
                .filter(|change| change.kind != FindingChangeKind::Disappears && !change.waived)
                .filter_map(|change| after.findings.get(change.at))
        };
        let fails = worse()
            .any(|finding| finding.certainty == Certainty::Sure && fail_on.covers(after.item(finding).risk));
        let perhaps = || {
            let effects = self.differences.shifts.iter().flat_map(|shift| &shift.effects);
            effects.into_iter().any(|effect| !effect.perhaps_opened().is_empty())
        };
        if fails {
            Verdict::Findings
        } else if worse().any(|finding| finding.certainty == Certainty::Possible)
            || estates.into_iter().any(hides_objects)
            || perhaps()
        {
            Verdict::Undecided
        } else {
            Verdict::Clean
        }
    }
}

/// Whether whole groups or interfaces may be missing.
fn hides_objects(estate: &Estate) -> bool {
    let coverage = &estate.coverage;
    !estate.unread.is_empty()
        || [coverage.groups, coverage.interfaces]
            .into_iter()
            .any(|listing| matches!(listing, Listing::Partial(_)))
}
