//! What a failure has in common with the same failure elsewhere.
//!
//! The last thing that was said before it failed, without what differs from
//! one computer to the next: numbers, ids, times and names of temporary files.

use super::ActionView;
use crate::execute::{End, Entry, Outcome};

/// The longest text, in characters.
const LONGEST: usize = 200;

/// The cause of a failed action, for grouping and for people: the last line
/// that what failed has printed, else why it counts as failed. What a test or
/// a probe prints is its answer, and says nothing of why it is not another.
pub fn cause(action: &ActionView<'_>) -> String {
    let outcomes = || action.log.iter().rev().filter_map(Entry::outcome);
    let answered = |outcome: &Outcome| matches!(outcome.end, End::Answer { .. } | End::Detected(_));
    let judged = action.message.filter(|_| outcomes().next().is_some_and(answered));
    let said =
        || outcomes().map(|outcome| last_line(&outcome.output)).find(|line| !line.is_empty());
    let text = judged.or_else(said).or(action.message).unwrap_or_else(|| action.reason.word());
    normalised(text)
}

fn last_line(output: &str) -> &str {
    output.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default()
}

/// A text with `#` for each number and id.
fn normalised(text: &str) -> String {
    let mut result = String::new();
    let mut word = String::new();
    for letter in text.chars().take(LONGEST) {
        if letter.is_alphanumeric() {
            word.push(letter);
            continue;
        }
        push(&mut result, &word);
        word.clear();
        result.push(letter);
    }
    push(&mut result, &word);
    result
}

/// Adds a word: what is hexadecimal with a number among its digits becomes
/// `#` as a whole, elsewhere each number does; days and UUIDs are one.
fn push(result: &mut String, word: &str) {
    let is_digit = |letter: char| letter.is_ascii_digit();
    let hexadecimal = word.len() >= 4 && word.chars().all(|letter| letter.is_ascii_hexdigit());
    if hexadecimal && word.contains(is_digit) {
        return hash(result);
    }
    let mut in_number = false;
    for letter in word.chars() {
        match (is_digit(letter), in_number) {
            (false, _) => result.push(letter),
            (true, false) => hash(result),
            (true, true) => {}
        }
        in_number = is_digit(letter);
    }
}

fn hash(result: &mut String) {
    if result.ends_with("#-") {
        result.pop();
    } else {
        result.push('#');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_left_out() {
        for (one, other, wanted) in [
            ("error 1603 at 12:00:01", "error 1618 at 9:15:44", "error # at #:#:#"),
            (
                "cannot open /tmp/run-3f2a91bc/x.msi",
                "cannot open /tmp/run-77/x.msi",
                "cannot open /tmp/run-#/x.msi",
            ),
            (
                "id 03000200-0400-0500-0006-000700080009 is taken",
                "id aa000200-0400-0500-0006-0007ff080009 is taken",
                "id # is taken",
            ),
            ("since 2026-11-23", "since 2025-01-02", "since #"),
            ("the cafe is facade", "the cafe is facade", "the cafe is facade"),
        ] {
            assert_eq!((&*normalised(one), &*normalised(other)), (wanted, wanted));
        }
    }

    #[test]
    fn the_last_line_counts() {
        assert_eq!(last_line("begun\nfailed: no space\n\n  \n"), "failed: no space");
        assert_eq!(last_line("\n"), "");
    }
}
