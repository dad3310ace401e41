//! Reading where an item applies.

use super::{Decode, Faults, Input};
use crate::document::Applies;

impl Decode for Applies {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        fields.exactly_one_of(&[&["software"], &["absent"], &["cel"]]);
        let applies = Self {
            software: fields.optional("software"),
            absent: fields.optional("absent"),
            cel: fields.optional("cel"),
        };
        fields.finish();
        Some(applies)
    }
}
