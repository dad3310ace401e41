//! A session's log for people, one line of the journal at a time.

use serde_json::Value;

use super::sessions::clean;
use super::{Style, when};

/// What a line says; ends with a line break.
pub(crate) fn line(line: &Value, style: Style) -> String {
    let word = |key: &str| line[key].as_str().unwrap_or_default();
    let item = word("item");
    let message = line["message"].as_str().map(|message| format!(": {}", clean(message)));
    let message = message.unwrap_or_default();
    let said = match word("type") {
        "status" => {
            let waiting = line["waitingFor"].as_str().map(|what| format!(", waiting for {what}"));
            format!("{}{}{message}", style.bold(word("status")), waiting.unwrap_or_default())
        }
        "emergency" => format!("{}{message}", style.yellow("emergency")),
        "stage" => format!("{} {}", word("stage"), word("status")),
        "finding" => format!("found {item}: {}{message}", found(line)),
        "planned" => planned(line),
        "started" => format!("{item} {} starts", word("phase")),
        "finished" => {
            let code = line["exitCode"].as_i64().map(|code| format!(", exit code {code}"));
            let ended =
                format!("{item} {} ended{}{message}", word("phase"), code.unwrap_or_default());
            return stamped(line, &ended, style) + &indented(word("output"), style);
        }
        "interrupted" => format!("{item} {} was interrupted", word("phase")),
        "output" => return indented(word("text"), style),
        "action" => {
            let result = line["result"].as_str().unwrap_or(word("status"));
            let result = if result == "failed" { style.red(result) } else { style.green(result) };
            format!("{item} {} {result}{message}", word("action"))
        }
        "restart" => {
            let result = line["result"].as_str().unwrap_or(word("status"));
            let reason = line["reason"].as_str().map(|reason| format!(": {reason}"));
            let reason = reason.unwrap_or_default();
            format!("restart at the {} {result}{reason}{message}", word("when"))
        }
        other => format!("{other}{message}"),
    };
    stamped(line, &said, style)
}

fn stamped(line: &Value, said: &str, style: Style) -> String {
    format!("{} {said}\n", style.dim(&when(line["at"].as_str())))
}

fn indented(text: &str, style: Style) -> String {
    text.lines()
        .map(|line| format!("    {}\n", style.dim(&clean(line))))
        .collect::<Vec<_>>()
        .concat()
}

fn found(line: &Value) -> String {
    match (line["version"].as_str(), line["answer"].as_bool()) {
        (Some(version), _) => version.to_owned(),
        (None, Some(answer)) => if answer { "holds" } else { "does not hold" }.to_owned(),
        (None, None) => "nothing".to_owned(),
    }
}

fn planned(line: &Value) -> String {
    let word = |key: &str| line[key].as_str();
    let versions = match (word("from"), word("to")) {
        (Some(from), Some(to)) => format!(" {from} → {to}"),
        (from, to) => from.or(to).map(|one| format!(" {one}")).unwrap_or_default(),
    };
    let fails = if line["failed"] == true { ", known to fail" } else { "" };
    format!(
        "planned {} {}{versions} ({}{fails})",
        word("action").unwrap_or_default(),
        word("item").unwrap_or_default(),
        word("reason").unwrap_or_default()
    )
}
