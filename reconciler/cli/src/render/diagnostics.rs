//! Diagnostics with the source line underlined, through miette's renderer.

use std::fmt;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    SourceCode, SourceSpan, SpanContents,
};
use ordain_schema::{Diagnostic, Related, Severity, Snapshot, Span};

use super::{Style, count};

/// Files over this many bytes are shown without their source line.
const MOST_SHOWN: usize = 4 << 20;

/// All diagnostics of a snapshot, and how many there are.
pub(crate) fn all(found: &[Diagnostic], snapshot: &Snapshot, style: Style) -> String {
    let mut text = String::new();
    for diagnostic in found {
        let source = |file: &str| {
            let bytes = snapshot.entries.get(file)?.bytes()?;
            (bytes.len() <= MOST_SHOWN).then(|| String::from_utf8_lossy(bytes).into_owned())
        };
        text += &one(diagnostic, source, style);
    }
    text
}

/// One diagnostic; `source` gives the text of a file.
pub(crate) fn one(
    diagnostic: &Diagnostic,
    source: impl Fn(&str) -> Option<String>,
    style: Style,
) -> String {
    let text = source(&diagnostic.file).filter(|text| !text.is_empty());
    let is_underlined = text.is_some();
    let shown = Shown::new(diagnostic, text.as_deref());
    let theme =
        if style.colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .with_width(usize::from(style.width))
        .with_context_lines(1);
    let mut rendered = String::new();
    if handler.render_report(&mut rendered, &shown).is_err() {
        rendered = format!("{diagnostic:?}");
    }
    if !is_underlined {
        let place = place(&diagnostic.file, diagnostic.span);
        rendered = format!("{}\n  at {place}\n", rendered.trim_end());
    }
    for related in &diagnostic.related {
        rendered = format!("{}\n  {}", rendered.trim_end(), related_line(related, style));
    }
    format!("{}\n\n", rendered.trim_end())
}

/// "3 errors, 1 warning", with the word for none.
pub(crate) fn summary(errors: usize, warnings: usize, style: Style) -> String {
    let warned = (warnings > 0).then(|| style.yellow(&count(warnings, "warning")));
    let failed = (errors > 0).then(|| style.red(&count(errors, "error")));
    let parts: Vec<String> = failed.into_iter().chain(warned).collect();
    if parts.is_empty() { style.green("valid") } else { parts.join(", ") }
}

fn place(file: &str, span: Span) -> String {
    format!("{file}:{}:{}", span.line, span.column)
}

fn related_line(related: &Related, style: Style) -> String {
    let place = format!("{}:{}", related.file, related.line);
    format!("{} {}: {}", style.dim("see"), place, related.message)
}

/// A diagnostic as miette sees it.
#[derive(Debug)]
struct Shown<'a> {
    diagnostic: &'a Diagnostic,
    line: Option<Line<'a>>,
}

impl<'a> Shown<'a> {
    fn new(diagnostic: &'a Diagnostic, text: Option<&str>) -> Self {
        let line = text.map(|text| Line::new(diagnostic, text));
        Self { diagnostic, line }
    }
}

/// The one line of a file that a diagnostic is about: all that is ever shown.
#[derive(Debug)]
struct Line<'a> {
    file: &'a str,
    /// From 0, as the column.
    number: usize,
    column: usize,
    text: String,
    /// The stretch of it, in bytes.
    at: SourceSpan,
}

impl<'a> Line<'a> {
    fn new(diagnostic: &'a Diagnostic, text: &str) -> Self {
        let span = diagnostic.span;
        let number = span.line.max(1) as usize - 1;
        let line = text.lines().nth(number).unwrap_or_default();
        let byte = |column: u32| {
            let at = line.char_indices().nth(column.max(1) as usize - 1);
            at.map_or(line.len(), |(byte, _)| byte)
        };
        let (from, to) = (byte(span.column), byte(span.end_column));
        Self {
            file: &diagnostic.file,
            number,
            column: span.column.max(1) as usize - 1,
            text: line.to_owned(),
            at: (from, to.saturating_sub(from)).into(),
        }
    }
}

impl SourceCode for Line<'_> {
    /// Always the whole line. Without lines around it, the renderer asks for
    /// the place that it prints above.
    fn read_span<'b>(
        &'b self,
        _: &SourceSpan,
        before: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'b> + 'b>, MietteError> {
        let all = (0, self.text.len()).into();
        let column = if before == 0 { self.column } else { 0 };
        let (name, bytes) = (self.file.to_owned(), self.text.as_bytes());
        Ok(Box::new(MietteSpanContents::new_named(name, bytes, all, self.number, column, 1)))
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.diagnostic.message)
    }
}

impl std::error::Error for Shown<'_> {}

impl miette::Diagnostic for Shown<'_> {
    fn code<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        Some(Box::new(self.diagnostic.code.word()))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.diagnostic.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        let hint = self.diagnostic.hint.as_deref()?;
        Some(Box::new(hint))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.line.as_ref().map(|line| line as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = LabeledSpan::new_with_span(None, self.line.as_ref()?.at);
        Some(Box::new(std::iter::once(label)))
    }
}
