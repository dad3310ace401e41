//! A reader fed by another thread, chunk by chunk, that gives up when nothing
//! comes for too long.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

/// Chunks that wait to be read; the writer then waits too.
const WAITING: usize = 16;

/// A chunk, or why there are no more.
pub(super) type Chunk = io::Result<Vec<u8>>;

/// The reading end. The writing end's drop is the end of the data.
pub(super) struct Pipe {
    chunks: Receiver<Chunk>,
    current: Vec<u8>,
    read: usize,
    patience: Duration,
}

impl Pipe {
    pub(super) fn new(patience: Duration) -> (SyncSender<Chunk>, Self) {
        let (sender, chunks) = sync_channel(WAITING);
        let pipe = Self { chunks, current: Vec::new(), read: 0, patience };
        (sender, pipe)
    }
}

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.read == self.current.len() {
            self.current = match self.chunks.recv_timeout(self.patience) {
                Ok(chunk) => chunk?,
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
                Err(RecvTimeoutError::Timeout) => return Err(io::ErrorKind::TimedOut.into()),
            };
            self.read = 0;
        }
        let rest = &self.current[self.read..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.read += count;
        Ok(count)
    }
}
