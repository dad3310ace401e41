//! Attacks on signatures and on the form of a commit.

use std::collections::BTreeSet;

use ordain_trust::{
    Commit, Namespace, ObjectFormat, ObjectKind, Refusal, RefusalCode, SshSignature,
};

use crate::forge::{Chain, Signer, armour, commit_text, packed, signed, who, with_signature};

/// A promotion of the files as they are with any armour in its header.
fn with_armour(chain: &mut Chain, armour: impl FnOnce(&str) -> String) -> Vec<u8> {
    let tree = chain.put("ordain.yaml", "x: 1\n").tree();
    let text = commit_text(&tree, &[chain.head(), chain.main()], "promote\n");
    with_signature(&text, &armour(&text), chain.format)
}

/// Delivers a commit and has it judged.
fn deliver(chain: &Chain, bytes: &[u8]) -> Result<(), Refusal> {
    let mut chain = chain.clone();
    let id = chain.objects.add(ObjectKind::Commit, bytes)?;
    chain.judge(&[id], None).map(drop)
}

#[track_caller]
fn refused(chain: &Chain, bytes: &[u8], code: RefusalCode) {
    chain.refused(code, |chain| deliver(chain, bytes));
}

#[test]
fn none() {
    let mut chain = Chain::beating();
    let tree = chain.tree();
    let text = commit_text(&tree, &[chain.head(), chain.main()], "promote\n");
    refused(&chain, text.as_bytes(), RefusalCode::Unsigned);
}

#[test]
fn foreign_key() {
    let mut chain = Chain::beating();
    let stranger = Signer::ed25519("stranger", "Mallory");
    let bytes = with_armour(&mut chain, |text| stranger.armour("git", text.as_bytes()));
    refused(&chain, &bytes, RefusalCode::UnknownKey);
}

#[test]
fn each_other_namespace() {
    let mut chain = Chain::beating();
    for namespace in Namespace::ALL.iter().map(|one| one.as_str()).chain(["file", "", "git\0"]) {
        if namespace == "git" {
            continue;
        }
        let bytes = with_armour(&mut chain, |text| who("dan").armour(namespace, text.as_bytes()));
        refused(&chain, &bytes, RefusalCode::WrongNamespace);
    }
    // And a heartbeat that was signed as anything else.
    let text = chain.heartbeat().text();
    for namespace in Namespace::ALL {
        if namespace != Namespace::Heartbeat {
            let bytes = who("pulse").statement(namespace.as_str(), &text);
            chain.refuses_heartbeat(&bytes, RefusalCode::WrongNamespace);
        }
    }
}

#[test]
fn copied_from_another_commit() {
    let mut chain = Chain::beating();
    let other = chain.put("ordain.yaml", "x: 0\n").forge(&who("dan"));
    let copied = chain.objects.commit(&other).unwrap().armour.clone();
    let bytes = with_armour(&mut chain, |_| copied);
    refused(&chain, &bytes, RefusalCode::Forged);
}

#[test]
fn rearmoured() {
    let mut chain = Chain::beating();
    let respelt: [fn(&str) -> String; 7] = [
        |armour| armour.replacen('\n', "\n\n", 1),
        |armour| armour.replace("-----END", "=\n-----END"),
        |armour| format!("{armour} \n"),
        |armour| armour.replacen("-----\n", "-----\n ", 1),
        |armour| armour.replace("SSH SIGNATURE", "PGP SIGNATURE"),
        |armour| armour.replacen("U1NI", "U1\nNI", 1),
        |armour| {
            let letters: Vec<&str> = armour.lines().collect();
            let inner = letters[1..letters.len() - 1].concat();
            format!("{}\n{inner}\n{}\n", letters[0], letters[letters.len() - 1])
        },
    ];
    for (number, respell) in respelt.iter().enumerate() {
        let bytes =
            with_armour(&mut chain, |text| respell(&who("dan").armour("git", text.as_bytes())));
        let refusal = deliver(&chain, &bytes).expect_err(&number.to_string());
        assert_eq!(refusal.code, RefusalCode::BadArmour, "{number}: {refusal}");
    }
}

