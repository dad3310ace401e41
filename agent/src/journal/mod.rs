//! The agent's journal: what it took in, did and reported, on disk before it counts.
//!
//! Append-only, one file `log` in a folder of its own; `frame` owns the bytes,
//! `entry` the words, `index` what is kept of it in memory. Every record that
//! something follows from is flushed to the disk before the call returns, and
//! no report is sent before it is. Once everything is acknowledged the file is
//! written anew without what is over.
//!
//! Guarantees: an append either is durable as a whole or leaves no trace; a
//! torn last record is cut off, damage elsewhere is an error.

mod entry;
mod frame;
mod fresh;
mod index;

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use ordain_wire::{AtSpec, Order, ProgressSpec, Report, ReportBody};

pub use self::entry::{Entry, Running, Starting};
use self::frame::Stopped;
use self::fresh::Fresh;
use self::index::Index;
pub use self::index::{Known, Place};
use crate::disk;

/// A journal longer than this is written anew when that makes it shorter, in bytes.
const LONG: u64 = 1024 * 1024;

/// Why the journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The disk does not take any more; nothing was written.
    #[error("the disk is full: the journal cannot be written")]
    Full(#[source] io::Error),
    /// Another failure of the disk; nothing was written.
    #[error("cannot write the journal")]
    Write(#[source] io::Error),
    /// The journal cannot be opened or read.
    #[error(transparent)]
    Disk(#[from] disk::DiskError),
    /// A record in the middle is damaged.
    #[error("{} is damaged at byte {offset}, though whole records follow", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where.
        offset: usize,
    },
    /// A sound record does not make sense: a newer version wrote it, or something else.
    #[error("{} says something at byte {offset} that this version does not understand", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// Where.
        offset: usize,
        /// What is wrong.
        #[source]
        source: serde_json::Error,
    },
    /// A failed write could not be taken back.
    #[error("the journal could not be repaired after a failed write; it is closed")]
    Closed,
}

/// The journal, open for writing. One process has it at a time; see [`disk::Lock`].
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    length: u64,
    index: Index,
    fresh: Fresh,
    /// Every record up to the report of this number is on the disk.
    flushed: u64,
    closed: bool,
}

impl Journal {
    /// Opens the journal in that folder, which is made where it is missing.
    pub fn open(folder: &Path) -> Result<Self, JournalError> {
        disk::private_folder(folder)?;
        let path = folder.join("log");
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(disk::at("open", &path))?;
        let bytes = fs::read(&path).map_err(disk::at("read", &path))?;
        let mut index = Index::default();
        let stopped = frame::read(&bytes, 0, |offset, length, payload| {
            let entry = serde_json::from_slice(payload)
                .map_err(|source| JournalError::Foreign { path: path.clone(), offset, source })?;
            index.take(&entry, Place { offset: offset as u64, length: length as u64 });
            Ok::<_, JournalError>(())
        })?;
        let length = match stopped {
            Stopped::AtEnd => bytes.len(),
            Stopped::Torn(offset) => {
                tracing::warn!(
                    bytes = bytes.len() - offset,
                    "the journal's last record was torn and is cut off"
                );
                offset
            }
            Stopped::Damaged(offset) => return Err(JournalError::Damaged { path, offset }),
        } as u64;
        if length != bytes.len() as u64 {
            file.set_len(length)
                .and_then(|()| file.sync_all())
                .map_err(disk::at("repair", &path))?;
        }
        if length == 0 {
            disk::sync_parent(&path)?;
        }
        // What a killed program left to the system to write is on the disk now.
        file.sync_data().map_err(disk::at("flush", &path))?;
        let flushed = index.next_seq - 1;
        Ok(Self { path, file, length, index, fresh: Fresh::default(), flushed, closed: false })
    }

    /// The highest order number ever seen.
    pub fn highest_order(&self) -> u64 {
        self.index.highest_order
    }

    /// The order that is not over, or the last one.
    pub fn current_order(&self) -> Option<u64> {
        self.unfinished().first().copied().or_else(|| self.index.orders.keys().next_back().copied())
    }

    /// What is known of an order.
    pub fn known(&self, number: u64) -> Option<&Known> {
        self.index.orders.get(&number)
    }

    /// The numbers of the orders that are not over, rising.
    pub fn unfinished(&self) -> Vec<u64> {
        self.index
            .orders
            .iter()
            .filter(|(_, known)| !known.ended)
            .map(|(number, _)| *number)
            .collect()
    }

