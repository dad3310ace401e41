//! Where decoders put what they find wrong.

use super::{Input, nearest};
use crate::tree::Entry;
use crate::{Code, Diagnostic, Span};

/// The findings of one file.
#[derive(Debug)]
pub(crate) struct Faults {
    file: String,
    /// The first key of the document at hand: the place of what is missing.
    pub(crate) document: Span,
    /// Whether the document stands outside `tenants/`.
    pub(crate) cross_tenant: bool,
    /// What was found so far.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The keys that each finished mapping could have had.
    #[cfg(test)]
    pub(crate) known: Vec<Vec<&'static str>>,
}

impl Faults {
    /// Nothing found yet in a file.
    pub(crate) fn new(file: &str, cross_tenant: bool) -> Self {
        Self {
            file: file.to_owned(),
            document: Span { line: 1, column: 1, end_column: 1 },
            cross_tenant,
            diagnostics: Vec::new(),
            #[cfg(test)]
            known: Vec::new(),
        }
    }

    /// An error; the answer takes a hint.
    pub(crate) fn error(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        let index = self.diagnostics.len();
        self.diagnostics.push(Diagnostic::error(code, self.file.as_str(), span, message));
        &mut self.diagnostics[index]
    }

    /// An error with what to do about it.
    pub(crate) fn hinted(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.error(code, span, message).hint = Some(hint.into());
    }

    /// Adds another place of the same file to the last finding.
    pub(crate) fn relate(&mut self, line: u32, message: String) {
        if let Some(last) = self.diagnostics.last_mut() {
            let file = self.file.clone();
            last.related.push(crate::Related { file, line, message });
        }
    }

    /// A key beside another one that excludes it.
    pub(crate) fn excluded(&mut self, entry: &Entry<'_>, chosen: &Entry<'_>) {
        let message = format!("`{}` stands beside `{}`, which excludes it", entry.key, chosen.key);
        self.hinted(Code::ExclusiveKeys, entry.span, message, "keep one of them");
        self.relate(chosen.span.line, format!("`{}` stands here", chosen.key));
    }

    /// A value of another type than it takes.
    pub(crate) fn wrong_type(&mut self, input: Input<'_, '_>, wanted: &str) -> &mut Diagnostic {
        let message = format!("{} takes {wanted}, not {}", input.name(), input.found());
        let found = self.error(Code::WrongType, input.place, message);
        found.hint = Some(format!("write {wanted}"));
        found
    }

    /// A scalar that is none of the values it may have.
    pub(crate) fn bad_value(&mut self, input: Input<'_, '_>, wanted: &str, hint: &str) {
        let text = excerpt(input.raw().unwrap_or_default());
        let message = format!("`{text}` is {wanted}, as {} asks for", input.name());
        self.hinted(Code::BadValue, input.place, message, hint);
    }

    /// A word that is none of an enumeration's.
    pub(crate) fn bad_word(&mut self, input: Input<'_, '_>, words: &[&str]) {
        let Some(text) = input.raw() else {
            self.wrong_type(input, "a word").hint = Some(one_of(words));
            return;
        };
        let message = if text.is_empty() {
            format!("{} takes a word, not nothing", input.name())
        } else {
            format!("`{}` is no value of {}", excerpt(text), input.name())
        };
        let hint = match nearest(text, words.iter().copied()) {
            Some(word) => format!("did you mean `{word}`? {}", one_of(words)),
            None => one_of(words),
        };
        self.hinted(Code::BadValue, input.place, message, hint);
    }
}

/// `write one of …`
fn one_of(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.as_slice() {
        [only] => format!("write {only}"),
        all => format!("write one of {}", all.join(", ")),
    }
}

/// Enough of a text to recognise it.
pub(super) fn excerpt(text: &str) -> String {
    const ENOUGH: usize = 60;
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(ENOUGH) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
