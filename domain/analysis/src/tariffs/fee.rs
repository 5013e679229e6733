//! What is due whether or not energy flows.

use chrono_tz::Tz;

use super::{Money, Price};
use crate::buckets::{Bucket, BucketSize};
use crate::units::Exact;

/// A fixed fee. A part of a month or day costs its share of the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fee {
    PerMonth(Price),
    PerDay(Price),
}

impl Fee {
    /// What is due for a stretch of time. Stretches that follow each other add up exactly.
    pub(super) fn of(self, span: Bucket, zone: Tz) -> Money {
        let (price, size) = match self {
            Self::PerMonth(price) => (price, BucketSize::Month),
            Self::PerDay(price) => (price, BucketSize::Day),
        };
        let whole = price.of(Exact::ONE);
        let periods = size.buckets(span.start, span.end, zone);
        periods.map(|period| part(whole, period, span)).sum()
    }
}

/// What of an amount for a period falls to a stretch of time.
pub(super) fn part(whole: Money, period: Bucket, span: Bucket) -> Money {
    let Some(common) = period.overlap(&span) else {
        return Money::ZERO;
    };
    let until = |at| {
        let elapsed = Bucket {
            start: period.start,
            end: at,
        };
        whole.share(elapsed.micros(), period.micros())
    };
    until(common.end) - until(common.start)
}