    /// Every report up to this number is durable at the controller.
    pub fn acked(&self) -> u64 {
        self.index.acked
    }

    /// Takes an order in; durable when it returns.
    pub fn accept(&mut self, order: &Order) -> Result<(), JournalError> {
        let entry = Entry::Accepted { seq: self.index.next_seq, order: Box::new(order.clone()) };
        self.append(vec![entry], true)
    }

    /// The same for an order that changes nothing and is over in a moment: it
    /// is flushed, and reported, together with what came of it. A power cut in
    /// between leaves no trace of it, and the controller, which has not heard
    /// that it was taken in, sends it again.
    pub fn accept_until_reported(&mut self, order: &Order) -> Result<(), JournalError> {
        let entry = Entry::Accepted { seq: self.index.next_seq, order: Box::new(order.clone()) };
        self.append(vec![entry], false)
    }

    /// Writes down that a piece of work is about to start; durable when it returns.
    pub fn start(&mut self, session: &str, starting: Starting) -> Result<(), JournalError> {
        let body = ReportBody::Progress(ProgressSpec::Started { at: starting.at });
        let report = Report {
            seq: self.index.next_seq,
            order: starting.order,
            session: session.to_owned(),
            body,
        };
        self.append(vec![Entry::Starting(starting), Entry::Report(report)], true)
    }

    /// Writes down the process of a piece of work; not flushed.
    pub fn running(&mut self, running: Running) -> Result<(), JournalError> {
        self.append(vec![Entry::Running(running)], false)
    }

    /// Writes down what the controller is to be told; durable when it returns.
    pub fn report(
        &mut self,
        order: u64,
        session: &str,
        bodies: Vec<ReportBody>,
    ) -> Result<(), JournalError> {
        let first = self.index.next_seq;
        let report = |(index, body)| {
            Entry::Report(Report {
                seq: first + index as u64,
                order,
                session: session.to_owned(),
                body,
            })
        };
        self.append(bodies.into_iter().enumerate().map(report).collect(), true)
    }

    /// Takes an acknowledgement in; not flushed, since a lost one only costs a repetition.
    ///
    /// A number above everything reported says that this journal lost its
    /// past: numbering goes on above it.
    pub fn ack(&mut self, seq: u64) -> Result<(), JournalError> {
        if seq <= self.index.acked {
            return Ok(());
        }
        self.append(vec![Entry::Acked { seq }], false)?;
        if self.length > LONG {
            self.shorten()?;
        }
        Ok(())
    }

    /// The reports above `seq` that are not acknowledged, at most `limit`, rising.
    pub fn unacked_after(&self, seq: u64, limit: usize) -> Result<Vec<Report>, JournalError> {
        let from = seq.max(self.index.acked) + 1;
        self.flushed_from(from).take(limit).map(|(_, at)| self.read_report(at)).collect()
    }

    /// The reports from that number on that a power cut cannot take back.
    fn flushed_from(&self, from: u64) -> impl Iterator<Item = (u64, Place)> {
        let reports = self.index.reports.range(from..).map(|(seq, at)| (*seq, *at));
        reports.take_while(|(seq, _)| *seq <= self.flushed)
    }

    /// The same for the first time that they are sent: what was written a
    /// moment ago need not be read back.
    pub fn unsent_after(&mut self, seq: u64, limit: usize) -> Result<Vec<Report>, JournalError> {
        let from = seq.max(self.index.acked) + 1;
        let places: Vec<(u64, Place)> = self.flushed_from(from).take(limit).collect();
        let read = |(seq, at)| self.fresh.take_report(seq).map_or_else(|| self.read_report(at), Ok);
        places.into_iter().map(read).collect()
    }

    /// All reports of an order that are still here, acknowledged or not, rising.
    pub fn reports_of(&self, number: u64) -> Result<Vec<Report>, JournalError> {
        let all: Result<Vec<Report>, _> =
            self.index.reports.values().map(|at| self.read_report(*at)).collect();
        Ok(all?.into_iter().filter(|report| report.order == number).collect())
    }

    /// The whole order of that number.
    pub fn order(&self, number: u64) -> Result<Option<Order>, JournalError> {
        let Some(known) = self.index.orders.get(&number) else { return Ok(None) };
        match self.read_entry(known.accepted)? {
            Entry::Accepted { order, .. } => Ok(Some(*order)),
            _ => Ok(None),
        }
    }

