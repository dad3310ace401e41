//! Diagnostics as annotations of GitHub's workflow commands.

use ordain_schema::{Diagnostic, Severity};

/// One annotation, on one line.
pub(crate) fn annotation(diagnostic: &Diagnostic) -> String {
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let span = diagnostic.span;
    let hint = diagnostic.hint.as_ref().map(|hint| format!("\nhint: {hint}"));
    let related = diagnostic.related.iter();
    let related = related
        .map(|one| format!("\nsee {}:{}: {}", one.file, one.line, one.message))
        .collect::<Vec<_>>()
        .concat();
    let message = format!("{}{}{related}", diagnostic.message, hint.unwrap_or_default());
    format!(
        "::{level} file={},line={},col={},endColumn={},title={}::{}",
        property(&diagnostic.file),
        span.line,
        span.column,
        span.end_column,
        diagnostic.code.word(),
        data(&message)
    )
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use ordain_schema::{Code, Span};

    use super::*;

    #[test]
    fn what_would_end_a_command_is_escaped() {
        let span = Span { line: 4, column: 1, end_column: 5 };
        let found = Diagnostic::error(Code::UnknownKey, "a,b:c.yaml", span, "100% wrong\nhere");
        assert_eq!(
            annotation(&found.hint("mend it")),
            "::error file=a%2Cb%3Ac.yaml,line=4,col=1,endColumn=5,title=unknown-key::100%25 wrong%0Ahere%0Ahint: mend it"
        );
    }
}
