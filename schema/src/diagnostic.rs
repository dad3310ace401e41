//! What is wrong with a policy, where, and what to do about it.

use crate::Span;

/// How much a diagnostic matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The policy does not take effect.
    Error,
    /// The policy takes effect.
    Warning,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $word:literal,)+) => {
        /// The kinds of diagnostics; each is documented in `docs/diagnostics.md`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Code {
            /// Every code, in the order of the documentation.
            pub const ALL: &[Code] = &[$(Code::$variant,)+];

            /// The word that stands in machine-readable output.
            pub const fn word(self) -> &'static str {
                match self { $(Code::$variant => $word,)+ }
            }

            /// What the code means, in a sentence.
            pub const fn meaning(self) -> &'static str {
                match self { $(Code::$variant => concat!($($doc),+).trim_ascii(),)+ }
            }
        }
    };
}

codes! {
    /// The text is no YAML 1.2.
    Syntax = "syntax",
    /// A key stands twice in one mapping.
    DuplicateKey = "duplicate-key",
    /// A key that the document type does not have.
    UnknownKey = "unknown-key",
    /// A value of another type than the key takes.
    WrongType = "wrong-type",
    /// No member of the enumeration, no valid date, duration, time zone or regex, or out of range.
    BadValue = "bad-value",
    /// A key that must be there is not.
    MissingKey = "missing-key",
    /// Two keys of which only one may stand.
    ExclusiveKeys = "exclusive-keys",
    /// A kind of document in another kind's folder.
    WrongFolder = "wrong-folder",
    /// A tenant's folder without its `tenant.yaml`.
    MissingTenant = "missing-tenant",
    /// A name that breaks the rule for names, or differs from its folder's.
    BadName = "bad-name",
    /// A second object of the same name where both could meet.
    DuplicateName = "duplicate-name",
    /// A name that nothing bears.
    UnknownReference = "unknown-reference",
    /// A tenant's document names another tenant's object.
    OutOfReach = "out-of-reach",
    /// A script that does not exist or lies outside the document's folder.
    MissingScript = "missing-script",
    /// Prerequisites that need one another.
    DependencyCycle = "dependency-cycle",
    /// A tenant that is its own ancestor.
    ParentCycle = "parent-cycle",
    /// No valid cron expression for a schedule or window.
    BadCron = "bad-cron",
    /// No valid CEL expression.
    BadExpression = "bad-expression",
    /// No valid version, or one that stands twice or is not there.
    BadVersion = "bad-version",
    /// Two deployments that contradict each other wherever they meet.
    DeploymentConflict = "deployment-conflict",
    /// Two deployments that say the same.
    DuplicateDeployment = "duplicate-deployment",
    /// A parameter that is undeclared, missing or of the wrong type.
    BadParameter = "bad-parameter",
    /// A required parameter that some tenants in reach give no value.
    MissingValue = "missing-value",
    /// An artifact that is fetched without a hash.
    UnpinnedArtifact = "unpinned-artifact",
    /// A file that nothing uses.
    OrphanFile = "orphan-file",
    /// A deployment that expires within 14 days, or has.
    ExpiresSoon = "expires-soon",
    /// A change beyond the repository's limits.
    LimitExceeded = "limit-exceeded",
    /// A document that is not UTF-8.
    NotUtf8 = "not-utf8",
    /// A symbolic link or submodule.
    Symlink = "symlink",
    /// Two paths that are one where case does not count.
    CaseCollision = "case-collision",
    /// A document over 1 MiB, nested deeper than 64 levels, or whose aliases expand past 10,000 nodes.
    TooLarge = "too-large",
    /// A task in use that another one supersedes.
    Superseded = "superseded",
    /// A key that changes execution and is not honoured yet.
    NotExecutedYet = "not-executed-yet",
    /// A cross-tenant file names a person or a computer of one tenant.
    NamedInCrossTenant = "named-in-cross-tenant",
    /// A target that agents cannot check for themselves.
    UnattestedTarget = "unattested-target",
    /// No Test document was found.
    NoTests = "no-tests",
}

/// One finding about a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How much it matters.
    pub severity: Severity,
    /// Its kind.
    pub code: Code,
    /// What is wrong, in a sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// The file, by its path from the repository's root.
    pub file: String,
    /// The place in that file.
    pub span: Span,
    /// Other places that belong to it.
    pub related: Vec<Related>,
}

/// Another place that belongs to a diagnostic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// The file, by its path from the repository's root.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// What stands there.
    pub message: String,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(
        code: Code,
        file: impl Into<String>,
        span: Span,
        message: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Error,
            code,
            message: message.into(),
            hint: None,
            file: file.into(),
            span,
            related: Vec::new(),
        }
    }

    /// A warning at a place.
    pub fn warning(
        code: Code,
        file: impl Into<String>,
        span: Span,
        message: impl Into<String>,
    ) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, file, span, message) }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds another place.
    #[must_use]
    pub fn related(
        mut self,
        file: impl Into<String>,
        line: u32,
        message: impl Into<String>,
    ) -> Self {
        self.related.push(Related { file: file.into(), line, message: message.into() });
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = include_str!("../../docs/diagnostics.md");

    /// The sections of the page: a code's word with its text.
    fn sections() -> Vec<(&'static str, &'static str)> {
        let sections = PAGE.split("\n## `").skip(1);
        sections.filter_map(|section| section.split_once("`\n")).collect()
    }

    #[test]
    fn every_code_is_documented_in_order() {
        let words: Vec<&str> = sections().iter().map(|(word, _)| *word).collect();
        let codes: Vec<&str> = Code::ALL.iter().map(|code| code.word()).collect();
        assert_eq!(words, codes);
        for (word, text) in sections() {
            let severity = text.starts_with("\nError") || text.starts_with("\nWarning");
            assert!(severity, "{word} says neither Error nor Warning");
            assert!(text.contains("```") && text.contains("**Mend:** "), "{word}");
        }
        for code in Code::ALL {
            assert!(!code.meaning().is_empty() && !code.meaning().starts_with(' '));
        }
    }

    #[test]
    fn the_examples_of_single_documents_are_found() {
        let mut found = 0;
        for (word, text) in sections() {
            let Some((_, example)) = text.split_once("```yaml\n") else { continue };
            let (example, _) = example.split_once("```").expect("the example ends");
            let path = example.lines().next().and_then(|line| line.strip_prefix("# "));
            let path = path.expect("the first line names the file");
            let (_, diagnostics) = crate::read_file(path, example.as_bytes());
            let codes: Vec<&str> = diagnostics.iter().map(|of| of.code.word()).collect();
            assert_eq!(codes, [word], "{diagnostics:?}");
            found += 1;
        }
        assert!(found >= 9);
    }
}
