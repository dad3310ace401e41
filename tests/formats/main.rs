//! Files that two programs must read alike.
//!
//! The agent's own reader and writer of age against the `age` crate, which the
//! command line uses: what one writes the other reads, what one refuses the
//! other refuses.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::io::Write as _;
use std::str::FromStr as _;

use age::secrecy::ExposeSecret as _;
use age::{Encryptor, x25519};
use ordain_agent::age::{AgeError, Identity, open, seal};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

/// The same identity for both.
fn both(random: &mut StdRng) -> (Identity, x25519::Identity) {
    let own = Identity::make(random);
    let theirs = x25519::Identity::from_str(&own.to_text()).unwrap();
    (own, theirs)
}

fn sealed_by_age(recipients: &[x25519::Recipient], plain: &[u8]) -> Vec<u8> {
    let all = recipients.iter().map(|one| one as &dyn age::Recipient);
    let mut file = Vec::new();
    let mut writer = Encryptor::with_recipients(all).unwrap().wrap_output(&mut file).unwrap();
    writer.write_all(plain).unwrap();
    writer.finish().unwrap();
    file
}

fn plaintext(random: &mut StdRng) -> Vec<u8> {
    // Around the length of a chunk as often as anywhere.
    let near = random.random_bool(0.5);
    let length = if near {
        64 * 1024 - 2 + random.random_range(0..4)
    } else {
        random.random_range(0..300_000)
    };
    (0..length).map(|_| random.random()).collect()
}

#[test]
fn keys_are_spelled_alike() {
    for seed in 0..50 {
        let (own, theirs) = both(&mut StdRng::seed_from_u64(seed));
        assert_eq!(own.to_text(), theirs.to_string().expose_secret(), "seed {seed}");
        assert_eq!(own.recipient().to_string(), theirs.to_public().to_string(), "seed {seed}");
        let made = x25519::Identity::generate();
        let read: Identity = made.to_string().expose_secret().parse().unwrap();
        assert_eq!(read.recipient().to_string(), made.to_public().to_string());
    }
}

#[test]
fn what_one_writes_the_other_reads() {
    for seed in 0..40 {
        let mut random = StdRng::seed_from_u64(seed);
        let pairs: Vec<_> = (0..random.random_range(1..5)).map(|_| both(&mut random)).collect();
        let plain = plaintext(&mut random);
        let (chosen, chosen_theirs) = &pairs[random.random_range(0..pairs.len())];

        let recipients: Vec<_> = pairs.iter().map(|(own, _)| own.recipient()).collect();
        let file = seal(&recipients, &plain, &mut random).unwrap();
        assert_eq!(age::decrypt(chosen_theirs, &file).unwrap(), plain, "seed {seed}");

        let recipients: Vec<_> = pairs.iter().map(|(_, theirs)| theirs.to_public()).collect();
        let file = sealed_by_age(&recipients, &plain);
        assert_eq!(open(std::slice::from_ref(chosen), &file).unwrap(), plain, "seed {seed}");

        let (stranger, stranger_theirs) = both(&mut random);
        assert_eq!(open(&[stranger], &file), Err(AgeError::NotForMe), "seed {seed}");
        assert!(age::decrypt(&stranger_theirs, &file).is_err(), "seed {seed}");
    }
}

#[test]
fn what_is_damaged_both_refuse() {
    for seed in 0..300 {
        let mut random = StdRng::seed_from_u64(seed);
        let (own, theirs) = both(&mut random);
        let plain: Vec<u8> = (0..random.random_range(0..200)).map(|_| random.random()).collect();
        let mut file = sealed_by_age(&[theirs.to_public()], &plain);
        match random.random_range(0..3) {
            0 => {
                let bit = random.random_range(0..file.len() * 8);
                file[bit / 8] ^= 1 << (bit % 8);
            }
            1 => file.truncate(random.random_range(0..file.len())),
            _ => file.push(random.random()),
        }
        // A recipient of another kind may stand beside the right one; both read such a header
        // and find its MAC to be wrong.
        assert!(open(std::slice::from_ref(&own), &file).is_err(), "seed {seed}");
        assert!(age::decrypt(&theirs, &file).is_err(), "seed {seed}");
    }
}

#[test]
fn a_file_for_a_passphrase_too_is_not_for_the_agent() {
    let (own, _) = both(&mut StdRng::seed_from_u64(1));
    let phrase = age::scrypt::Recipient::new("a phrase".to_owned().into());
    let file = age::encrypt(&phrase, b"x").unwrap();
    assert_eq!(open(&[own], &file), Err(AgeError::NotForMe));
}
