//! One process, from start to end: its output, its time, its whole tree.
//!
//! Does not know what runs or what the exit code means; see [`super`] for
//! that. A process that changes the computer prints into a file, since it must
//! live on undisturbed when this program ends; one that only looks prints into
//! pipes, which hold it back when it prints more than anybody reads.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, PipeReader, Read as _, Write as _};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{MemfdFlags, memfd_create};
use rustix::process::{Pid, PidfdFlags, pidfd_open};

use super::mask::{Mask, Masked};
use super::output::{Bounded, LIMIT};
use super::stop::Stop;
use super::tree;
use super::watch::Watch;
use crate::platform::processes::{MARKER, Process};
use crate::platform::spawn::{Account, run_as};
use crate::secrets::Handed;

/// What to start, and how.
#[derive(Debug)]
pub struct Launch<'a> {
    /// The program's absolute path.
    pub program: &'a Path,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// The folder it starts in.
    pub folder: &'a Path,
    /// The whole environment but for the marker.
    pub environment: Vec<(String, String)>,
    /// What stands on its standard input; nothing where empty.
    pub input: Option<&'a [u8]>,
    /// As whom; as this program where none.
    pub account: Option<&'a Account>,
    /// After how long the whole tree is killed.
    pub timeout: Duration,
    /// Where it prints to.
    pub printing: Printing<'a>,
    /// The run's marker.
    pub marker: &'a str,
    /// What is hidden in whatever it prints.
    pub mask: &'a Mask,
}

/// Where a process prints to.
#[derive(Debug, Clone, Copy)]
pub enum Printing<'a> {
    /// Into pipes, both streams apart.
    Pipes,
    /// Both streams into this file, which is made.
    File(&'a Path),
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// With this exit code; 128 + N where signal N ended it, as shells say it.
    Exit(i32),
    /// Its time was up, and its tree was killed.
    TimedOut,
    /// It was told to stop, and its tree was killed.
    Stopped,
}

/// What came of a process.
#[derive(Debug)]
pub struct Ended {
    /// How it ended.
    pub way: Way,
    /// Both streams together, bounded.
    pub output: String,
    /// Standard output alone, bounded; the same where it printed into a file.
    pub answer: String,
    /// Whether it failed with the disk full that takes its output, so that
    /// output may be lost and it may have failed for that.
    pub disk_full: bool,
    /// What it handed back.
    pub handed: Handed,
}

/// How much of one stream is read at a time, in bytes.
const PIECE: usize = 16 * 1024;
/// A file that holds what a process prints is emptied past this size, in bytes.
const FILE_LIMIT: u64 = 4 * 1024 * 1024;
/// At least a block of a file system, in bytes.
const BLOCK: usize = 64 * 1024;
/// How often such a file is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Starts the process and stays with it to its end.
///
/// # Errors
/// Where it cannot be started; whatever happens later is a [`Way`].
pub fn supervise(launch: &Launch<'_>, watch: &mut Watch<'_>) -> io::Result<Ended> {
    let deadline = Instant::now() + launch.timeout;
    let (mut child, mut streams) = start(launch)?;
    // Until it is waited for, its number is nobody else's.
    let number = i32::try_from(child.id()).ok();
    if let Some(started) = &mut watch.started
        && let Some(first) = number.and_then(Process::of)
    {
        started(first);
    }
    let left = stay(&child, &mut streams, deadline, watch).unwrap_or_else(|error| {
        tracing::error!(%error, "a process cannot be watched and is killed");
        Left::Cut(Way::Stopped)
    });
    let way = match left {
        Left::Ended => exit_code(child.wait()?),
        Left::Cut(way) => {
            if way == Way::Stopped {
                watch.stopping();
            }
            let first = number.and_then(Process::of);
            tree::kill(first, launch.marker, || matches!(child.try_wait(), Ok(Some(_))));
            let _ = child.wait()?;
            way
        }
    };
    streams.read(watch.printed)?;
    streams.finish(watch.printed);
    let disk_full = way != Way::Exit(0) && streams.disk_is_full();
    Ok(Ended {
        way,
        output: streams.both.text(),
        answer: streams.answer(),
        disk_full,
        handed: Handed::default(),
    })
}

