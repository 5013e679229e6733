//! What is to be paid for.

use crate::buckets::Bucket;
use crate::units::Exact;

/// What flowed in a stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    pub bucket: Bucket,
    /// kWh that were drawn.
    pub drawn: Exact,
    /// kWh that were fed in.
    pub fed_in: Exact,
    /// The highest mean of a quarter hour in it, in kW, if it is known.
    pub peak_kw: Option<Exact>,
}

impl Slot {
    /// Drawn only, and no peak known.
    pub fn drawn(bucket: Bucket, drawn: Exact) -> Self {
        Self {
            bucket,
            drawn,
            fed_in: Exact::ZERO,
            peak_kw: None,
        }
    }
}
