//! The word that somebody may have meant.

/// Of `words`, the one that takes the fewest edits to make from `typed`, if it takes few.
#[must_use]
pub fn nearest<'w>(typed: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let typed = letters(typed);
    let near = words.into_iter().filter_map(|word| {
        let letters = letters(word);
        let few = (typed.len().max(letters.len()) / 3).clamp(1, 3);
        edits(&typed, &letters, few).map(|edits| (edits, word))
    });
    near.min_by_key(|&(edits, _)| edits).map(|(_, word)| word)
}

/// Only as many as count: what is longer than any name is near to none.
fn letters(word: &str) -> Vec<char> {
    word.chars().take(256).flat_map(char::to_lowercase).collect()
}

/// How many letters must be put in, taken out or replaced to make `b` from `a`, if that is `few` or fewer; one edit
/// where they are the same letters in another order.
fn edits(a: &[char], b: &[char], few: usize) -> Option<usize> {
    // Making a word longer takes an edit a letter: words far apart in length need no table.
    let edits = (a.len().abs_diff(b.len()) <= few).then(|| distance(a, b, few))?;
    if edits > 1 && a.len() == b.len() && sorted(a) == sorted(b) {
        return Some(1);
    }
    (edits <= few).then_some(edits)
}

/// The edits (Levenshtein), or some number above `few` where they are more: only the cells of the table that are no
/// more than `few` off its diagonal are worked out, for all others hold more. The lengths are as near to each other.
fn distance(a: &[char], b: &[char], few: usize) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (line, &letter) in (1..).zip(a) {
        next_row(&mut row, line, letter, b, few);
    }
    row.last().copied().unwrap_or_default()
}

/// Makes line `line` of the table, which is that of `letter`, from the one above it.
fn next_row(row: &mut [usize], line: usize, letter: char, b: &[char], few: usize) {
    let before = line.saturating_sub(few).saturating_sub(1);
    let (mut cells, width) = (row.iter_mut().skip(before), few.saturating_mul(2).saturating_add(1));
    let Some(first) = cells.next() else { return };
    let mut diagonal = *first;
    // Left of the band is the edge of the table, or a cell that holds more than `few`.
    *first = if before == 0 { line } else { few.saturating_add(1) };
    let mut left = *first;
    for (cell, &other) in cells.zip(b.iter().skip(before)).take(width) {
        let replaced = diagonal.saturating_add(usize::from(letter != other));
        diagonal = *cell;
        left = replaced.min(diagonal.saturating_add(1)).min(left.saturating_add(1));
        *cell = left;
    }
}

fn sorted(letters: &[char]) -> Vec<char> {
    let mut letters = letters.to_vec();
    letters.sort_unstable();
    letters
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
        let distance = |a, b| distance(&letters(a), &letters(b), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", ""), 3);
        assert_eq!(distance("abc", "abc"), 0);
    }

    /// Every cell of the table.
    fn whole_table(a: &[char], b: &[char]) -> usize {
        let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                table[i][j] = match (i, j) {
                    (0, edits) | (edits, 0) => edits,
                    _ => (table[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]))
                        .min(table[i - 1][j] + 1)
                        .min(table[i][j - 1] + 1),
                };
            }
        }
        table[a.len()][b.len()]
    }

    proptest! {
        #[test]
        fn edits_are_those_of_the_whole_table(a in "[ab]{0,9}", b in "[abc]{0,9}", few in 1_usize..=3) {
            let (a, b) = (letters(&a), letters(&b));
            prop_assume!(a.len().abs_diff(b.len()) <= few);
            let edits = whole_table(&a, &b);
            let found = distance(&a, &b, few);
            prop_assert!(if edits <= few { found == edits } else { found > few }, "{found} for {edits}");
        }
    }
}
