//! "Did you mean": the nearest of some words.

/// The word that a person most likely meant; none where nothing is near.
pub fn nearest<'w>(written: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    const LONGEST: usize = 64;
    let written: Vec<char> = written.chars().flat_map(char::to_lowercase).take(LONGEST).collect();
    if written.len() == LONGEST {
        return None;
    }
    let best = words
        .into_iter()
        .filter_map(|word| {
            let letters: Vec<char> = word.chars().flat_map(char::to_lowercase).collect();
            let allowed = letters.len().max(written.len()).div_ceil(3);
            let distance = distance(&written, &letters);
            let is_start = written.len() >= 3 && letters.starts_with(&written);
            (distance <= allowed.min(letters.len() - 1) || is_start).then_some((distance, word))
        })
        .min_by_key(|(distance, _)| *distance);
    best.map(|(_, word)| word)
}

/// How many letters to insert, drop, replace or swap with their neighbour.
fn distance(left: &[char], right: &[char]) -> usize {
    let width = right.len() + 1;
    let mut rows: Vec<usize> = (0..width).collect();
    let mut before = vec![0; width];
    for (row, letter) in left.iter().enumerate() {
        let mut next = vec![row + 1; width];
        for (column, other) in right.iter().enumerate() {
            let replaced = rows[column] + usize::from(letter != other);
            let mut least = replaced.min(rows[column + 1] + 1).min(next[column] + 1);
            let swapped =
                row > 0 && column > 0 && left[row - 1] == *other && *letter == right[column - 1];
            if swapped {
                least = least.min(before[column - 1] + 1);
            }
            next[column + 1] = least;
        }
        before = std::mem::replace(&mut rows, next);
    }
    rows[right.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn what_people_mean() {
        let words = ["software", "state", "target", "version", "expires", "all"];
        let meant = [
            ("stat", Some("state")),
            ("stade", Some("state")),
            ("versoin", Some("version")),
            ("Version", Some("version")),
            ("tagret", Some("target")),
            ("expire", Some("expires")),
            ("soft", Some("software")),
            ("zzz", None),
            ("x", None),
            ("", None),
        ];
        for (written, word) in meant {
            assert_eq!(nearest(written, words), word, "{written}");
        }
    }
}
