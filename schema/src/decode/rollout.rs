//! Reading rollouts and their rings.

use super::target::named_computers;
use super::{Decode, Faults, Input};
use crate::document::{Exception, Ring, Rollout, Which};

impl Decode for Rollout {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let rings_input = fields.required_input("rings");
        let rings = rings_input.and_then(|input| Vec::decode(input, fields.faults));
        super::plain::not_empty(rings.as_deref().unwrap_or_default(), rings_input, fields.faults);
        let halt_at = fields.optional("haltAt");
        fields.finish();
        Some(Self { rings: rings?, halt_at })
    }
}

/// A share, or one selector of computers; neither `only` nor a script.
impl Decode for Ring {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let selector = named_computers(&mut fields, &["percent"]);
        let (percent, soak) = (fields.optional("percent"), fields.optional("soak"));
        fields.finish();
        let which = match (percent, selector) {
            (Some(percent), _) => Which::Percent { percent },
            (None, Some(selector)) => Which::Selected(Box::new(Exception(selector))),
            (None, None) => return None,
        };
        Some(Self { which, soak })
    }
}
