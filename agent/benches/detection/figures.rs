//! CPU times of processes, and ratios of them as lines.

use std::fs;
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use nix::time::clock_getcpuclockid;
use nix::unistd::Pid;

/// Of the rounds, each with the agent's time and the other's: medians, and how far ratios lie apart.
pub(crate) fn report(
    what: &str,
    rounds: &[(Duration, Duration)],
    plainly: &str,
    limit: Option<f64>,
) {
    let ours = median(rounds.iter().map(|(ours, _)| ours.as_secs_f64() * 1000.0));
    let plain = median(rounds.iter().map(|(_, plain)| plain.as_secs_f64() * 1000.0));
    let ratios: Vec<f64> =
        rounds.iter().map(|(ours, plain)| ours.as_secs_f64() / plain.as_secs_f64()).collect();
    let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
    let most = ratios.iter().copied().fold(0.0, f64::max);
    let limit = limit.map(|limit| format!("; at most {limit}")).unwrap_or_default();
    println!(
        "{what}: {ours:.3} ms CPU a session; {plainly}: {plain:.3} ms; ratio {:.2} ({least:.2} to {most:.2}{limit})",
        median(ratios)
    );
}

fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

pub(crate) fn usage(who: UsageWho) -> Duration {
    let usage = getrusage(who).unwrap();
    let of = |time: nix::sys::time::TimeVal| {
        Duration::from_micros(
            u64::try_from(nix::sys::time::TimeValLike::num_microseconds(&time)).unwrap(),
        )
    };
    of(usage.user_time()) + of(usage.system_time())
}

pub(crate) fn own_cpu() -> Duration {
    cpu_of(std::process::id())
}

/// CPU time of a process, also of those of its threads that have ended, in nanoseconds.
pub(crate) fn cpu_of(pid: u32) -> Duration {
    let clock = clock_getcpuclockid(Pid::from_raw(i32::try_from(pid).unwrap())).unwrap();
    clock.now().unwrap().into()
}

/// The same with that of its children that have ended, in clock ticks of 10 ms.
pub(crate) fn cpu_with_children(pid: u32) -> Duration {
    let line = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = line[line.rfind(')').unwrap() + 2..].split(' ').collect();
    let ticks: u64 = fields[13..15].iter().map(|field| field.parse::<u64>().unwrap()).sum();
    cpu_of(pid) + Duration::from_millis(10 * ticks)
}

pub(crate) fn resident_kib(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}
