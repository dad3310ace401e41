//! Records on disk: each framed, checksummed, and found again after a torn write.
//!
//! A frame is `MARK`, the payload's length (u32, little-endian), the CRC-32 of
//! length and payload, four bytes of zero, then the payload. A last frame that
//! is not whole is the trace of a power cut and is cut off; a bad frame with a
//! whole one behind it is damage, and nobody guesses. A checksum finds what
//! disks do, not what people do: whoever may write here may do anything.
//!
//! Frames of earlier programs open with `FORMER` and have the first eight bytes
//! of SHA-256 in the checksum's place. They are read, and written no more.

use sha2::{Digest as _, Sha256};

/// Opens every frame that is written.
const MARK: [u8; 4] = *b"\nOJ2";
/// Opens the frames of earlier programs.
const FORMER: [u8; 4] = *b"\nOJ1";
/// What both begin with.
const EITHER: &[u8] = b"\nOJ";
/// Bytes before the payload.
pub(super) const HEAD: usize = 16;
/// The longest payload: the longest message, with room for what the journal adds.
const LONGEST: usize = ordain_wire::MAX_MESSAGE + 4096;

/// Appends a frame; its payload is what `write` appends.
pub(super) fn append(bytes: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let start = bytes.len();
    bytes.extend_from_slice(&[0; HEAD]);
    write(bytes);
    let (head, payload) = bytes[start..].split_at_mut(HEAD);
    let length = (payload.len() as u32).to_le_bytes();
    head[..4].copy_from_slice(&MARK);
    head[4..8].copy_from_slice(&length);
    head[8..].copy_from_slice(&sum(length, payload));
}

fn sum(length: [u8; 4], payload: &[u8]) -> [u8; 8] {
    let mut crc = flate2::Crc::new();
    crc.update(&length);
    crc.update(payload);
    u64::from(crc.sum()).to_le_bytes()
}

fn former_sum(length: [u8; 4], payload: &[u8]) -> [u8; 8] {
    let mut hash = Sha256::new();
    hash.update(length);
    hash.update(payload);
    let whole: [u8; 32] = hash.finalize().into();
    std::array::from_fn(|index| whole[index])
}

/// The payload of the frame that opens `bytes`, where it is whole and sound.
pub(super) fn payload(bytes: &[u8]) -> Option<&[u8]> {
    let (head, rest) = bytes.split_at_checked(HEAD)?;
    let sum = match *head.first_chunk()? {
        MARK => sum,
        FORMER => former_sum,
        _ => return None,
    };
    let length: [u8; 4] = head[4..8].try_into().ok()?;
    let count = u32::from_le_bytes(length) as usize;
    let payload = rest.get(..count).filter(|_| count <= LONGEST)?;
    (sum(length, payload) == head[8..]).then_some(payload)
}

/// Where reading stopped, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stopped {
    /// Everything was read.
    AtEnd,
    /// The last write was torn: everything from here on is to be cut off.
    Torn(usize),
    /// A frame is damaged though whole ones follow.
    Damaged(usize),
}

/// Reads frames from `start` on and hands out each payload with its offset and
/// the frame's length.
pub(super) fn read<E>(
    bytes: &[u8],
    start: usize,
    mut each: impl FnMut(usize, usize, &[u8]) -> Result<(), E>,
) -> Result<Stopped, E> {
    let mut offset = start;
    while offset < bytes.len() {
        let Some(payload) = payload(&bytes[offset..]) else {
            let behind = &bytes[offset + 1..];
            let marks = memchr::memmem::find_iter(behind, EITHER);
            let whole_follows = marks.into_iter().any(|at| self::payload(&behind[at..]).is_some());
            return Ok(if whole_follows {
                Stopped::Damaged(offset)
            } else {
                Stopped::Torn(offset)
            });
        };
        let length = HEAD + payload.len();
        each(offset, length, payload)?;
        offset += length;
    }
    Ok(Stopped::AtEnd)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> Vec<u8> {
        let mut bytes = Vec::new();
        for payload in [b"one".as_slice(), b"two two", b"three"] {
            append(&mut bytes, |bytes| bytes.extend_from_slice(payload));
        }
        bytes
    }

    fn read_back(bytes: &[u8]) -> (Vec<String>, Stopped) {
        let mut found = Vec::new();
        let stopped = read(bytes, 0, |_, _, payload| {
            found.push(String::from_utf8_lossy(payload).into_owned());
            Ok::<_, std::convert::Infallible>(())
        });
        (found, stopped.unwrap_or_else(|never| match never {}))
    }

    #[test]
    fn a_file_cut_anywhere_keeps_its_whole_frames() {
        let bytes = three();
        for cut in 0..bytes.len() {
            let (found, stopped) = read_back(&bytes[..cut]);
            let whole =
                [HEAD + 3, 2 * HEAD + 10, 3 * HEAD + 15].iter().filter(|end| **end <= cut).count();
            assert_eq!(found.len(), whole, "cut at {cut}");
            assert!(!matches!(stopped, Stopped::Damaged(_)), "cut at {cut}");
        }
        assert_eq!(read_back(&bytes).1, Stopped::AtEnd);
    }

    #[test]
    fn a_flipped_bit_is_damage_unless_it_is_in_the_last_frame() {
        let last = 2 * HEAD + 10;
        for at in 0..three().len() {
            for bit in 0..8 {
                let mut bytes = three();
                bytes[at] ^= 1 << bit;
                let (_, stopped) = read_back(&bytes);
                if at < last {
                    assert!(matches!(stopped, Stopped::Damaged(_)), "byte {at} bit {bit}");
                } else {
                    assert_eq!(stopped, Stopped::Torn(last), "byte {at} bit {bit}");
                }
            }
        }
    }

    #[test]
    fn frames_of_earlier_programs_are_read() {
        let mut former = Vec::new();
        for payload in [b"zero".as_slice(), b"half"] {
            let length = u32::try_from(payload.len()).expect("short").to_le_bytes();
            former.extend([&FORMER[..], &length, &former_sum(length, payload), payload].concat());
        }
        let both = [former.as_slice(), &three()].concat();
        let found = ["zero", "half", "one", "two two", "three"].map(str::to_owned);
        assert_eq!(read_back(&both), (found.into(), Stopped::AtEnd));
        for at in 0..former.len() {
            let mut bytes = both.clone();
            bytes[at] ^= 1;
            assert!(matches!(read_back(&bytes).1, Stopped::Damaged(_)), "byte {at}");
        }
        former[8] ^= 1;
        assert!(matches!(read_back(&former).1, Stopped::Damaged(0)));
    }

    #[test]
    fn zeros_behind_the_end_are_a_torn_write() {
        let mut bytes = three();
        let end = bytes.len();
        bytes.extend([0; 4096]);
        assert_eq!(read_back(&bytes).1, Stopped::Torn(end));
    }
}
