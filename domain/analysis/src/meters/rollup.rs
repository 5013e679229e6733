//! What a bucket knows of one sensor.

use serde::{Deserialize, Serialize};

use super::{Contribution, Reading};
use crate::buckets::Bucket;
use crate::units::Exact;

/// What came together in one bucket from one sensor. The same readings give the same rollup in
/// whatever order and batches they come; rollups of hours merge into those of days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rollup {
    /// In the sensor's unit; of instantaneous sensors in their unit times seconds.
    pub sum: Exact,
    /// How much time readings account for, in microseconds; more than there is if they overlap.
    pub covered_micros: i64,
    /// How many readings begin in the bucket.
    pub count: u64,
    /// The smallest and the largest of their values.
    pub min: Option<Exact>,
    pub max: Option<Exact>,
    /// The first and the last of them.
    pub first: Option<Reading>,
    pub last: Option<Reading>,
}

/// Whether a rollup could be put right without looking at its readings again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a rollup that is to be read again is wrong until then"]
pub enum Corrected {
    /// It is as if the old reading had never been.
    Whole,
    /// What was taken away was the smallest, largest, first or last of the readings: which is so
    /// now, only the readings know. Sum, count and coverage are right.
    ReadAgain,
}

impl Rollup {
    /// The rollup of all this.
    pub fn of(contributions: impl IntoIterator<Item = Contribution>) -> Self {
        let mut rollup = Self::default();
        for contribution in contributions {
            rollup.add(&contribution);
        }
        rollup
    }

    pub fn add(&mut self, contribution: &Contribution) {
        self.sum += contribution.amount;
        let covered = contribution.covered_micros;
        self.covered_micros = self.covered_micros.saturating_add(covered);
        if let Some(sample) = contribution.sample {
            self.count = self.count.saturating_add(1);
            self.see(sample, sample, sample.value, sample.value);
        }
    }

    /// Adds what another batch, or a smaller bucket within this one, came to.
    pub fn merge(&mut self, other: &Self) {
        self.sum += other.sum;
        self.covered_micros = self.covered_micros.saturating_add(other.covered_micros);
        self.count = self.count.saturating_add(other.count);
        if let (Some(first), Some(last)) = (other.first, other.last)
            && let (Some(min), Some(max)) = (other.min, other.max)
        {
            self.see(first, last, min, max);
        }
    }

    /// Takes a reading away.
    pub fn remove(&mut self, contribution: &Contribution) -> Corrected {
        self.sum -= contribution.amount;
        let covered = contribution.covered_micros;
        self.covered_micros = self.covered_micros.saturating_sub(covered);
        let Some(sample) = contribution.sample else {
            return Corrected::Whole;
        };
        self.count = self.count.saturating_sub(1);
        if self.count == 0 {
            (self.min, self.max, self.first, self.last) = (None, None, None, None);
            return Corrected::Whole;
        }
        self.without(sample)
    }

    /// Puts another value in the place of one: the same reading, corrected.
    pub fn correct(&mut self, old: &Contribution, new: &Contribution) -> Corrected {
        let removed = self.remove(old);
        self.add(new);
        match (removed, old.sample, new.sample) {
            (Corrected::ReadAgain, Some(old), Some(new)) => self.replaced(old, new),
            _ => removed,
        }
    }

    /// How much of the bucket readings account for, 0 to 1.
    pub fn coverage(&self, bucket: Bucket) -> f64 {
        let whole = bucket.micros();
        if whole == 0 {
            return 0.0;
        }
        self.covered_micros.clamp(0, whole) as f64 / whole as f64
    }

    /// The mean over time of an instantaneous sensor, in its unit; `None` without readings.
    pub fn mean(&self) -> Option<Exact> {
        let covered = i128::from(self.covered_micros);
        (covered > 0).then(|| self.sum.scaled(1_000_000, covered))
    }

    /// The sum of an instantaneous sensor as if no two readings overlapped: a sensor that reports
    /// more often than it should does not draw more for it. In its unit times seconds.
    pub fn integral(&self, bucket: Bucket) -> Exact {
        let (covered, whole) = (self.covered_micros, bucket.micros());
        if covered <= whole {
            return self.sum;
        }
        self.sum.scaled(whole.into(), covered.into())
    }

    fn see(&mut self, first: Reading, last: Reading, min: Exact, max: Exact) {
        self.first = Some(self.first.map_or(first, |known| known.min(first)));
        self.last = Some(self.last.map_or(last, |known| known.max(last)));
        self.min = Some(self.min.map_or(min, |known| known.min(min)));
        self.max = Some(self.max.map_or(max, |known| known.max(max)));
    }

    fn without(&self, sample: Reading) -> Corrected {
        let value = Some(sample.value);
        let reading = Some(sample);
        if self.min == value || self.max == value || self.first == reading || self.last == reading {
            return Corrected::ReadAgain;
        }
        Corrected::Whole
    }

    /// The old reading is gone from the sum and the new one is in it, but what the old one was at
    /// the edge of may still be its own. Where the new one took over that edge, nothing is lost.
    fn replaced(&mut self, old: Reading, new: Reading) -> Corrected {
        let same_time = old.at == new.at;
        for end in [&mut self.first, &mut self.last] {
            if same_time && end.is_some_and(|end| end.at == old.at) {
                *end = Some(new);
            }
        }
        let still = |edge: Option<Exact>| edge == Some(old.value) && old.value != new.value;
        let still_at = |end: Option<Reading>| end == Some(old) && old != new;
        if still(self.min) || still(self.max) || still_at(self.first) || still_at(self.last) {
            return Corrected::ReadAgain;
        }
        Corrected::Whole
    }
}
