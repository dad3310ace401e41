//! How much a filter script may take: steps, memory, depth.
//!
//! The language counts loop turns and calls by itself, and looks at its memory
//! once in a thousand of them. Two things close the gap: operators that ask for
//! room before they multiply or join, and, in scripts that say `+=`, a look at
//! the memory before every statement.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use starlark::codemap::FileSpanRef;
use starlark::environment::{Globals, GlobalsBuilder, LibraryExtension};
use starlark::eval::{BeforeStmtFunc, BeforeStmtFuncDyn, Evaluator};
use starlark::starlark_module;
use starlark::values::dict::DictRef;
use starlark::values::range::Range;
use starlark::values::{Heap, UnpackValue, Value};

/// Turns of loops and calls of functions, for one tenant.
pub(crate) const MAX_STEPS: u64 = 10_000_000;
/// Bytes of values that a script makes, for one tenant; its facts not counted.
pub(crate) const MAX_HEAP: usize = 64 << 20;
/// Calls within calls.
pub(crate) const MAX_DEPTH: usize = 64;
/// Bytes of a script.
pub(crate) const MAX_SOURCE: usize = 64 << 10;
/// Numbers of a `range`.
const MAX_RANGE: i64 = 1_000_000;
/// A last resort: everything else ends a script within a fraction of this.
const MAX_TIME: Duration = Duration::from_mins(1);

/// The operators that could take much at once, and what stands in for them.
pub(crate) fn guarded_operators() -> HashMap<String, String> {
    let pairs = [
        ("*", "ordain_multiply"),
        ("+", "ordain_add"),
        ("%", "ordain_percent"),
        ("<<", "ordain_shift"),
    ];
    pairs.map(|(operator, function)| (operator.to_owned(), function.to_owned())).into()
}

/// Everything a script can name: the standard functions, `set`, no output.
pub(crate) fn globals() -> Globals {
    GlobalsBuilder::extended_by(&[LibraryExtension::SetType]).with(guards).build()
}

/// Sets the bounds of one evaluation. `metered` looks at the memory before
/// every statement, for scripts with an operator that asks for no room.
pub(crate) fn limit(
    evaluator: &mut Evaluator<'_, '_, '_>,
    steps: u64,
    metered: bool,
) -> starlark::Result<()> {
    let twice = |_| BoundsError::Twice;
    evaluator.set_max_tick_count(steps).map_err(twice)?;
    evaluator.set_max_heap_size(MAX_HEAP).map_err(twice)?;
    evaluator.set_max_callstack_size(MAX_DEPTH).map_err(twice)?;
    let start = Instant::now();
    evaluator.set_check_cancelled(Box::new(move || start.elapsed() > MAX_TIME));
    if metered {
        evaluator.before_stmt_for_dap(BeforeStmtFunc::from_dyn(Box::new(Meter)));
    }
    Ok(())
}

/// Why a script was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum BoundsError {
    #[error("the script takes more than {} MiB of memory", MAX_HEAP >> 20)]
    Heap,
    #[error("a `range` of more than {MAX_RANGE} numbers")]
    Range,
    #[error("the step of a `range` must not be zero")]
    ZeroStep,
    #[error("a number beyond 64 bits")]
    Number,
    #[error("the bounds were set twice")]
    Twice,
}

impl From<BoundsError> for starlark::Error {
    fn from(error: BoundsError) -> Self {
        Self::new_other(error)
    }
}

/// Looks at the memory before every statement.
struct Meter;

impl<'e> BeforeStmtFuncDyn<'e> for Meter {
    fn call<'v>(
        &mut self,
        place: FileSpanRef<'_>,
        _continued: bool,
        evaluator: &mut Evaluator<'v, '_, 'e>,
    ) -> starlark::Result<()> {
        room(evaluator.heap(), 0).map_err(|mut error| {
            error.set_span(place.span, place.file);
            error
        })
    }
}

/// Whether so many bytes more are within bounds.
fn room(heap: Heap<'_>, bytes: usize) -> starlark::Result<()> {
    if heap.allocated_bytes().saturating_add(bytes) > MAX_HEAP {
        return Err(BoundsError::Heap.into());
    }
    Ok(())
}

