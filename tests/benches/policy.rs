//! The policy engine at the scale of a large MSP: load, resolve, plan, diff.
//!
//! `cargo bench -p ordain-tests --bench policy [-- COMPUTERS]` prints CPU
//! seconds of this process for each step, and the peak of its memory.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::sync::Arc;

use jiff::Timestamp;
use ordain_core::fleet::Fleet;
use ordain_core::load::load;
use ordain_core::plan::plan;
use ordain_core::resolve::Request;
use ordain_schema::{Content, Entry, InventoryLines, Mode, Snapshot};
use ordain_tests::generator::{Size, generate};

fn cpu_seconds() -> f64 {
    let stat =
        std::fs::read_to_string("/proc/self/stat").expect("the kernel tells of this process");
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or("").split(' ').collect();
    let ticks: f64 =
        fields[11].parse::<f64>().unwrap_or(0.0) + fields[12].parse::<f64>().unwrap_or(0.0);
    ticks / 100.0
}

fn peak_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn step<T>(name: &str, run: impl FnOnce() -> T) -> T {
    let before = cpu_seconds();
    let result = run();
    println!("{name:<32} {:>7.2} s CPU, peak {} MB", cpu_seconds() - before, peak_megabytes());
    result
}

fn snapshot(files: &[(String, String)]) -> Snapshot {
    let entries = files.iter().map(|(path, text)| {
        let content = Content::Bytes(Arc::from(text.as_bytes()));
        (path.clone(), Entry { mode: Mode::File, id: String::new(), content })
    });
    Snapshot { revision: None, entries: entries.collect() }
}

fn main() {
    let computers = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(50_000);
    let size = Size { tenants: 200, deployments: 100, catalogue: 400, baseline: 20, computers };
    let generated = generate(1, size);
    let now: Timestamp = "2026-04-14T10:00:00Z".parse().expect("a constant moment");
    let snapshot = snapshot(&generated.files);
    println!("{} documents, {computers} computers, seed 1", generated.files.len());
    let loaded = step("load and check", || load(&snapshot, now));
    for one in loaded.diagnostics.iter().take(3) {
        println!("  {}:{} {}", one.file, one.span.line, one.message);
    }
    let fleet = step("read the inventory", || {
        let mut lines = InventoryLines::new("inventory.jsonl");
        generated.inventory.lines().for_each(|line| lines.line(line));
        Fleet::new(lines.finish().0)
    });
    let planned =
        step("resolve and plan", || plan(&loaded.policy, &fleet, &Request::default(), now));
    println!("{:?}", planned.totals());
}