/// Why the process is not stayed with any longer.
enum Left {
    /// It ended by itself.
    Ended,
    /// Its tree is to be killed.
    Cut(Way),
}

fn stay(
    child: &Child,
    streams: &mut Streams<'_>,
    deadline: Instant,
    watch: &mut Watch<'_>,
) -> io::Result<Left> {
    let handle = pidfd_open(Pid::from_child(child), PidfdFlags::empty())?;
    loop {
        let now = Instant::now();
        if watch.stops() {
            return Ok(Left::Cut(Way::Stopped));
        }
        if now >= deadline {
            return Ok(Left::Cut(Way::TimedOut));
        }
        let until = watch.until.map_or(deadline, |until| until.min(deadline));
        let left = until.saturating_duration_since(now);
        let wake = wait(&handle, watch.stop, streams, left)?;
        if wake.stop {
            watch.stop.rest();
        }
        streams.read(watch.printed)?;
        if wake.ended {
            return Ok(Left::Ended);
        }
    }
}

fn exit_code(status: std::process::ExitStatus) -> Way {
    Way::Exit(status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default()))
}

fn start<'a>(launch: &Launch<'a>) -> io::Result<(Child, Streams<'a>)> {
    let mut command = Command::new(launch.program);
    command.args(&launch.args).current_dir(launch.folder).env_clear();
    command
        .envs(launch.environment.iter().map(|(name, value)| (name, value)))
        .env(MARKER, launch.marker);
    command.stdin(input(launch.input)?).process_group(0);
    if let Some(account) = launch.account {
        run_as(&mut command, account);
    }
    let source = match launch.printing {
        Printing::Pipes => {
            let (out, out_end) = io::pipe()?;
            let (err, err_end) = io::pipe()?;
            command.stdout(out_end).stderr(err_end);
            for reader in [&out, &err] {
                rustix::io::ioctl_fionbio(reader, true)?;
            }
            Source::Pipes { out: Some(out), err: Some(err) }
        }
        Printing::File(path) => {
            let file = OpenOptions::new()
                .create_new(true)
                .read(true)
                .append(true)
                .mode(0o600)
                .open(path)?;
            command.stdout(file.try_clone()?).stderr(file.try_clone()?);
            Source::File { file, read: 0 }
        }
    };
    let child = command.spawn()?;
    // The command holds the writing ends; without them the pipes can end.
    drop(command);
    Ok((
        child,
        Streams {
            source,
            both: Bounded::new(LIMIT),
            out: Bounded::new(LIMIT),
            first: Masked::new(launch.mask),
            second: Masked::new(launch.mask),
            piece: vec![0; PIECE],
        },
    ))
}

/// Standard input from memory: no disk sees it, and no writer can be held up.
fn input(bytes: Option<&[u8]>) -> io::Result<Stdio> {
    let Some(bytes) = bytes else { return Ok(Stdio::null()) };
    let file = File::from(memfd_create("input", MemfdFlags::CLOEXEC)?);
    file.write_all_at(bytes, 0)?;
    Ok(file.into())
}

struct Wake {
    ended: bool,
    stop: bool,
}

fn wait(
    handle: &impl std::os::fd::AsFd,
    stop: &Stop,
    streams: &Streams<'_>,
    left: Duration,
) -> io::Result<Wake> {
    let mut fds = vec![
        PollFd::new(handle, PollFlags::IN),
        PollFd::from_borrowed_fd(stop.handle(), PollFlags::IN),
    ];
    fds.extend(streams.handles().map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)));
    let left = if streams.is_file() { left.min(LOOK_EVERY) } else { left };
    // Years fit a 32-bit count of seconds; nothing waits longer.
    let limit = Timespec {
        tv_sec: left.as_secs().min(1 << 30).cast_signed(),
        tv_nsec: left.subsec_nanos().into(),
    };
    match poll(&mut fds, Some(&limit)) {
        Ok(_) | Err(rustix::io::Errno::INTR) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(Wake { ended: !fds[0].revents().is_empty(), stop: !fds[1].revents().is_empty() })
}

