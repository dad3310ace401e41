//! What `ordain import` says to programs.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::catalogue::draft::{LeftOut, Way};
use crate::catalogue::settle::{Document, Refused};
use crate::verb::import::Done;

/// All of it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report<'a> {
    written: Vec<Row<'a>>,
    unchanged: Vec<Row<'a>>,
    refused: Vec<Row<'a>>,
    dry_run: bool,
    totals: Totals,
}

/// How much of it, by reason.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Totals {
    read: usize,
    written: usize,
    unchanged: usize,
    refused: usize,
    pinned: usize,
    own_tool: BTreeMap<&'static str, usize>,
    refused_by: BTreeMap<&'static str, usize>,
}

/// One entry of the catalogue.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Row<'a> {
    id: &'a str,
    status: &'static str,
    name: Option<&'a str>,
    path: Option<&'a str>,
    version: Option<&'a str>,
    /// `pinned` or `own-tool`.
    way: Option<&'static str>,
    /// Why it is no document, or why not pinned.
    reason: Option<&'static str>,
    detail: Option<&'a str>,
    left_out: Vec<Left>,
}

#[derive(Serialize)]
struct Left {
    what: &'static str,
    detail: String,
}

impl<'a> Row<'a> {
    pub(crate) fn written(document: &'a Document) -> Self {
        Self::document(document, "written")
    }

    pub(crate) fn unchanged(document: &'a Document) -> Self {
        Self::document(document, "unchanged")
    }

    fn document(document: &'a Document, status: &'static str) -> Self {
        let (way, reason) = match document.way {
            Way::Pinned => ("pinned", None),
            Way::OwnTool(reason) => ("own-tool", Some(reason.word())),
        };
        let left = |left: &LeftOut| Left { what: left.word(), detail: left.comment() };
        Self {
            id: &document.id,
            status,
            name: Some(&document.name),
            path: document.files.first().map(|(path, _)| path.as_str()),
            version: document.version.as_deref(),
            way: Some(way),
            reason,
            detail: None,
            left_out: document.left_out.iter().map(left).collect(),
        }
    }

    pub(crate) fn refused(refused: &'a Refused) -> Self {
        Self {
            id: &refused.id,
            status: "refused",
            name: None,
            path: None,
            version: None,
            way: None,
            reason: Some(refused.refusal.reason.word()),
            detail: refused.refusal.detail.as_deref(),
            left_out: Vec::new(),
        }
    }
}

impl<'a> Report<'a> {
    pub(crate) fn new(done: &'a Done, dry_run: bool) -> Self {
        let (written, unchanged, refused) = (&done.written, &done.unchanged, &done.refused);
        let mut totals = Totals {
            read: written.len() + unchanged.len() + refused.len(),
            written: written.len(),
            unchanged: unchanged.len(),
            refused: refused.len(),
            pinned: 0,
            own_tool: BTreeMap::new(),
            refused_by: BTreeMap::new(),
        };
        for document in written.iter().chain(unchanged) {
            match document.way {
                Way::Pinned => totals.pinned += 1,
                Way::OwnTool(reason) => *totals.own_tool.entry(reason.word()).or_default() += 1,
            }
        }
        for one in refused {
            *totals.refused_by.entry(one.refusal.reason.word()).or_default() += 1;
        }
        Self {
            written: written.iter().map(Row::written).collect(),
            unchanged: unchanged.iter().map(Row::unchanged).collect(),
            refused: refused.iter().map(Row::refused).collect(),
            dry_run,
            totals,
        }
    }
}
