//! Finds the word that a mistyped word most likely stands for.

/// Returns the one of `known` that `word` most likely stands for: the same word in another case, the only one that
/// begins with `word`, or one that is one or two typing errors away. Returns `None` if nothing is similar or there is a
/// tie.
pub(in crate::cli) fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let lower = word.to_lowercase();
    let tolerated = match word.chars().count() {
        0..3 => 0,
        3..5 => 1,
        _ => 2,
    };
    let slips = |own: &str| {
        let own = own.to_lowercase();
        let is_beginning = lower.chars().count() >= 3 && own.starts_with(&lower);
        match distance(&lower, &own) {
            slips if slips <= tolerated => Some(slips),
            _ if is_beginning => Some(tolerated),
            _ => None,
        }
    };
    let mut near: Vec<_> = known.into_iter().filter_map(|own| Some((slips(own)?, own))).collect();
    near.sort_by_key(|(slips, _)| *slips);
    match near.as_slice() {
        [(least, _), (next, _), ..] if least == next => None,
        [(_, own), ..] => Some(own),
        [] => None,
    }
}

/// Returns the number of letters to change, insert, remove or swap with a neighbour.
pub(in crate::cli) fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=other.len()).collect()];
    for i in 1..=one.len() {
        let mut row = vec![i];
        for j in 1..=other.len() {
            let changed = usize::from(one[i - 1] != other[j - 1]);
            let mut least = (rows[i - 1][j] + 1).min(row[j - 1] + 1).min(rows[i - 1][j - 1] + changed);
            let is_swap = i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1];
            if is_swap {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[one.len()][other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_near_to_one_only() {
        let known = ["work", "default", "azure-cli", "dev1", "dev2"];
        for (word, meant) in [
            ("wrk", Some("work")),
            ("wrok", Some("work")),
            ("WORK", Some("work")),
            ("azure", Some("azure-cli")),
            ("defualt", Some("default")),
            ("dev3", None),
            ("dev", None),
            ("w", None),
            ("home", None),
        ] {
            assert_eq!(nearest(word, known), meant, "{word}");
        }
    }
}
