//! The keys of one mapping, asked for one by one.

use super::{Decode, Faults, Input, nearest};
use crate::tree::Entry;
use crate::{Code, Span, Spanned};

/// The keys of a mapping. Every key that the type has must be asked for, also
/// where the answer is known to be useless: what nobody asked for is unknown.
#[derive(Debug)]
#[must_use = "`finish` reports the unknown keys"]
pub(crate) struct Fields<'n, 't, 'f> {
    entries: &'n [Entry<'t>],
    input: Input<'n, 't>,
    known: Vec<&'static str>,
    /// Keys that stand beside one that excludes them; they count as not given.
    excluded: Vec<&'static str>,
    /// Keys whose values are at fault: what they should say is unknown.
    faulty: Vec<&'static str>,
    pub(crate) faults: &'f mut Faults,
}

impl<'n, 't, 'f> Fields<'n, 't, 'f> {
    pub(super) fn new(
        entries: &'n [Entry<'t>],
        input: Input<'n, 't>,
        faults: &'f mut Faults,
    ) -> Self {
        let (excluded, faulty) = (Vec::new(), Vec::new());
        Self { entries, input, known: Vec::with_capacity(16), excluded, faulty, faults }
    }

    /// Where the mapping stands.
    pub(crate) fn place(&self) -> Span {
        self.input.place
    }

    /// The value of a key, unread.
    pub(crate) fn input(&mut self, key: &'static str) -> Option<Input<'n, 't>> {
        self.known.push(key);
        if self.excluded.contains(&key) {
            return None;
        }
        self.entries.iter().find(|entry| entry.key == key).map(Input::of)
    }

    /// The same, where the key must be there.
    pub(crate) fn required_input(&mut self, key: &'static str) -> Option<Input<'n, 't>> {
        let input = self.input(key);
        if input.is_none() && !self.excluded.contains(&key) {
            self.missing(&[key]);
        }
        input
    }

    /// Where a key stands.
    pub(crate) fn key(&self, key: &str) -> Option<Span> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| entry.span)
    }

    /// Whether a key is written, and no other key excludes it.
    pub(crate) fn is_given(&self, key: &str) -> bool {
        self.key(key).is_some() && !self.excluded.contains(&key)
    }

    /// The value of a key; none where it is not given or faulty.
    pub(crate) fn optional<T: Decode>(&mut self, key: &'static str) -> Option<T> {
        let input = self.input(key)?;
        self.decode(key, input)
    }

    /// The list at a key, each entry read by a function; faulty ones are left out.
    pub(crate) fn list<T>(
        &mut self,
        key: &'static str,
        each: impl FnMut(Input<'_, '_>, &mut Faults) -> Option<T>,
    ) -> Option<Vec<T>> {
        let input = self.input(key)?;
        let before = self.faults.diagnostics.len();
        let value = super::plain::list(input, self.faults, each);
        if self.faults.diagnostics.len() > before {
            self.mark_faulty(key);
        }
        value
    }

    fn decode<T: Decode>(&mut self, key: &'static str, input: Input<'n, 't>) -> Option<T> {
        let before = self.faults.diagnostics.len();
        let value = T::decode(input, self.faults);
        if self.faults.diagnostics.len() > before {
            self.mark_faulty(key);
        }
        value
    }

    /// Remembers that a key is at fault.
    pub(crate) fn mark_faulty(&mut self, key: &'static str) {
        self.faulty.push(key);
    }

    /// The keys at fault so far.
    pub(crate) fn faulty(&self) -> &[&'static str] {
        &self.faulty
    }

    /// The same, where nothing and `null` are one: in what machines write.
    pub(crate) fn nullable<T: Decode>(&mut self, key: &'static str) -> Option<T> {
        let input = self.input(key)?;
        if input.node.is_null() { None } else { T::decode(input, self.faults) }
    }

    /// The value of a key that must be there.
    pub(crate) fn required<T: Decode>(&mut self, key: &'static str) -> Option<T> {
        let input = self.required_input(key)?;
        self.decode(key, input)
    }

    /// The value of a key, or the type's default.
    pub(crate) fn or_default<T: Decode + Default>(&mut self, key: &'static str) -> T {
        self.optional(key).unwrap_or_default()
    }

    /// The value of a key that must be there, with a default for the time in
    /// which the document is at fault.
    pub(crate) fn required_or_default<T: Decode + Default>(&mut self, key: &'static str) -> T {
        self.required(key).unwrap_or_default()
    }

    /// A value that may only be `true`, as `all: true`.
    pub(crate) fn only_true(&mut self, key: &'static str) -> Option<Spanned<bool>> {
        let value: Spanned<bool> = self.optional(key)?;
        if !value.value {
            let message = format!("`{key}` may only be `true`");
            self.faults.hinted(Code::BadValue, value.span, message, "leave the key out instead");
            return None;
        }
        Some(value)
    }

    /// One of some words, as it was written.
    pub(crate) fn word(&mut self, key: &'static str, words: &[&str]) -> Option<String> {
        let input = self.input(key)?;
        let word = input.raw().filter(|word| words.contains(word));
        if word.is_none() {
            self.faults.bad_word(input, words);
            self.mark_faulty(key);
        }
        word.map(str::to_owned)
    }

    /// A regular expression.
    pub(crate) fn regex(&mut self, key: &'static str) -> Option<Spanned<String>> {
        let value: Spanned<String> = self.optional(key)?;
        if let Err(error) = regex::Regex::new(&value) {
            let reason = super::written::regex_reason(&error);
            let message = format!("`{key}` is no regular expression: {reason}");
            let hint =
                "escape signs that stand for themselves with a backslash, and quote the text";
            self.faults.hinted(Code::BadValue, value.span, message, hint);
            return None;
        }
        Some(value)
    }

    /// Of several forms, each with its keys, at most one may be written: the
    /// first one in the text counts. Gives the first key of it.
    pub(crate) fn one_of(&mut self, forms: &[&[&'static str]]) -> Option<&'n str> {
        let form_of = |key: &str| forms.iter().position(|form| form.contains(&key));
        let written = self.entries.iter().filter_map(|entry| Some((entry, form_of(&entry.key)?)));
        let mut first: Option<(&'n Entry<'t>, usize)> = None;
        let mut clash = false;
        for (entry, form) in written {
            match first {
                None => first = Some((entry, form)),
                Some((_, chosen)) if chosen == form => {}
                Some((chosen, _)) => {
                    clash = true;
                    self.faults.excluded(entry, chosen);
                }
            }
        }
        let (entry, chosen) = first?;
        for (index, form) in forms.iter().enumerate() {
            if index != chosen {
                self.excluded.extend_from_slice(form);
            }
        }
        if clash {
            // Which of them was meant is unknown.
            self.faulty.extend(forms.iter().copied().flatten());
        }
        Some(&entry.key)
    }

    /// The same, where one must be written.
    pub(crate) fn exactly_one_of(&mut self, forms: &[&[&'static str]]) -> Option<&'n str> {
        let chosen = self.one_of(forms);
        if chosen.is_none() {
            let keys: Vec<&str> = forms.iter().filter_map(|form| form.first().copied()).collect();
            self.missing(&keys);
        }
        chosen
    }

    /// Reports that one of some keys is missing: at the document's first key.
    pub(crate) fn missing(&mut self, keys: &[&str]) {
        let quoted: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
        let keys = match quoted.as_slice() {
            [only] => only.clone(),
            all => format!("one of {}", all.join(", ")),
        };
        let nested = !self.input.key.is_empty();
        let (message, hint) = if nested {
            let line = self.place().line;
            (
                format!("{keys} is missing in {} at line {line}", self.input.name()),
                format!("add {keys} at line {line}"),
            )
        } else {
            (format!("{keys} is missing"), format!("add {keys}"))
        };
        let span = self.faults.document;
        self.faults.hinted(Code::MissingKey, span, message, hint);
        if nested && self.place().line != span.line {
            let (line, name) = (self.place().line, self.input.name());
            self.faults.relate(line, format!("{name} stands here"));
        }
    }

    /// The entries that nobody has asked for.
    pub(crate) fn others(&self) -> impl Iterator<Item = &'n Entry<'t>> + use<'n, 't> {
        let known = self.known.clone();
        self.entries.iter().filter(move |entry| !known.contains(&&*entry.key))
    }

    /// Reports the keys that the type does not have.
    pub(crate) fn finish(self) {
        for entry in self.entries {
            if !self.known.contains(&&*entry.key) {
                let message = format!("unknown key `{}`", super::faults::excerpt(&entry.key));
                let hint = self.unknown_hint(&entry.key);
                self.faults.hinted(Code::UnknownKey, entry.span, message, hint);
            }
        }
        #[cfg(test)]
        self.faults.known.push(self.known);
    }

    fn unknown_hint(&self, key: &str) -> String {
        if key == "<<" {
            return "YAML 1.2 has no merge keys; write the keys out".to_owned();
        }
        if key == "apiVersion" && self.input.key.is_empty() {
            return "`apiVersion` stands in `ordain.yaml` and nowhere else".to_owned();
        }
        if matches!(key, "metadata" | "spec") && self.input.key.is_empty() {
            return "a document has its fields at its top level".to_owned();
        }
        let free = || self.known.iter().copied().filter(|known| self.key(known).is_none());
        if let Some(near) = nearest(key, free()) {
            return format!("did you mean `{near}`?");
        }
        let quoted: Vec<String> = free().map(|known| format!("`{known}`")).collect();
        if quoted.is_empty() {
            "remove it".to_owned()
        } else {
            format!("remove it, or write one of {}", quoted.join(", "))
        }
    }
}
