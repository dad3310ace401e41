//! "Did you mean": the nearest of the names that there are.

/// The name nearest to what was written, if one is near enough to be meant.
pub(crate) fn nearest<'a>(
    written: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let bound = (written.chars().count() / 3).max(1);
    let distances = names.into_iter().map(|name| (distance(written, name), name));
    let mut near: Vec<_> = distances.filter(|(far, _)| *far <= bound).collect();
    near.sort_unstable();
    near.first().map(|(_, name)| *name)
}

/// "did you mean …?", or which names there are while they are few.
pub(crate) fn hint<'a>(
    written: &str,
    names: impl IntoIterator<Item = &'a str> + Clone,
) -> Option<String> {
    if let Some(name) = nearest(written, names.clone()) {
        return Some(format!("did you mean `{name}`?"));
    }
    let mut all: Vec<_> = names.into_iter().map(|name| format!("`{name}`")).collect();
    all.sort_unstable();
    all.dedup();
    (1..=8).contains(&all.len()).then(|| format!("there is {}", all.join(", ")))
}

/// How many letters must be put in, left out, replaced or swapped.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = [vec![0; b.len() + 1], (0..=b.len()).collect(), vec![0; b.len() + 1]];
    for (i, x) in a.iter().enumerate() {
        rows[2][0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = rows[1][j] + usize::from(x != y);
            let mut least = replaced.min(rows[1][j + 1] + 1).min(rows[2][j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                least = least.min(rows[0][j - 1] + 1);
            }
            rows[2][j + 1] = least;
        }
        rows.rotate_left(1);
    }
    rows[1][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        let cases = [
            ("", "", 0),
            ("a", "", 1),
            ("abc", "acb", 1),
            ("kitten", "sitting", 3),
            ("x", "abc", 3),
        ];
        for (a, b, expected) in cases {
            assert_eq!(distance(a, b), expected, "{a} {b}");
            assert_eq!(distance(b, a), expected, "{b} {a}");
        }
    }

    #[test]
    fn only_what_is_near_is_meant() {
        assert_eq!(
            nearest("software/chrme", ["software/chrome", "task/x"]),
            Some("software/chrome")
        );
        assert_eq!(nearest("zebra", ["software/chrome"]), None);
        assert_eq!(hint("zebra", ["b", "a"]).as_deref(), Some("there is `a`, `b`"));
        assert_eq!(hint("zebra", []), None);
    }
}
