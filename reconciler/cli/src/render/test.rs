//! Test results for people: what failed is shown as a difference of lines.

use std::fmt::Write;

use ordain_core::testing::{Failure, TestResult};

use super::{Style, count};

/// All results and how many there are of each kind.
pub(crate) fn results(results: &[TestResult], style: Style) -> String {
    let mut text = String::new();
    for result in results {
        let place = style.dim(&format!("{}:{}", result.file, result.line));
        if result.passed() {
            let _ = writeln!(text, "{} {} {place}", style.green("ok"), result.name);
            continue;
        }
        let _ = writeln!(text, "{} {} {place}", style.red("FAILED"), style.bold(&result.name));
        result.failures.iter().for_each(|failure| text += &one(failure, style));
    }
    let failed = results.iter().filter(|one| !one.passed()).count();
    let counted = count(results.len(), "test");
    let verdict = match failed {
        0 => style.green("all passed"),
        _ => style.red(&format!("{failed} failed")),
    };
    let _ = writeln!(text, "{counted}: {verdict}");
    text
}

fn one(failure: &Failure, style: Style) -> String {
    let whom = failure.computer.as_ref().map(|computer| format!("{}: ", style.bold(computer)));
    let mut text = format!("  {}{}\n", whom.unwrap_or_default(), failure.message);
    let lines = |side: &Option<String>| -> Vec<String> {
        side.iter().flat_map(|side| side.lines()).map(str::to_owned).collect()
    };
    for (sign, line) in difference(&lines(&failure.expected), &lines(&failure.actual)) {
        let line = format!("{sign} {line}");
        let painted = match sign {
            '-' => style.red(&line),
            '+' => style.green(&line),
            _ => style.dim(&line),
        };
        let _ = writeln!(text, "    {painted}");
    }
    text
}

/// The lines of both sides in order: `-` only expected, `+` only there.
fn difference(expected: &[String], actual: &[String]) -> Vec<(char, String)> {
    // Lengths of the longest common parts of the two tails.
    let mut common = vec![vec![0_usize; actual.len() + 1]; expected.len() + 1];
    for i in (0..expected.len()).rev() {
        for j in (0..actual.len()).rev() {
            common[i][j] = if expected[i] == actual[j] {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let (mut i, mut j, mut lines) = (0, 0, Vec::new());
    while i < expected.len() || j < actual.len() {
        let both = i < expected.len() && j < actual.len();
        if both && expected[i] == actual[j] {
            lines.push((' ', expected[i].clone()));
            (i, j) = (i + 1, j + 1);
        } else if j == actual.len() || (i < expected.len() && common[i + 1][j] >= common[i][j + 1])
        {
            lines.push(('-', expected[i].clone()));
            i += 1;
        } else {
            lines.push(('+', actual[j].clone()));
            j += 1;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_both_sides_have_stands_once() {
        let lines = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let shown = difference(&lines("a b c"), &lines("a x c d"))
            .iter()
            .map(|(sign, line)| format!("{sign}{line}"))
            .collect::<Vec<_>>()
            .concat();
        assert_eq!(shown, " a-b+x c+d");
    }
}
