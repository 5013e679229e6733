//! What one reading gives to one bucket.

use super::Reading;
use crate::buckets::Bucket;
use crate::units::Exact;

/// What one reading gives to one bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contribution {
    pub bucket: Bucket,
    /// In the sensor's unit; of instantaneous sensors in their unit times seconds.
    pub amount: Exact,
    /// How much of the bucket it accounts for, in microseconds.
    pub covered_micros: i64,
    /// The reading, if it begins in this bucket.
    pub sample: Option<Reading>,
}