    /// The same for carrying it out: one that came a moment ago need not be read back.
    pub fn take_order(&mut self, number: u64) -> Result<Option<Order>, JournalError> {
        self.fresh.take_order(number).map_or_else(|| self.order(number), |order| Ok(Some(order)))
    }

    /// Whether this very order was taken in.
    pub fn holds(&self, order: &Order) -> bool {
        self.order(order.number).is_ok_and(|held| held.as_ref() == Some(order))
    }

    /// Of the work that runs, or ran when the program died: what was known before its start.
    pub fn starting(&self, number: u64, at: AtSpec) -> Option<&Starting> {
        self.index.orders.get(&number)?.starting.as_ref().filter(|starting| starting.at == at)
    }

    fn read_report(&self, place: Place) -> Result<Report, JournalError> {
        match self.read_entry(place)? {
            Entry::Accepted { seq, order } => Ok(Report {
                seq,
                order: order.number,
                session: order.session,
                body: ReportBody::Accepted,
            }),
            Entry::Report(report) => Ok(report),
            _ => Err(self.damaged(place)),
        }
    }

    fn read_entry(&self, place: Place) -> Result<Entry, JournalError> {
        let mut bytes = vec![0; place.length as usize];
        self.file.read_exact_at(&mut bytes, place.offset).map_err(disk::at("read", &self.path))?;
        let payload = frame::payload(&bytes).ok_or_else(|| self.damaged(place))?;
        let offset = place.offset as usize;
        serde_json::from_slice(payload).map_err(|source| JournalError::Foreign {
            path: self.path.clone(),
            offset,
            source,
        })
    }

    fn damaged(&self, place: Place) -> JournalError {
        JournalError::Damaged { path: self.path.clone(), offset: place.offset as usize }
    }

    /// Appends as a whole or not at all.
    fn append(&mut self, entries: Vec<Entry>, durable: bool) -> Result<(), JournalError> {
        if self.closed {
            return Err(JournalError::Closed);
        }
        let frames: Vec<Vec<u8>> = entries.iter().map(framed).collect();
        let bytes = frames.concat();
        let written = self.file.write_all_at(&bytes, self.length);
        let written = written.and_then(|()| if durable { self.file.sync_data() } else { Ok(()) });
        if let Err(error) = written {
            self.closed = self.file.set_len(self.length).is_err();
            return Err(match error.kind() {
                io::ErrorKind::StorageFull
                | io::ErrorKind::QuotaExceeded
                | io::ErrorKind::FileTooLarge => JournalError::Full(error),
                _ => JournalError::Write(error),
            });
        }
        for (entry, frame) in entries.into_iter().zip(&frames) {
            let place = Place { offset: self.length, length: frame.len() as u64 };
            self.index.take(&entry, place);
            self.length += place.length;
            self.fresh.keep(entry, frame.len());
        }
        if durable {
            self.flushed = self.index.next_seq - 1;
        }
        Ok(())
    }

    /// Writes the file anew without what nobody needs any more, where that helps.
    fn shorten(&mut self) -> Result<(), JournalError> {
        let kept = self.index.needed();
        let size: u64 = kept.iter().map(|place| place.length).sum();
        if size * 2 > self.length {
            return Ok(());
        }
        let mut bytes = framed(&Entry::Base {
            highest_order: self.index.highest_order,
            next_seq: self.index.next_seq,
            acked: self.index.acked,
        });
        for place in kept {
            let mut record = vec![0; place.length as usize];
            self.file
                .read_exact_at(&mut record, place.offset)
                .map_err(disk::at("read", &self.path))?;
            bytes.extend(record);
        }
        match disk::replace(&self.path, &bytes, 0o600) {
            Ok(()) => {}
            Err(error) => {
                // The long journal is as good as before.
                tracing::warn!(error = %crate::command::chain(&error), "the journal could not be shortened");
                return Ok(());
            }
        }
        let folder = self.path.parent().unwrap_or(Path::new(".")).to_owned();
        let fresh = std::mem::take(&mut self.fresh);
        *self = Self { fresh, ..Self::open(&folder)? };
        Ok(())
    }
}

fn framed(entry: &Entry) -> Vec<u8> {
    frame::frame(&serde_json::to_vec(entry).expect("entries hold nothing that JSON cannot say"))
}

#[cfg(test)]
mod tests;
