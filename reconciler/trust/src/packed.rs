//! Reading the packed form of SSH (RFC 4251, section 5).

/// What is left to read of some packed bytes. Every read is none where the
/// bytes do not suffice.
pub(crate) struct Packed<'a>(pub(crate) &'a [u8]);

impl<'a> Packed<'a> {
    /// That many bytes.
    pub(crate) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// A number of four bytes.
    pub(crate) fn number(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    /// Bytes with their length before them.
    pub(crate) fn string(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        self.take(length)
    }

    /// A whole number above zero, in its one shortest form, without the zero
    /// byte that keeps it positive.
    pub(crate) fn positive(&mut self) -> Option<&'a [u8]> {
        match self.string()? {
            [0, rest @ ..] => rest.first().is_some_and(|first| *first >= 0x80).then_some(rest),
            bytes => bytes.first().is_some_and(|first| *first < 0x80).then_some(bytes),
        }
    }

    /// Some where nothing is left.
    pub(crate) fn end(self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}

/// Appends bytes with their length before them.
pub(crate) fn put(into: &mut Vec<u8>, bytes: &[u8]) {
    let length =
        u32::try_from(bytes.len()).expect("what is packed here is bounded far below 4 GiB");
    into.extend_from_slice(&length.to_be_bytes());
    into.extend_from_slice(bytes);
}
