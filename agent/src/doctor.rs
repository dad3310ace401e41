//! `doctor`: whether this agent could work, part by part, and what to mend.

use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

use crate::command::{CommandError, Kind, chain};
use crate::dial::dial;
use crate::enrol::{choose_proxy, not_dialled};
use crate::home::{self, Enrolment, Home};
use crate::http;
use crate::journal::Journal;
use crate::secrets::{Keyring, SecretError};
use crate::tls;

/// How a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// It works, but somebody should look.
    Warning,
    /// It does not work.
    Failed,
}

/// One part that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Examined {
    /// Which.
    pub part: &'static str,
    /// How it is.
    pub verdict: Verdict,
    /// What was found, for people.
    pub message: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

fn examined(part: &'static str, verdict: Verdict, message: impl Into<String>) -> Examined {
    Examined { part, verdict, message: message.into(), hint: None }
}

fn failed(part: &'static str, error: &CommandError) -> Examined {
    Examined {
        part,
        verdict: Verdict::Failed,
        message: error.message.clone(),
        hint: error.hint.clone(),
    }
}

/// Whether secrets can be opened.
fn identity(data: &Path) -> Examined {
    match Keyring::new(data).identities() {
        Ok(all) => {
            let names: Vec<String> = all.iter().map(|one| one.recipient().to_string()).collect();
            examined("identity", Verdict::Ok, format!("of {}", names.join(" and ")))
        }
        Err(SecretError::NoIdentity) => Examined {
            hint: Some(
                "run `ordain-agent identity FILE`, where policies here need a secret".to_owned(),
            ),
            ..examined("identity", Verdict::Warning, "none: this computer can open no secret")
        },
        Err(error) => examined("identity", Verdict::Failed, chain(&error)),
    }
}

/// The least room that the data folder should have, in bytes.
const LEAST_ROOM: u64 = 64 * 1024 * 1024;
/// A clock may differ by this, in seconds.
const SKEW: i64 = 300;

/// Looks at everything; later parts are left out where an earlier one makes them pointless.
pub async fn examine(data: &Path, proxy: Option<&str>) -> Vec<Examined> {
    let home = Home::new(data);
    let mut found = vec![disk(data), journal(data)];
    let enrolment = match home.enrolled() {
        Ok(enrolment) => enrolment,
        Err(error) => {
            let error =
                CommandError::chain(Kind::CouldNot, &error).hint("run `ordain-agent enroll`");
            found.push(failed("enrolment", &error));
            return found;
        }
    };
    let text = format!(
        "agent `{}` of tenant `{}` at {}",
        enrolment.agent, enrolment.tenant, enrolment.server
    );
    found.push(examined("enrolment", Verdict::Ok, text));
    found.push(identity(data));
    found.push(certificate(&home));
    found.extend(network(&home, &enrolment, proxy).await);
    found
}

fn disk(data: &Path) -> Examined {
    let probe = data.join("doctor.probe");
    if let Err(error) = crate::disk::replace(&probe, b"probe", 0o600) {
        let hint = if data.is_dir() {
            "run it as the agent's user, usually root"
        } else {
            "enrol first, or name the agent's --data folder"
        };
        return failed("disk", &CommandError::chain(Kind::CouldNot, &error).hint(hint));
    }
    let _ = std::fs::remove_file(&probe);
    match rustix::fs::statvfs(data) {
        Ok(room) => {
            let free = room.f_bavail * room.f_frsize;
            let verdict = if free < LEAST_ROOM { Verdict::Warning } else { Verdict::Ok };
            examined(
                "disk",
                verdict,
                format!("{} MiB are free in {}", free / (1024 * 1024), data.display()),
            )
        }
        Err(error) => examined(
            "disk",
            Verdict::Warning,
            format!("the room in {} is not known: {error}", data.display()),
        ),
    }
}

fn journal(data: &Path) -> Examined {
    let folder = data.join("journal");
    if !folder.is_dir() {
        return examined("journal", Verdict::Ok, "there is none yet");
    }
    match crate::disk::Lock::take(data) {
        Ok(Some(_held)) => match Journal::open(&folder) {
            Ok(journal) => examined(
                "journal",
                Verdict::Ok,
                format!("sound; {} orders are not over", journal.unfinished().len()),
            ),
            Err(error) => failed(
                "journal",
                &CommandError::chain(Kind::CouldNot, &error)
                    .hint("keep a copy of the folder and enrol again"),
            ),
        },
        Ok(None) => examined("journal", Verdict::Ok, "in use by the running agent"),
        Err(error) => failed("journal", &CommandError::chain(Kind::CouldNot, &error)),
    }
}