/// What a process prints, and where it is read.
struct Streams<'m> {
    source: Source,
    both: Bounded,
    out: Bounded,
    /// Of standard output, or of the file.
    first: Masked<'m>,
    /// Of standard error.
    second: Masked<'m>,
    piece: Vec<u8>,
}

enum Source {
    Pipes { out: Option<PipeReader>, err: Option<PipeReader> },
    File { file: File, read: u64 },
}

impl Streams<'_> {
    fn is_file(&self) -> bool {
        matches!(self.source, Source::File { .. })
    }

    fn handles(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        let pipes = match &self.source {
            Source::Pipes { out, err } => [out.as_ref(), err.as_ref()],
            Source::File { .. } => [None, None],
        };
        pipes.into_iter().flatten().map(|pipe| pipe.as_fd())
    }

    /// Reads what is there now, without waiting.
    fn read(&mut self, printed: &mut dyn FnMut(&[u8])) -> io::Result<()> {
        match &mut self.source {
            Source::Pipes { out, err } => {
                drain(out, &mut self.piece, &mut |bytes| {
                    let shown = self.first.take(bytes);
                    self.out.push(&shown);
                    self.both.push(&shown);
                    printed(&shown);
                })?;
                drain(err, &mut self.piece, &mut |bytes| {
                    let shown = self.second.take(bytes);
                    self.both.push(&shown);
                    printed(&shown);
                })
            }
            Source::File { file, read } => {
                let length = file.metadata()?.len();
                if length - (*read).min(length) > FILE_LIMIT {
                    // More than anybody reads: its two ends will do.
                    while self.both.wants_head() {
                        let count = file.read_at(&mut self.piece, *read)?;
                        self.both.push(&self.first.take(&self.piece[..count]));
                        *read += count as u64;
                    }
                    self.both.push(&self.first.gap());
                    let skipped = length - FILE_LIMIT / 2 - *read;
                    self.both.skip(skipped);
                    *read += skipped;
                }
                while *read < length {
                    let count = file.read_at(&mut self.piece, *read)?;
                    if count == 0 {
                        break;
                    }
                    *read += count as u64;
                    let shown = self.first.take(&self.piece[..count]);
                    self.both.push(&shown);
                    printed(&shown);
                }
                if *read > FILE_LIMIT {
                    // The process appends, so that it goes on at the new end.
                    file.set_len(0)?;
                    *read = 0;
                }
                Ok(())
            }
        }
    }

    /// Shows what was held back, since nothing follows it.
    fn finish(&mut self, printed: &mut dyn FnMut(&[u8])) {
        let (first, second) = (self.first.rest(), self.second.rest());
        self.out.push(&first);
        for rest in [first, second].iter().filter(|rest| !rest.is_empty()) {
            self.both.push(rest);
            printed(rest);
        }
    }

    /// Tries whether the file takes more; nobody reads it any further.
    fn disk_is_full(&self) -> bool {
        let Source::File { file, .. } = &self.source else { return false };
        let is_full = |error: io::Error| {
            matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
        };
        // Appended, and more than what is left of the last block.
        (&mut &*file).write_all(&vec![0; 2 * BLOCK]).is_err_and(is_full)
    }

    fn answer(&self) -> String {
        if self.is_file() { self.both.text() } else { self.out.text() }
    }
}

/// How many pieces are taken from a pipe before time and stop are looked at again.
const PIECES_AT_ONCE: usize = 16;

fn drain(
    pipe: &mut Option<PipeReader>,
    piece: &mut [u8],
    taken: &mut dyn FnMut(&[u8]),
) -> io::Result<()> {
    for _ in 0..PIECES_AT_ONCE {
        let Some(reader) = pipe else { return Ok(()) };
        match reader.read(piece) {
            Ok(0) => *pipe = None,
            Ok(count) => taken(&piece[..count]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
