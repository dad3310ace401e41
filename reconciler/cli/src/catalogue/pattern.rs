//! Patterns of other catalogues as regular expressions.

/// Adds a text that stands for itself.
pub(crate) fn escape(text: &str, out: &mut String) {
    for sign in text.chars() {
        if r"\.+*?()|[]{}^$".contains(sign) {
            out.push('\\');
        }
        out.push(sign);
    }
}

/// What `LIKE` finds: `%` for anything, `_` for any one sign.
pub(crate) fn of_like(like: &str) -> String {
    let mut out = String::from("^");
    let mut plain = String::new();
    for sign in like.chars() {
        let wild = match sign {
            '%' => ".*",
            '_' => ".",
            _ => {
                plain.push(sign);
                continue;
            }
        };
        escape(&plain, &mut out);
        plain.clear();
        out.push_str(wild);
    }
    escape(&plain, &mut out);
    out.push('$');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likes_become_patterns() {
        for (like, pattern) in [
            ("7-Zip %", "^7-Zip .*$"),
            ("Notepad++", r"^Notepad\+\+$"),
            ("a_c (x64)%", r"^a.c \(x64\).*$"),
        ] {
            assert_eq!(of_like(like), pattern);
        }
    }
}
