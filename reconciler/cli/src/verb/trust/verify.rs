//! `ordain verify`: the whole chain, offline, in any clone.

use ordain_trust::{Refusal, RefusalCode};
use serde::Serialize;

use super::chain::{Judged, approvals, head, judge, open};
use super::refused;
use crate::args::VerifyArgs;
use crate::error::{CommandError, Exit};
use crate::printer::Printer;
use crate::render::count;

/// A chain that may be followed.
#[derive(Serialize)]
struct VerifiedRow {
    verified: bool,
    /// The repository id.
    repo: String,
    genesis: String,
    head: String,
    /// The head by what was signed.
    payload: String,
    /// Promotions since the genesis.
    depth: u64,
}

pub(crate) fn run(args: &VerifyArgs, printer: &mut Printer) -> Result<Exit, CommandError> {
    let git = open(args.chain.path.as_deref())?;
    let branch = &args.chain.branch;
    let Some(head) = head(&git, branch)? else {
        let error = anyhow::anyhow!("the repository has no branch `{branch}`");
        let hint = "`ordain promote` makes the first promotion, `--branch` names another branch";
        return Err(CommandError::usage(error).hint(hint));
    };
    let chain = match judge(&git, head, &approvals(&git)?)? {
        Judged::Verified(chain) => chain,
        Judged::Refused(commit, refusal) => {
            let exit = refused(&refusal, Some(commit.to_string()), args.format, printer);
            if refusal.code == RefusalCode::BelowThreshold {
                let fetch = "git fetch origin 'refs/ordain/*:refs/ordain/*'";
                printer.note(format!("approvals are fetched with: {fetch}"));
            }
            return Ok(exit);
        }
    };
    let store = &chain.store;
    let row = VerifiedRow {
        verified: true,
        repo: store.repo.to_string(),
        genesis: chain.genesis.to_string(),
        head: store.head.commit.to_string(),
        payload: store.head.payload.to_string(),
        depth: store.head.depth,
    };
    if args.repo.as_ref().is_some_and(|wanted| *wanted != row.repo) {
        let what = format!("the repository id is {}", row.repo);
        let refusal = Refusal::new(RefusalCode::ForeignRepository, what);
        return Ok(refused(&refusal, Some(row.genesis), args.format, printer));
    }
    if args.format.is_for_machines() {
        printer.json_line(&row);
        return Ok(Exit::Done);
    }
    let style = printer.style();
    let promotions = count(usize::try_from(row.depth).unwrap_or(usize::MAX), "promotion");
    printer.line(format!(
        "{} {promotions} after the genesis {:.12}, up to {:.12}",
        style.green("verified"),
        row.genesis,
        row.head
    ));
    printer.line(format!("repository id {}", row.repo));
    Ok(Exit::Done)
}
