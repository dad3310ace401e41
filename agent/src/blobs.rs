//! Scripts by object id: fetched once, kept on disk, never trusted without hashing.
//!
//! The thread that runs things asks with [`Blobs::want`] and waits with
//! [`Blobs::wait`]; the connection sends [`Blobs::wanted`] and brings in what
//! comes with [`Blobs::deliver`]. Whether bytes match their id is decided when
//! they arrive and again before every run.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ordain_trust::{BadObjectId, ObjectId, blob_id};
use ordain_wire::Blob;
use tokio::sync::Notify;

use crate::disk::{self, DiskError};

/// Why a script cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// The order names it by something that is no object id.
    #[error(transparent)]
    BadId(#[from] BadObjectId),
    /// It was not delivered.
    #[error("the script {0} was not delivered by the controller")]
    Absent(ObjectId),
    /// Its bytes have another id.
    #[error("script-mismatch: the script {0} is not what its object id says")]
    Mismatch(ObjectId),
    /// It cannot be read or kept.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

/// The scripts kept in a folder, and those that are waited for.
#[derive(Debug)]
pub struct Blobs {
    folder: PathBuf,
    wanted: Mutex<Wanted>,
    arrived: Condvar,
    asked: Notify,
}

/// The scripts that are waited for.
#[derive(Debug, Default)]
struct Wanted {
    missing: BTreeSet<ObjectId>,
    /// Delivered under an id that is not theirs, since they were last asked for.
    false_ones: BTreeSet<ObjectId>,
}

impl Blobs {
    /// Over that folder, which is made where it is missing.
    pub fn open(folder: PathBuf) -> Result<Self, DiskError> {
        disk::private_folder(&folder)?;
        Ok(Self { folder, wanted: Mutex::default(), arrived: Condvar::new(), asked: Notify::new() })
    }

    /// Asks for those of the ids that are not here.
    pub fn want(&self, ids: impl IntoIterator<Item = ObjectId>) {
        let missing: Vec<ObjectId> =
            ids.into_iter().filter(|id| !self.path(id).is_file()).collect();
        if missing.is_empty() {
            return;
        }
        let mut wanted = self.lock();
        for id in missing {
            wanted.false_ones.remove(&id);
            wanted.missing.insert(id);
        }
        drop(wanted);
        self.asked.notify_one();
    }

    /// The ids that are to be asked for, also again on a new connection.
    pub fn wanted(&self) -> Vec<String> {
        self.lock().missing.iter().map(ToString::to_string).collect()
    }

    /// Returns after the next [`Blobs::want`] that had something to ask for.
    pub async fn asked(&self) {
        self.asked.notified().await;
    }

    /// Waits until everything wanted has arrived or is known not to come, or
    /// until `give_up` says so.
    pub fn wait(&self, give_up: impl Fn() -> bool) {
        let mut wanted = self.lock();
        while !wanted.missing.is_empty() && !give_up() {
            let patience = Duration::from_millis(250);
            (wanted, _) =
                self.arrived.wait_timeout(wanted, patience).unwrap_or_else(PoisonError::into_inner);
        }
        wanted.missing.clear();
    }

    /// Takes in what the controller sent.
    ///
    /// # Errors
    /// [`BlobError::Mismatch`] where a script that was asked for is another
    /// one: it is not kept, and nothing that names it runs. Whatever else is
    /// wrong with a delivery is logged, and shows when the script is to run.
    pub fn deliver(&self, blob: &Blob) -> Result<(), BlobError> {
        let Ok(id) = blob.id.parse::<ObjectId>() else {
            tracing::warn!(id = blob.id, "the controller sent a script under a bad id");
            return Ok(());
        };
        if !self.lock().missing.contains(&id) {
            tracing::debug!(%id, "the controller sent a script that nobody asked for");
            return Ok(());
        }
        let kept = self.keep(&id, blob.data.as_deref());
        if let Err(error) = &kept {
            tracing::error!(%id, error = %crate::command::chain(error), "a script is refused");
        }
        let mismatch = matches!(kept, Err(BlobError::Mismatch(_)));
        let mut wanted = self.lock();
        wanted.missing.remove(&id);
        if mismatch {
            wanted.false_ones.insert(id);
        }
        drop(wanted);
        self.arrived.notify_all();
        if mismatch { kept } else { Ok(()) }
    }

    fn keep(&self, id: &ObjectId, data: Option<&str>) -> Result<(), BlobError> {
        let data = data.ok_or(BlobError::Absent(*id))?;
        let bytes = BASE64.decode(data).map_err(|_| BlobError::Mismatch(*id))?;
        if blob_id(&bytes, id.format()) != Ok(*id) {
            return Err(BlobError::Mismatch(*id));
        }
        let path = self.path(id);
        if let Some(folder) = path.parent() {
            disk::private_folder(folder)?;
        }
        // Not flushed: what a power cut spoils is found out by its id.
        Ok(disk::put(&path, &bytes, 0o600)?)
    }

    /// The bytes as they stand on disk; the caller hashes what it runs.
    pub fn load(&self, id: &ObjectId) -> Result<Vec<u8>, BlobError> {
        let path = self.path(id);
        match fs::read(&path) {
            Ok(bytes) => Ok(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let is_false = self.lock().false_ones.contains(id);
                Err(if is_false { BlobError::Mismatch(*id) } else { BlobError::Absent(*id) })
            }
            Err(error) => Err(disk::at("read", &path)(error).into()),
        }
    }

    /// Throws away what turned out to be damaged, so that it is fetched again.
    pub fn discard(&self, id: &ObjectId) {
        let _ = fs::remove_file(self.path(id));
    }

    /// Where that script is kept, if it is.
    pub fn path(&self, id: &ObjectId) -> PathBuf {
        let name = id.to_string();
        let (first, rest) = name.split_at(2);
        Path::new(&self.folder).join(first).join(rest)
    }

    fn lock(&self) -> MutexGuard<'_, Wanted> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The id of `hello\n`.
    const HELLO: &str = "ce013625030ba8dba906f756967f9e9ca394464a";

    fn blob(data: Option<&[u8]>) -> Blob {
        Blob { id: HELLO.to_owned(), data: data.map(|bytes| BASE64.encode(bytes)) }
    }

    #[test]
    fn a_script_is_asked_for_once_and_kept() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let blobs = Blobs::open(folder.path().join("blobs")).expect("opens");
        let id: ObjectId = HELLO.parse().expect("an id");
        blobs.want([id]);
        assert_eq!(blobs.wanted(), [HELLO]);
        blobs.deliver(&blob(Some(b"hello\n"))).expect("the right bytes");
        assert!(blobs.wanted().is_empty());
        blobs.want([id]);
        assert!(blobs.wanted().is_empty(), "it is here");
        assert_eq!(blobs.load(&id).expect("kept"), b"hello\n");
    }

    #[test]
    fn other_bytes_than_the_id_says_are_not_kept() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let blobs = Blobs::open(folder.path().to_owned()).expect("opens");
        let id: ObjectId = HELLO.parse().expect("an id");
        for (sent, is_false) in [
            (blob(Some(b"hello!\n")), true),
            (blob(None), false),
            (Blob { id: HELLO.into(), data: Some("%%%".into()) }, true),
            (blob(None), false),
        ] {
            blobs.want([id]);
            let delivered = blobs.deliver(&sent);
            assert_eq!(matches!(delivered, Err(BlobError::Mismatch(_))), is_false, "{sent:?}");
            blobs.wait(|| false);
            match blobs.load(&id) {
                Err(BlobError::Mismatch(_)) => assert!(is_false, "{sent:?}"),
                Err(BlobError::Absent(_)) => assert!(!is_false, "{sent:?}"),
                other => panic!("{other:?} of {sent:?}"),
            }
        }
    }

    #[test]
    fn what_nobody_asked_for_is_dropped() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let blobs = Blobs::open(folder.path().to_owned()).expect("opens");
        let odd = Blob { id: "../../etc/passwd".into(), data: Some(String::new()) };
        for sent in [blob(Some(b"hello\n")), blob(Some(b"hello!\n")), odd] {
            blobs.deliver(&sent).expect("passed over");
        }
        assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 0);
    }
}
