//! What a mistyped word was probably meant to be.

/// The candidate closest to a word, if one is close enough to be offered.
///
/// A candidate that the word is a part of is close (`ssh` for `open-ssh`); else at most a third of the letters may
/// differ, where two that changed places count as one.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let word = word.trim().to_lowercase().replace('_', "-");
    let allowed = (word.chars().count() / 3).max(1);
    let distance = |candidate: &str| {
        let part = word.len() >= 3 && candidate.contains(&word);
        if part { 1 } else { strsim::damerau_levenshtein(&word, candidate) }
    };
    let close = candidates.into_iter().map(|candidate| (distance(candidate), candidate));
    close
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, found)| found)
}

/// The `most` candidates closest to a word, the closest first.
pub(crate) fn several<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str>,
    most: usize,
) -> Vec<String> {
    let word = word.trim().to_lowercase();
    let allowed = (word.chars().count() / 3).max(2);
    let distance = |candidate: &'c str| {
        let lower = candidate.to_lowercase();
        let part = word.len() >= 3 && (lower.contains(&word) || word.contains(&*lower));
        // Ids are long and alike: a close length is cheap to ask for before letters are compared.
        let close = lower.len().abs_diff(word.len()) <= allowed;
        let letters = || if close { strsim::damerau_levenshtein(&word, &lower) } else { usize::MAX };
        (if part { 1 } else { letters() }, candidate)
    };
    let mut near: Vec<(usize, &str)> =
        candidates.into_iter().map(distance).filter(|(distance, _)| *distance <= allowed).collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().take(most).map(|(_, candidate)| candidate.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let known = ["open-ssh", "open-rdp", "open-redis", "wide-source"];
        let cases = [
            ("open-shs", Some("open-ssh")),
            ("open_redis", Some("open-redis")),
            ("Open-RDP", Some("open-rdp")),
            ("ssh", Some("open-ssh")),
            ("wide-sources", Some("wide-source")),
            ("telnet", None),
            ("", None),
        ];
        for (word, expected) in cases {
            assert_eq!(nearest(word, known), expected, "{word}");
        }
    }
}