#[test]
fn duplicated_moved_or_injected_headers() {
    let mut chain = Chain::beating();
    let honest = with_armour(&mut chain, |text| who("dan").armour("git", text.as_bytes()));
    let text = String::from_utf8(honest).unwrap();
    let start = text.find("gpgsig").unwrap();
    let header = &text[start..=text.find("\n\n").unwrap()];
    let plain = text.replace(header, "");
    let author = "author Jo <jo@example.org> 1790000000 +0100\n";
    for (spoilt, code) in [
        (text.replace(header, &format!("{header}{header}")), RefusalCode::SeveralSignatures),
        (
            text.replace(header, &format!("{header}{}", header.replace("gpgsig", "gpgsig-sha256"))),
            RefusalCode::SeveralSignatures,
        ),
        (text.replace("gpgsig ", "gpgsig-sha256 "), RefusalCode::SeveralSignatures),
        (plain.replacen(author, &format!("{header}{author}"), 1), RefusalCode::BadCommit),
        (plain.replacen("tree ", &format!("{header}tree "), 1), RefusalCode::BadCommit),
        (text.replacen("gpgsig", "encoding latin1\ngpgsig", 1), RefusalCode::BadCommit),
        (text.replacen("\n\n", "\nencoding latin1\n\n", 1), RefusalCode::BadCommit),
        (text.replacen("\n\n", "\nmergetag object 1\n\n", 1), RefusalCode::BadCommit),
        (text.replacen(author, &format!("{author}{author}"), 1), RefusalCode::BadCommit),
        (text.replacen(author, "", 1), RefusalCode::BadCommit),
        (text.replacen("author", "Author", 1), RefusalCode::BadCommit),
        (text.replacen("1790000000", "01790000000", 1), RefusalCode::BadCommit),
        (text.replacen("<jo@", "<<jo@", 1), RefusalCode::BadCommit),
        (text.replacen('\n', "\r\n", 1), RefusalCode::BadCommit),
        (text.replacen("promote", "pro\0mote", 1), RefusalCode::BadCommit),
        (text.replacen("promote", "pro\rmote", 1), RefusalCode::BadCommit),
        (text.replacen("tree ", "tree  ", 1), RefusalCode::BadCommit),
    ] {
        assert_ne!(spoilt, text);
        refused(&chain, spoilt.as_bytes(), code);
    }
    let mut latin = text.into_bytes();
    latin.extend_from_slice(b"\xe9\n");
    refused(&chain, &latin, RefusalCode::BadCommit);
}

/// The fields of an honest signature, to be spoilt one at a time.
fn fields(signer: &Signer, message: &[u8]) -> Vec<Vec<u8>> {
    let bytes = signer.sign("git", message);
    let mut rest = &bytes[10..];
    let mut fields = Vec::new();
    while !rest.is_empty() {
        let length = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
        fields.push(rest[4..4 + length].to_vec());
        rest = &rest[4 + length..];
    }
    fields
}

fn joined(version: u32, fields: &[Vec<u8>], tail: &[u8]) -> Vec<u8> {
    let parts: Vec<&[u8]> = fields.iter().map(Vec::as_slice).collect();
    [b"SSHSIG", version.to_be_bytes().as_slice(), &packed(&parts), tail].concat()
}

#[test]
fn sshsig_version_reserved_and_trailing_bytes() {
    let message = b"message";
    let honest = fields(&who("dan"), message);
    let whole = joined(1, &honest, b"");
    SshSignature::parse(&whole).unwrap().verify(message, Namespace::Git).unwrap();
    let mut reserved = honest.clone();
    reserved[2] = b"x".to_vec();
    let mut inner = honest.clone();
    inner[4].push(0);
    let mut key = honest.clone();
    key[0].push(0);
    for (bytes, code) in [
        (joined(0, &honest, b""), RefusalCode::BadSignature),
        (joined(2, &honest, b""), RefusalCode::BadSignature),
        (joined(1, &reserved, b""), RefusalCode::BadSignature),
        (joined(1, &honest, b"\0"), RefusalCode::BadSignature),
        (joined(1, &inner, b""), RefusalCode::BadSignature),
        (joined(1, &key, b""), RefusalCode::WeakKey),
    ] {
        let outcome = SshSignature::parse(&bytes)
            .and_then(|signature| signature.verify(message, Namespace::Git));
        assert_eq!(outcome.unwrap_err().code, code);
    }
    for length in 0..whole.len() {
        assert!(SshSignature::parse(&whole[..length]).is_err(), "{length}");
    }
}

#[test]
fn weak_hash() {
    let mut chain = Chain::beating();
    for hash in ["sha1", "md5", "sha384", "SHA512", ""] {
        let bytes =
            with_armour(&mut chain, |_| armour(&who("dan").sign_hashed("git", hash, &[0; 20])));
        refused(&chain, &bytes, RefusalCode::WeakHash);
    }
    // RSA with SHA-1 inside: the kind of signature is not the hash field's.
    let mut rsa = fields(&who("dan"), b"m");
    rsa[0] = ordain_trust::PublicKey::from_line(&crate::golden::text("rsa.pub"))
        .unwrap()
        .blob()
        .to_vec();
    rsa[4] = packed(&[b"ssh-rsa", &[1; 384]]);
    let signature = SshSignature::parse(&joined(1, &rsa, b"")).unwrap();
    let refusal = signature.verify(b"m", Namespace::Git).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::WeakHash);
}

