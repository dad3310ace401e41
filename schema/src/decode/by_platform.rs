//! Reading lists by platform.

use super::plain::not_empty;
use super::{Decode, Faults, Fields, Input};
use crate::document::{ByPlatform, OnPlatform};
use crate::tree::Value;

/// What is read from keys among which others may stand.
pub(super) trait FromFields: Sized {
    /// Asks for its own keys.
    fn from_fields(fields: &mut Fields<'_, '_, '_>) -> Self;
}

impl<T: FromFields> Decode for OnPlatform<T> {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let (os, arch) = (fields.optional("os"), fields.optional("arch"));
        let value = T::from_fields(&mut fields);
        fields.finish();
        Some(Self { os, arch, value })
    }
}

impl<T: Decode + FromFields> Decode for ByPlatform<T> {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        if !matches!(input.node.value, Value::Sequence(_)) {
            return T::decode(input, faults).map(Self::One);
        }
        let list: Vec<OnPlatform<T>> = Vec::decode(input, faults)?;
        not_empty(&list, Some(input), faults);
        Some(Self::List(list))
    }
}
