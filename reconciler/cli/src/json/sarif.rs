//! `validate --format sarif`: SARIF 2.1.0, as code-scanning services take it.

use ordain_schema::{Code, Diagnostic};
use serde::Serialize;

use super::diagnostics::severity;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// A log with one run.
#[derive(Serialize)]
pub(crate) struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
struct Run<'a> {
    tool: Tool,
    #[serde(rename = "columnKind")]
    column_kind: &'static str,
    results: Vec<SarifResult<'a>>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    version: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    short_description: Text<'static>,
}

#[derive(Serialize)]
struct Text<'a> {
    text: std::borrow::Cow<'a, str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult<'a> {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Text<'a>,
    locations: [Place<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Place<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Place<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    uri_base_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u32>,
}

impl<'a> Log<'a> {
    /// The log of these diagnostics.
    pub(crate) fn new(found: &'a [Diagnostic]) -> Self {
        let mut codes: Vec<Code> = found.iter().map(|one| one.code).collect();
        codes.sort_unstable();
        codes.dedup();
        let rules = codes.iter().map(|code| Rule {
            id: code.word(),
            short_description: Text { text: code.meaning().trim().into() },
        });
        let driver =
            Driver { name: "ordain", version: env!("CARGO_PKG_VERSION"), rules: rules.collect() };
        Self {
            schema: SCHEMA,
            version: "2.1.0",
            runs: [Run {
                tool: Tool { driver },
                column_kind: "unicodeCodePoints",
                results: found.iter().map(|one| result(one, &codes)).collect(),
            }],
        }
    }
}

fn result<'a>(one: &'a Diagnostic, codes: &[Code]) -> SarifResult<'a> {
    let message = match &one.hint {
        Some(hint) => format!("{} ({hint})", one.message).into(),
        None => one.message.as_str().into(),
    };
    let region = Region {
        start_line: one.span.line.max(1),
        start_column: Some(one.span.column.max(1)),
        end_column: (one.span.end_column > one.span.column).then_some(one.span.end_column),
    };
    let related = one.related.iter().enumerate().map(|(index, related)| Place {
        id: Some(index),
        physical_location: physical(
            &related.file,
            Region { start_line: related.line.max(1), start_column: None, end_column: None },
        ),
        message: Some(Text { text: related.message.as_str().into() }),
    });
    SarifResult {
        rule_id: one.code.word(),
        rule_index: codes.binary_search(&one.code).expect("the codes are those of the diagnostics"),
        level: severity(one.severity),
        message: Text { text: message },
        locations: [Place {
            id: None,
            physical_location: physical(&one.file, region),
            message: None,
        }],
        related_locations: related.collect(),
    }
}

fn physical(file: &str, region: Region) -> Physical {
    Physical { artifact_location: Artifact { uri: uri(file), uri_base_id: "%SRCROOT%" }, region }
}

/// A path as a relative URI reference: what a URI cannot hold is escaped.
fn uri(path: &str) -> String {
    use std::fmt::Write;
    let mut uri = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}
