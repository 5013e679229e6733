//! What came out.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::buckets::Bucket;
use crate::tariffs::{Currency, Money};
use crate::units::Exact;

/// What a series of buckets costs, and why. All lines add up to `total`, exactly.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Costs {
    /// `None` without a tariff.
    pub currency: Option<Currency>,
    pub total: Money,
    /// Energy by tariff and rate.
    pub energy: Vec<RateCost>,
    /// Demand by month and charge.
    pub demand: Vec<DemandCost>,
    /// Demand was taken from means of longer than a quarter of an hour, so it may be higher.
    pub demand_is_estimated: bool,
    pub fees: Money,
    pub feed_in: FeedInCost,
    /// kWh drawn at times of no tariff, which cost nothing here.
    pub without_tariff_kwh: Exact,
    /// The same by slot, in the order of the slots.
    pub slots: Vec<SlotCost>,
}

/// What energy cost at one rate.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RateCost {
    pub tariff: String,
    pub rate: String,
    pub kwh: Exact,
    pub cost: Money,
}

/// What the highest demand of a month cost.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DemandCost {
    pub tariff: String,
    pub charge: String,
    pub month: Bucket,
    pub kw: Exact,
    /// When it was so.
    pub at: DateTime<Utc>,
    /// For the part of the month that is billed.
    pub cost: Money,
}

/// What was fed in, and paid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FeedInCost {
    pub kwh: Exact,
    /// Taken off the total; what is netted is in `energy` already.
    pub credit: Money,
}

/// What one slot cost. The demand charge of a month falls to the slot that set it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SlotCost {
    pub bucket: Bucket,
    pub energy: Money,
    pub demand: Money,
    pub fees: Money,
    pub feed_in_credit: Money,
}

impl SlotCost {
    pub(super) fn of(bucket: Bucket) -> Self {
        Self {
            bucket,
            energy: Money::ZERO,
            demand: Money::ZERO,
            fees: Money::ZERO,
            feed_in_credit: Money::ZERO,
        }
    }

    pub fn total(&self) -> Money {
        self.energy + self.demand + self.fees - self.feed_in_credit
    }
}
