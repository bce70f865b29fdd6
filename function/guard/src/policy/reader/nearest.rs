//! The word that somebody may have meant.

/// Of `words`, the one that takes the fewest edits to make from `typed`, if it takes few.
pub(super) fn nearest<'w>(typed: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let typed = letters(typed);
    let near = words.into_iter().filter_map(|word| {
        let letters = letters(word);
        let limit = (typed.len().max(letters.len()) / 3).clamp(1, 3);
        // Making a word longer takes an edit a letter: words far apart in length need no table.
        let may_be_near = typed.len().abs_diff(letters.len()) <= limit;
        let edits = may_be_near.then(|| distance(&typed, &letters)).filter(|&edits| edits <= limit)?;
        Some((edits, word))
    });
    near.min_by_key(|&(edits, _)| edits).map(|(_, word)| word)
}

/// Only as many as count: what is longer than any name is near to none.
fn letters(word: &str) -> Vec<char> {
    word.chars().take(256).flat_map(char::to_lowercase).collect()
}

/// How many letters must be put in, taken out or replaced to make `b` from `a` (Levenshtein); one edit where they are
/// the same letters in another order.
fn distance(a: &[char], b: &[char]) -> usize {
    if a != b && sorted(a) == sorted(b) {
        return 1;
    }
    let first: Vec<usize> = (0..=b.len()).collect();
    a.iter().fold(first, |row, &letter| next_row(&row, letter, b)).last().copied().unwrap_or_default()
}

fn sorted(letters: &[char]) -> Vec<char> {
    let mut letters = letters.to_vec();
    letters.sort_unstable();
    letters
}

fn next_row(row: &[usize], letter: char, b: &[char]) -> Vec<usize> {
    let mut left = row.first().map_or(1, |edits| edits.saturating_add(1));
    let mut next = vec![left];
    for (&[diagonal, above], &other) in row.array_windows().zip(b) {
        let replaced = diagonal.saturating_add(usize::from(letter != other));
        left = replaced.min(above.saturating_add(1)).min(left.saturating_add(1));
        next.push(left);
    }
    next
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_near_and_another_word_is_not() {
        let words = ["office", "app", "db", "web", "ssh-admin"];
        for (typed, meant) in [
            ("ofice", Some("office")),
            ("Office", Some("office")),
            ("ofifce", Some("office")),
            ("wbe", Some("web")),
            ("ap", Some("app")),
            ("bd", Some("db")),
            ("ssh_admin", Some("ssh-admin")),
            ("cache", None),
            ("", None),
        ] {
            assert_eq!(nearest(typed, words), meant, "{typed}");
        }
    }

    #[test]
    fn edits_are_counted() {
        let distance = |a, b| distance(&letters(a), &letters(b));
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", ""), 3);
        assert_eq!(distance("abc", "abc"), 0);
    }
}
