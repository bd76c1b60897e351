//! Which findings are to be fixed.

use portreeve_checks::Outcome;
use portreeve_model::Estate;

use super::FixError;
use crate::nearest;

/// How findings are chosen, in words: every kind that names something has to fit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// Ids of items.
    pub items: Vec<String>,
    /// Fingerprints, or their beginnings as long as these are unique.
    pub findings: Vec<String>,
    /// Ids or names of groups.
    pub groups: Vec<String>,
}

/// The positions of the chosen findings.
pub(super) fn choose(estate: &Estate, outcome: &Outcome, choice: &Choice) -> Result<Vec<usize>, FixError> {
    for item in &choice.items {
        if !outcome.items.iter().any(|known| known.id == *item.trim()) {
            return Err(unknown("item", item, outcome.items.iter().map(|known| &*known.id), "items"));
        }
    }
    let fingerprints = choice
        .findings
        .iter()
        .map(|word| fingerprint(outcome, word))
        .collect::<Result<Vec<usize>, FixError>>()?;
    for group in &choice.groups {
        let names =
            || estate.groups.iter().flat_map(|known| [known.id, known.name]).map(|it| estate.text(it));
        if !names().any(|name| !name.is_empty() && name == group.trim()) {
            return Err(unknown("security group", group, names(), "check"));
        }
    }
    let fits = |at: usize| {
        let Some(finding) = outcome.findings.get(at) else { return false };
        let item = &outcome.item(finding).id;
        let group = finding.group.and_then(|ix| estate.groups.get(ix.at()));
        let named = |word: &String| {
            let is = |text| estate.text(text) == word.trim();
            group.is_some_and(|group| is(group.id) || is(group.name))
        };
        (choice.items.is_empty() || choice.items.iter().any(|word| *word.trim() == **item))
            && (choice.groups.is_empty() || choice.groups.iter().any(named))
            && (choice.findings.is_empty() || fingerprints.contains(&at))
    };
    Ok((0..outcome.findings.len()).filter(|at| fits(*at)).collect())
}

fn fingerprint(outcome: &Outcome, word: &str) -> Result<usize, FixError> {
    let wanted = word.trim().to_lowercase();
    let all: Vec<String> = outcome.findings.iter().map(|it| it.fingerprint.to_string()).collect();
    let found: Vec<usize> =
        (0..).zip(&all).filter(|(_, known)| known.starts_with(&wanted)).map(|(at, _)| at).collect();
    match found.as_slice() {
        [one] if wanted.len() >= 6 => Ok(*one),
        [_, _, ..] if wanted.len() >= 6 => Err(FixError(format!(
            "{} findings have a fingerprint that begins with `{word}`: write more of it",
            found.len()
        ))),
        _ => Err(unknown("finding", word, all.iter().map(String::as_str), "check")),
    }
}

fn unknown<'w>(what: &str, word: &str, known: impl Iterator<Item = &'w str>, verb: &str) -> FixError {
    let hint = nearest(word, known.filter(|it| !it.is_empty())).map_or_else(
        || format!("`portreeve {verb}` shows what there is"),
        |near| format!("did you mean `{near}`?"),
    );
    FixError(format!("there is no {what} `{}`: {hint}", word.trim()))
}
