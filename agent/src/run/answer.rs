//! What a test says on standard output: its boolean lines, all of which must be true,
//! else its exit code. What it complains of on standard error is no answer.

/// The answer of a test that printed `output` and ended with `code`.
///
/// Lines that are `true` or `false`, case and blanks aside, are outputs, and
/// several are AND-ed; other lines are prose. Without any, the exit code
/// answers: a success code is true.
pub fn answer(output: &str, code: i32, success_codes: &[i32]) -> bool {
    let mut outputs = output.lines().filter_map(|line| match line.trim() {
        word if word.eq_ignore_ascii_case("true") => Some(true),
        word if word.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    });
    match outputs.next() {
        Some(first) => outputs.fold(first, |all, each| all && each),
        None if success_codes.is_empty() => code == 0,
        None => success_codes.contains(&code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_anded_and_prose_is_passed_over() {
        for (output, code, expected) in [
            ("true\n", 0, true),
            ("false\n", 0, false),
            ("True\r\n", 1, true),
            ("true\nfalse\ntrue\n", 0, false),
            ("true\nTRUE\n", 0, true),
            ("checking…\nfalse\n", 0, false),
            ("", 0, true),
            ("", 1, false),
            ("all is well\n", 0, true),
            ("it is not true\n", 3, false),
        ] {
            assert_eq!(answer(output, code, &[]), expected, "{output:?} {code}");
        }
        assert!(answer("", 3010, &[0, 3010]));
        assert!(!answer("", 1, &[0, 3010]));
    }
}
