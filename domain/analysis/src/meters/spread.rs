//! An amount over a stretch of time, and how it is cut.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::{Contribution, Period, Reading};
use crate::buckets::{Bucket, BucketSize};
use crate::units::Exact;

/// An amount that came evenly over a stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spread {
    span: Bucket,
    amount: Exact,
    sample: Reading,
}

impl Spread {
    /// A reading of an interval sensor: its value came in its period.
    pub fn interval(reading: Reading, period: Period) -> Self {
        Self {
            span: span(reading.at, period.length()),
            amount: reading.value,
            sample: reading,
        }
    }

    /// A reading of an instantaneous sensor: its value is taken to stand for its period. The amount
    /// is in the sensor's unit times seconds, so that its mean over time follows from it.
    pub fn instantaneous(reading: Reading, period: Period) -> Self {
        let span = span(reading.at, period.length());
        Self {
            span,
            amount: reading.value.scaled(span.micros().into(), 1_000_000),
            sample: reading,
        }
    }

    /// An amount between two moments; its sample is the amount at the first.
    pub fn between(start: DateTime<Utc>, end: DateTime<Utc>, amount: Exact) -> Self {
        Self {
            span: Bucket { start, end },
            amount,
            sample: Reading {
                at: start,
                value: amount,
            },
        }
    }

    pub fn span(&self) -> Bucket {
        self.span
    }

    /// Its parts in each bucket it touches, by their share of the time; together they are the
    /// amount, to the last millionth, and parts in hours add up to the parts in days. The reading
    /// itself counts in the bucket in which it begins.
    pub fn over(&self, size: BucketSize, zone: Tz) -> impl Iterator<Item = Contribution> + use<> {
        let spread = *self;
        let buckets = size.buckets(spread.span.start, spread.span.end, zone);
        buckets.filter_map(move |bucket| spread.within(bucket))
    }

    /// Its part in one bucket; `None` if it doesn't touch it. Readings mostly come in order: who
    /// tries the bucket of the last one first seldom has to look for another.
    pub fn within(&self, bucket: Bucket) -> Option<Contribution> {
        let part = self.span.overlap(&bucket)?;
        let begins = part.start == self.span.start;
        Some(Contribution {
            bucket,
            amount: self.until(part.end) - self.until(part.start),
            covered_micros: part.micros(),
            sample: begins.then_some(self.sample),
        })
    }

    /// What had come by a moment.
    fn until(&self, at: DateTime<Utc>) -> Exact {
        let elapsed = (at - self.span.start).num_microseconds();
        self.amount
            .share(elapsed.unwrap_or(i64::MAX), self.span.micros())
    }
}

fn span(start: DateTime<Utc>, length: TimeDelta) -> Bucket {
    let end = start.checked_add_signed(length).unwrap_or(start);
    Bucket { start, end }
}
