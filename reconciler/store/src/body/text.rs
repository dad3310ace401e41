//! Between columns and values: times, numbers and JSON.

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::StoreError;

/// A time as its column has it.
pub(super) fn millis(time: Timestamp) -> i64 {
    time.as_millisecond()
}

/// A column's time.
pub(super) fn time(millis: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_millisecond(millis).map_err(|error| StoreError::Damaged(error.to_string()))
}

/// A column's time, where there is one.
pub(super) fn some_time(millis: Option<i64>) -> Result<Option<Timestamp>, StoreError> {
    millis.map(time).transpose()
}

/// A count as its column has it; more than the column takes is its highest number.
pub(super) fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A column's count.
pub(super) fn count(number: i64) -> Result<u64, StoreError> {
    u64::try_from(number).map_err(|_| StoreError::Damaged(format!("{number} is no count")))
}

/// A value as its column has it.
pub(super) fn json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Damaged(error.to_string()))
}

/// A column's value.
pub(super) fn value<T: DeserializeOwned>(json: &str) -> Result<T, StoreError> {
    serde_json::from_str(json).map_err(|error| StoreError::Damaged(error.to_string()))
}
