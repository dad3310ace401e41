//! The agent's journal: what it took in, did and reported, on disk before it counts.
//!
//! Append-only, one file `log` in a folder of its own; `frame` owns the bytes,
//! `entry` the words, `index` what is kept of it in memory. Every record that
//! something follows from is flushed to the disk before the call returns, and
//! no report is sent before it is. Once everything is acknowledged the file is
//! written anew without what is over.
//!
//! Guarantees: an append either is durable as a whole or leaves no trace; a
//! torn last record is cut off, damage elsewhere is an error. An order stands
//! in the file as it came, byte for byte, and a report as it is sent.

mod entry;
mod frame;
mod fresh;
mod index;
mod record;

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use ordain_wire::{AtSpec, ControllerMessage, Order, ProgressSpec, Report, ReportBody};

use self::entry::{Acked, Base};
pub use self::entry::{Entry, Running, Starting};
use self::frame::{HEAD, Stopped};
use self::fresh::Fresh;
use self::index::Index;
pub use self::index::{Known, Place};
use self::record::Record;
pub use self::record::{Given, OrderId, Outgoing};
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
    /// The acknowledgement that the file holds.
    acked_written: u64,
    closed: bool,
    /// Whether the disk takes nothing now, as a test says.
    #[cfg(feature = "simulation")]
    full: bool,
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
        let acked_written = index.acked;
        let fresh = Fresh::default();
        Ok(Self {
            path,
            file,
            length,
            index,
            fresh,
            flushed,
            acked_written,
            closed: false,
            #[cfg(feature = "simulation")]
            full: false,
        })
    }

    /// Says that the disk takes nothing from now on, or that it does again.
    #[cfg(feature = "simulation")]
    pub fn fill_disk(&mut self, full: bool) {
        self.full = full;
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

    /// Takes an order in, which came as `text`; durable when it returns.
    pub fn accept(&mut self, order: Given, text: &str) -> Result<(), JournalError> {
        self.append(vec![Record::Accepted { order, text }], true)
    }

    /// The same for an order that changes nothing and is over in a moment: it
    /// is flushed, and reported, together with what came of it. A power cut in
    /// between leaves no trace of it, and the controller, which has not heard
    /// that it was taken in, sends it again.
    pub fn accept_until_reported(&mut self, order: Given, text: &str) -> Result<(), JournalError> {
        self.append(vec![Record::Accepted { order, text }], false)
    }

    /// Writes down that a piece of work is about to start; durable when it returns.
    pub fn start(&mut self, session: &str, starting: Starting) -> Result<(), JournalError> {
        let body = ReportBody::Progress(ProgressSpec::Started { at: starting.at });
        let report = Record::Report { order: starting.order, session, body: &body };
        self.append(vec![Record::Entry(Entry::Starting(starting)), report], true)
    }

    /// Writes down the process of a piece of work; not flushed.
    pub fn running(&mut self, running: Running) -> Result<(), JournalError> {
        self.append(vec![Record::Entry(Entry::Running(running))], false)
    }

    /// Writes down what the controller is to be told; durable when it returns.
    pub fn report(&mut self, order: &OrderId, bodies: &[ReportBody]) -> Result<(), JournalError> {
        let session = order.session.as_str();
        let report = |body| Record::Report { order: order.number, session, body };
        self.append(bodies.iter().map(report).collect(), true)
    }

    /// Takes an acknowledgement in. It is written with the next record: a lost
    /// one costs a repetition at most, and a new connection begins with one.
    ///
    /// A number above everything reported says that this journal lost its
    /// past: numbering goes on above it.
    pub fn ack(&mut self, seq: u64) -> Result<(), JournalError> {
        if seq <= self.index.acked {
            return Ok(());
        }
        self.index.acked(seq);
        if self.length > LONG {
            self.shorten()?;
        }
        Ok(())
    }

    /// The reports above `seq` that are not acknowledged and that a power cut
    /// cannot take back, at most `limit`, rising. What was written a moment
    /// ago and is asked for the first time need not be read back.
    pub fn unacked_after(&mut self, seq: u64, limit: usize) -> Result<Vec<Outgoing>, JournalError> {
        let from = seq.max(self.index.acked) + 1;
        let reports = self.index.reports.range(from..).map(|(seq, at)| (*seq, *at));
        let flushed = reports.take_while(|(seq, _)| *seq <= self.flushed);
        let places: Vec<(u64, Place)> = flushed.take(limit).collect();
        let read = |(seq, at)| match self.fresh.take_report(seq) {
            Some(report) => Ok(report),
            None => Ok(Outgoing { seq, text: entry::message(self.read_report(at)?) }),
        };
        places.into_iter().map(read).collect()
    }

    /// All reports of an order that are still here, acknowledged or not, rising.
    pub fn reports_of(&self, number: u64) -> Result<Vec<Report>, JournalError> {
        let Some(known) = self.index.orders.get(&number) else { return Ok(Vec::new()) };
        let reports = known.reports.iter().map(|seq| self.read_report(self.index.reports[seq]));
        reports.collect()
    }

    /// The whole order of that number.
    pub fn order(&self, number: u64) -> Result<Option<Order>, JournalError> {
        let Some(known) = self.index.orders.get(&number) else { return Ok(None) };
        match self.read_entry(known.accepted)? {
            Entry::Accepted(accepted) => Ok(Some(accepted.order)),
            _ => Ok(None),
        }
    }

    /// The order of that number, once, where it came a moment ago and need not be read back.
    pub fn take_fresh(&mut self, number: u64) -> Option<Given> {
        self.fresh.take_order(number)
    }

    /// Whether the very order of that message was taken in.
    pub fn holds(&self, text: &str) -> bool {
        let Ok(ControllerMessage::Order(order)) = ControllerMessage::read(text) else {
            return false;
        };
        self.order(order.number).is_ok_and(|held| held.as_ref() == Some(&order))
    }

    /// Of the work that runs, or ran when the program died: what was known before its start.
    pub fn starting(&self, number: u64, at: AtSpec) -> Option<&Starting> {
        self.index.orders.get(&number)?.starting.as_ref().filter(|starting| starting.at == at)
    }

    fn read_report(&self, place: Place) -> Result<Report, JournalError> {
        match self.read_entry(place)? {
            Entry::Accepted(accepted) => {
                let Order { number, session, .. } = accepted.order;
                Ok(entry::report_of_accepted(accepted.seq, number, session))
            }
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
    fn append(&mut self, records: Vec<Record<'_>>, durable: bool) -> Result<(), JournalError> {
        if self.closed {
            return Err(JournalError::Closed);
        }
        #[cfg(feature = "simulation")]
        if self.full {
            return Err(JournalError::Full(io::ErrorKind::StorageFull.into()));
        }
        let mut bytes = Vec::new();
        if self.index.acked > self.acked_written {
            let acked = Entry::Acked(Acked { seq: self.index.acked });
            frame::append(&mut bytes, |bytes| entry::write(bytes, &acked));
        }
        let before = bytes.len();
        let mut ends = Vec::with_capacity(records.len());
        let mut seq = self.index.next_seq;
        for record in &records {
            frame::append(&mut bytes, |bytes| record.write(seq, bytes));
            seq += u64::from(record.is_report());
            ends.push(bytes.len());
        }
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
        self.acked_written = self.index.acked;
        self.length += before as u64;
        let mut start = before;
        for (record, end) in records.into_iter().zip(ends) {
            self.remember(record, &bytes[start..end]);
            start = end;
        }
        if durable {
            self.flushed = self.index.next_seq - 1;
        }
        Ok(())
    }

    /// Takes into memory what was appended as that frame.
    fn remember(&mut self, record: Record<'_>, frame: &[u8]) {
        let place = Place { offset: self.length, length: frame.len() as u64 };
        self.length += place.length;
        let seq = self.index.next_seq;
        match record {
            Record::Accepted { order, text: _ } => {
                let OrderId { number, session } = order.id.clone();
                let report = entry::report_of_accepted(seq, number, session);
                self.fresh.keep_report(Outgoing { seq, text: entry::message(report) });
                self.index.accepted(order.id.clone(), seq, place);
                self.fresh.keep_order(order, frame.len());
            }
            Record::Report { order, session: _, body } => {
                if let Some(text) = entry::message_of(&frame[HEAD..]) {
                    self.fresh.keep_report(Outgoing { seq, text });
                }
                self.index.reported(order, seq, body, place);
            }
            Record::Entry(entry) => self.index.take(&entry, place),
        }
    }

    /// Writes the file anew without what nobody needs any more, where that helps.
    fn shorten(&mut self) -> Result<(), JournalError> {
        let kept = self.index.needed();
        let size: u64 = kept.iter().map(|place| place.length).sum();
        if size * 2 > self.length {
            return Ok(());
        }
        let base = Entry::Base(Base {
            highest_order: self.index.highest_order,
            next_seq: self.index.next_seq,
            acked: self.index.acked,
        });
        let mut bytes = Vec::with_capacity(size as usize + 128);
        frame::append(&mut bytes, |bytes| entry::write(bytes, &base));
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

#[cfg(test)]
mod tests;