fn certificate(home: &Home) -> Examined {
    let validity = match home.certificate() {
        Ok((_, validity)) => validity,
        Err(error) => {
            return failed(
                "certificate",
                &CommandError::chain(Kind::CouldNot, &error).hint("enrol again"),
            );
        }
    };
    let now = home::now();
    if now < validity.from - SKEW {
        let mut part = examined(
            "certificate",
            Verdict::Failed,
            format!("not good before {} from now", span(validity.from - now)),
        );
        part.hint = Some("set this computer's clock".into());
        part
    } else if now > validity.to {
        let late = now - validity.to;
        let verdict = if late > 90 * 86_400 { Verdict::Failed } else { Verdict::Warning };
        let mut part = examined("certificate", verdict, format!("expired {} ago", span(late)));
        part.hint =
            Some("within 90 days it renews by itself on connecting; later, enrol again".into());
        part
    } else {
        examined(
            "certificate",
            Verdict::Ok,
            format!(
                "good for {}, renewed in {}",
                span(validity.to - now),
                span((validity.half_life() - now).max(0))
            ),
        )
    }
}

/// A span of time in its largest fitting unit.
fn span(seconds: i64) -> String {
    match seconds {
        172_800.. => format!("{} days", seconds / 86_400),
        7_200.. => format!("{} hours", seconds / 3_600),
        120.. => format!("{} minutes", seconds / 60),
        _ => format!("{seconds} seconds"),
    }
}

async fn network(home: &Home, enrolment: &Enrolment, proxy: Option<&str>) -> Vec<Examined> {
    let (server, pin) = match home.controller(enrolment) {
        Ok(both) => both,
        Err(error) => {
            return vec![failed("connection", &CommandError::chain(Kind::CouldNot, &error))];
        }
    };
    let mut found = Vec::new();
    let proxy = match choose_proxy(proxy.or(enrolment.proxy.as_deref()), &server) {
        Ok(proxy) => proxy,
        Err(error) => return vec![failed("proxy", &error)],
    };
    found.push(examined(
        "proxy",
        Verdict::Ok,
        proxy.as_ref().map_or("none".to_owned(), ToString::to_string),
    ));
    let config = match tls::client_config(&pin, None) {
        Ok(config) => Arc::new(config),
        Err(error) => {
            return vec![failed("connection", &CommandError::chain(Kind::CouldNot, &error))];
        }
    };
    let line = match dial(&server, proxy.as_ref(), config).await {
        Ok(line) => line,
        Err(error) => {
            found.push(failed("connection", &not_dialled(&error)));
            return found;
        }
    };
    found.push(examined(
        "connection",
        Verdict::Ok,
        format!("{server} answers and has the pinned key"),
    ));
    found.push(match http::exchange(line, &server.authority(), "/healthz", None).await {
        Ok(answer) => clock(answer.fields.get("date").map(String::as_str), home::now()),
        Err(error) => examined(
            "clock",
            Verdict::Warning,
            format!("the controller's clock is not known: {}", chain(&error)),
        ),
    });
    found
}

/// Compares with the server's `Date` field (RFC 9110, 5.6.7).
fn clock(date: Option<&str>, now: i64) -> Examined {
    let Some(there) = date.and_then(http_date) else {
        return examined("clock", Verdict::Warning, "the controller does not tell its time");
    };
    let ahead = there - now;
    if ahead.abs() <= SKEW {
        return examined(
            "clock",
            Verdict::Ok,
            format!("within {} s of the controller's", ahead.abs()),
        );
    }
    let side = if ahead > 0 { "behind" } else { "ahead of" };
    let mut part =
        examined("clock", Verdict::Failed, format!("{} s {side} the controller's", ahead.abs()));
    part.hint = Some("set this computer's clock; certificates and orders are judged by it".into());
    part
}

/// Seconds since the epoch of an IMF-fixdate such as `Sun, 06 Nov 1994 08:49:37 GMT`.
fn http_date(text: &str) -> Option<i64> {
    let mut words = text.split(' ').skip(1);
    let day: i64 = words.next()?.parse().ok()?;
    let months =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = words.next()?;
    let month = i64::try_from(months.iter().position(|name| *name == month)?).ok()? + 1;
    let year: i64 = words.next()?.parse().ok()?;
    let mut time = words.next()?.split(':').map(|part| part.parse::<i64>().ok());
    let (hour, minute, second) = (time.next()??, time.next()??, time.next()??);
    // Days since the epoch in the proleptic Gregorian calendar, years beginning in March.
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    let days = era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100
        + day_of_year
        - 719_468;
    Some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_http_are_read() {
        for (text, seconds) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(784_111_777)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Thu, 29 Feb 2024 12:00:00 GMT", Some(1_709_208_000)),
            ("nonsense", None),
            ("", None),
        ] {
            assert_eq!(http_date(text), seconds, "{text}");
        }
    }

    #[test]
    fn a_clock_that_is_off_is_named() {
        let date = Some("Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(clock(date, 784_111_700).verdict, Verdict::Ok);
        assert_eq!(clock(date, 784_101_777).message, "10000 s behind the controller's");
        assert_eq!(clock(None, 0).verdict, Verdict::Warning);
    }

    #[tokio::test]
    async fn a_folder_without_enrolment_says_so() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let found = examine(folder.path(), None).await;
        let last = found.last().expect("something was found");
        assert_eq!((last.part, last.verdict), ("enrolment", Verdict::Failed));
    }
}