#[test]
fn weak_key() {
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let mut large = [0xff; 32];
    large[0] = 0xee;
    let short = vec![0xc1; 256];
    let even = [vec![0xc1; 383], vec![0xc2]].concat();
    let long = vec![0xc1; 384];
    let positive = |bytes: &[u8]| [&[0], bytes].concat();
    let e = [1, 0, 1];
    let dsa: &[&[u8]] = &[b"ssh-dss", b"x"];
    for (parts, code) in [
        (vec![b"ssh-ed25519".as_slice(), &neutral], RefusalCode::WeakKey),
        (vec![b"ssh-ed25519", &[0; 32]], RefusalCode::WeakKey),
        (vec![b"ssh-ed25519", &large], RefusalCode::WeakKey),
        (vec![b"ssh-ed25519", &[7; 31]], RefusalCode::WeakKey),
        (vec![b"ssh-rsa", &e, &positive(&short)], RefusalCode::WeakKey),
        (vec![b"ssh-rsa", &e, &positive(&even)], RefusalCode::WeakKey),
        (vec![b"ssh-rsa", &[3], &positive(&long)], RefusalCode::WeakKey),
        (vec![b"ssh-rsa", &[1, 0, 2], &positive(&long)], RefusalCode::WeakKey),
        (vec![b"ssh-rsa", &e, &long], RefusalCode::WeakKey),
        (vec![b"ssh-rsa", &e, &positive(&vec![0xc1; 1025])], RefusalCode::WeakKey),
        (vec![b"ecdsa-sha2-nistp256", b"nistp256", &[4; 65]], RefusalCode::WeakKey),
        (vec![b"ecdsa-sha2-nistp256", b"nistp384", &[4; 65]], RefusalCode::WeakKey),
        (vec![b"ecdsa-sha2-nistp384", b"nistp384", &[4; 97]], RefusalCode::UnsupportedKey),
        (dsa.to_vec(), RefusalCode::UnsupportedKey),
    ] {
        let refusal = ordain_trust::PublicKey::from_blob(&packed(&parts)).unwrap_err();
        assert_eq!(refusal.code, code, "{:?}", parts[0]);
    }
    // A hardware key that was made for a web site.
    let mut blob = who("cy").blob();
    let at = blob.len() - 4;
    blob[at..].copy_from_slice(b"http");
    let refusal = ordain_trust::PublicKey::from_blob(&blob).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::WeakKey);
}

#[test]
fn expired_key_with_back_dated_commit() {
    // Nobody asks a commit for its date: a key ends when a heartbeat says so.
    let mut chain = Chain::beating();
    let mut heartbeat = chain.heartbeat();
    heartbeat.revoked = BTreeSet::from([who("dan").fingerprint()]);
    chain.take(&signed(&heartbeat));
    let tree = chain.put("ordain.yaml", "x: 1\n").tree();
    let text = commit_text(&tree, &[chain.head(), chain.main()], "promote\n")
        .replace("1790000000", "1000000000");
    let bytes = with_signature(&text, &who("dan").armour("git", text.as_bytes()), chain.format);
    refused(&chain, &bytes, RefusalCode::RevokedKey);
}

#[test]
fn missing_touch_flag_on_a_hardware_key() {
    for (name, flags, code) in [
        ("cy", 0, RefusalCode::NoTouch),
        ("cy", 4, RefusalCode::NoTouch),
        ("eve", 0, RefusalCode::NoTouch),
        ("eve", 0x81, RefusalCode::BadSignature),
    ] {
        let mut signer = who(name);
        signer.flags = flags;
        let signature = SshSignature::parse(&signer.sign("git", b"m")).unwrap();
        assert_eq!(signature.verify(b"m", Namespace::Git).unwrap_err().code, code, "{name}");
    }
    // And a flag that was set afterwards.
    let mut signer = who("cy");
    signer.flags = 0;
    let mut bytes = signer.sign("git", b"m");
    let at = bytes.len() - 5;
    bytes[at] = 1;
    let signature = SshSignature::parse(&bytes).unwrap();
    assert_eq!(signature.verify(b"m", Namespace::Git).unwrap_err().code, RefusalCode::Forged);
}

#[test]
fn another_keys_signature_in_the_name_of_an_allowed_one() {
    let mut chain = Chain::beating();
    let bytes = with_armour(&mut chain, |text| {
        let mut forged = fields(&Signer::ed25519("stranger", "Mallory"), text.as_bytes());
        forged[0] = who("dan").blob();
        armour(&joined(1, &forged, b""))
    });
    refused(&chain, &bytes, RefusalCode::Forged);
}

#[test]
fn numbers_of_a_signature_in_other_forms() {
    let honest = fields(&who("bob"), b"m");
    let kind = b"ecdsa-sha2-nistp256".as_slice();
    let one: &[u8] = &[1];
    for scalars in [
        packed(&[&[], one]),
        packed(&[&[0], one]),
        packed(&[&[0, 1], one]),
        packed(&[&[0x80], one]),
        packed(&[one, one, one]),
        packed(&[one]),
        packed(&[&[1; 33], one]),
        packed(&[one, &[&[0], [0xff; 32].as_slice()].concat()]),
    ] {
        let mut spoilt = honest.clone();
        spoilt[4] = packed(&[kind, &scalars]);
        let signature = SshSignature::parse(&joined(1, &spoilt, b"")).unwrap();
        let refusal = signature.verify(b"m", Namespace::Git).unwrap_err();
        assert_eq!(refusal.code, RefusalCode::BadSignature);
    }
}

#[test]
fn commits_of_the_other_format() {
    let text = crate::golden::vector("commit-sha256-ed25519");
    assert!(Commit::parse(&text, ObjectFormat::Sha256).is_ok());
    let refusal = Commit::parse(&text, ObjectFormat::Sha1).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::BadCommit);
}
