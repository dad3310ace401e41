//! A program run to its end, and what that took.
//!
//! The kernel tells CPU time and peak memory of children that have ended, of
//! all together. So this bench starts itself once for each run, with a single
//! child below: that one's figures are the whole sum, and no memory of the
//! bench is in them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::{TimeVal, TimeValLike};

/// The first argument of this program where it measures another.
pub(crate) const MEASURE: &str = "--measure-a-program";

/// What a run took.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    /// User and system time of the process and all its threads.
    pub(crate) cpu: Duration,
    /// From start to end.
    pub(crate) wall: Duration,
    /// Resident at its peak, in megabytes of 1,000,000 bytes.
    pub(crate) megabytes: u64,
    /// The exit code; -1 where there is none.
    pub(crate) code: i32,
    /// What it printed.
    pub(crate) output: String,
}

/// The program `ordain` as users run it.
pub(crate) fn ordain() -> PathBuf {
    if let Some(named) = std::env::var_os("ORDAIN") {
        return named.into();
    }
    // This program stands in `TARGET/release/deps`.
    let own = std::env::current_exe().unwrap();
    let release = own.ancestors().nth(2).unwrap();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--quiet", "--release", "--package", "ordain", "--target-dir"])
        .arg(release.parent().unwrap())
        .status();
    assert!(
        built.is_ok_and(|status| status.success()),
        "the program could not be built; `ORDAIN=PROGRAM` names one that is there"
    );
    release.join(format!("ordain{}", std::env::consts::EXE_SUFFIX))
}

/// Runs a program a few times in a folder; the run with the least CPU time.
pub(crate) fn least(times: usize, program: &Path, arguments: &[&str], folder: &Path) -> Run {
    let runs = (0..times).map(|_| once(program, arguments, folder));
    runs.min_by_key(|run| run.cpu).unwrap()
}

fn once(program: &Path, arguments: &[&str], folder: &Path) -> Run {
    let figures = tempfile::NamedTempFile::new().unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .arg(MEASURE)
        .args([figures.path(), program])
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = fs::read_to_string(figures.path()).unwrap();
    let numbers: Vec<i64> = text.split_whitespace().map(|word| word.parse().unwrap()).collect();
    let &[cpu, wall, kibibytes, code] = numbers.as_slice() else {
        panic!("`{}` did not run: {}", program.display(), String::from_utf8_lossy(&output.stderr));
    };
    Run {
        cpu: microseconds(cpu),
        wall: microseconds(wall),
        megabytes: u64::try_from(kibibytes * 1024 / 1_000_000).unwrap(),
        code: i32::try_from(code).unwrap(),
        output: String::from_utf8_lossy(&output.stdout).into_owned(),
    }
}

/// Runs the program that the arguments name and writes what it took into the
/// file that they name first.
pub(crate) fn measure(arguments: &[String]) -> ! {
    let [figures, program, arguments @ ..] = arguments else {
        panic!("a file and a program are named");
    };
    let start = Instant::now();
    let status = Command::new(program).args(arguments).status().unwrap();
    let wall = start.elapsed().as_micros();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let cpu = (usage.user_time() + usage.system_time()).num_microseconds();
    let code = status.code().unwrap_or(-1);
    fs::write(figures, format!("{cpu} {wall} {} {code}\n", usage.max_rss())).unwrap();
    std::process::exit(0)
}

/// CPU time of this thread so far.
pub(crate) fn own_cpu() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_THREAD).unwrap();
    let sum: TimeVal = usage.user_time() + usage.system_time();
    microseconds(sum.num_microseconds())
}

fn microseconds(count: i64) -> Duration {
    Duration::from_micros(u64::try_from(count).unwrap())
}
