//! `ordain graph`: which items need which.
//!
//! A policy with errors has a graph too, and one with a cycle is when it is
//! wanted most: it is drawn, and the exit code says that there are findings.

use std::path::PathBuf;

use ordain_core::graph::{Format as Drawn, Graph};
use ordain_core::item::Item;

use crate::args::{GraphArgs, GraphFormat};
use crate::error::{CommandError, Exit};
use crate::printer::Printer;
use crate::{json, policy, render, repository, request};

pub(super) fn run(args: &GraphArgs, printer: &mut Printer) -> Result<Exit, CommandError> {
    let (path, item) = split(args);
    let snapshot = repository::snapshot(path.as_deref(), args.source.rev.as_deref())?;
    let loaded = policy::load(&snapshot, policy::clock());
    let mut graph = Graph::new(&loaded.policy);
    if let Some(text) = item {
        let item = request::item(&text, &loaded.policy)?;
        if let Some(part) = graph.closure(&item) {
            graph = part;
        }
    }
    match args.format {
        GraphFormat::Dot => printer.text(graph.render(Drawn::Dot)),
        GraphFormat::Mermaid => printer.text(graph.render(Drawn::Mermaid)),
        GraphFormat::Json => printer.json(&json::graph::Report::new(&graph, &loaded.policy)),
        GraphFormat::Human => {
            let text = render::graph::list(&graph, &loaded.policy, printer.style());
            printer.text(text);
        }
    }
    if !loaded.is_valid() {
        let errors = render::count(loaded.errors(), "error");
        printer.warn(format!("the policy has {errors}: `ordain validate` shows them"));
    }
    Ok(Exit::found(!loaded.is_valid()))
}

/// The path and the item: a single word that names an item is one.
fn split(args: &GraphArgs) -> (Option<PathBuf>, Option<String>) {
    match (&args.source.path, &args.item) {
        (Some(word), None) => {
            let text = word.display().to_string();
            let is_item = text.parse::<Item>().is_ok() && !word.join("ordain.yaml").exists();
            if is_item { (None, Some(text)) } else { (Some(word.clone()), None) }
        }
        (path, item) => (path.clone(), item.clone()),
    }
}