/// Bytes of a text or a list, without what its elements refer to; nothing for
/// what has no length.
fn size(value: Value<'_>) -> usize {
    if let Some(text) = value.unpack_str() {
        return text.len();
    }
    let length = value.length().map_or(0, |length| usize::try_from(length).unwrap_or(0));
    length.saturating_mul(size_of::<usize>())
}

/// Bytes of a value written out, up to `left` and somewhat beyond: what `%` may
/// put into a text. What is nested too deep counts as too much.
fn written<'v>(value: Value<'v>, heap: Heap<'v>, left: usize, depth: usize) -> usize {
    if let Some(text) = value.unpack_str() {
        return text.len().saturating_mul(2);
    }
    if depth == 0 {
        return usize::MAX;
    }
    let mut sum: usize = 256;
    let mut add = |element| {
        if sum <= left {
            sum = sum.saturating_add(written(element, heap, left - sum, depth - 1));
        }
    };
    if let Some(dict) = DictRef::from_value(value) {
        dict.iter().for_each(|(key, value)| {
            add(key);
            add(value);
        });
    } else if let (true, Ok(elements)) = (value.length().is_ok(), value.iterate(heap)) {
        elements.for_each(add);
    }
    sum
}

/// Whether a value is a whole number that 64 bits hold; none for other values.
fn number(value: Value<'_>) -> starlark::Result<Option<i64>> {
    if value.get_type() != "int" {
        return Ok(None);
    }
    match i64::unpack_value(value) {
        Ok(Some(number)) => Ok(Some(number)),
        _ => Err(BoundsError::Number.into()),
    }
}

#[starlark_module]
fn guards(builder: &mut GlobalsBuilder) {
    fn ordain_multiply<'v>(
        #[starlark(require = pos)] a: Value<'v>,
        #[starlark(require = pos)] b: Value<'v>,
        heap: Heap<'v>,
    ) -> starlark::Result<Value<'v>> {
        match (number(a)?, number(b)?) {
            (Some(times), None) => room(heap, repeated(size(b), times))?,
            (None, Some(times)) => room(heap, repeated(size(a), times))?,
            _ => (),
        }
        a.mul(b, heap)
    }

    fn ordain_add<'v>(
        #[starlark(require = pos)] a: Value<'v>,
        #[starlark(require = pos)] b: Value<'v>,
        heap: Heap<'v>,
    ) -> starlark::Result<Value<'v>> {
        if number(a)?.is_none() && number(b)?.is_none() {
            room(heap, size(a).saturating_add(size(b)))?;
        }
        a.add(b, heap)
    }

    fn ordain_percent<'v>(
        #[starlark(require = pos)] a: Value<'v>,
        #[starlark(require = pos)] b: Value<'v>,
        heap: Heap<'v>,
    ) -> starlark::Result<Value<'v>> {
        if let Some(form) = a.unpack_str() {
            let places = form.matches('%').count();
            let each = written(b, heap, MAX_HEAP, MAX_DEPTH);
            room(heap, form.len().saturating_add(places.saturating_mul(each)))?;
        }
        a.percent(b, heap)
    }

    fn ordain_shift<'v>(
        #[starlark(require = pos)] a: Value<'v>,
        #[starlark(require = pos)] b: Value<'v>,
        heap: Heap<'v>,
    ) -> starlark::Result<Value<'v>> {
        if number(a)?.is_some() && number(b)?.is_some_and(|bits| bits > 63) {
            return Err(BoundsError::Number.into());
        }
        a.left_shift(b, heap)
    }

    fn range(
        #[starlark(require = pos)] first: i32,
        #[starlark(require = pos)] second: Option<i32>,
        #[starlark(require = pos, default = 1)] step: i32,
    ) -> starlark::Result<Range> {
        let (start, stop) = second.map_or((0, first), |stop| (first, stop));
        let step = std::num::NonZeroI32::new(step).ok_or(BoundsError::ZeroStep)?;
        let numbers = (i64::from(stop) - i64::from(start)) / i64::from(step.get());
        if numbers > MAX_RANGE {
            return Err(BoundsError::Range.into());
        }
        Ok(Range::new(start, stop, step))
    }
}

fn repeated(size: usize, times: i64) -> usize {
    size.saturating_mul(usize::try_from(times).unwrap_or(0))
}
