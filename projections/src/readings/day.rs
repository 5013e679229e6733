//! One sensor's day.

use chrono::{DateTime, Utc};
use flowgrid_analysis::buckets::Bucket;
use flowgrid_analysis::meters::{Contribution, Corrected, Reading, Rollup};
use flowgrid_domain::readings::Quality;

use super::codec::{decode_points, decode_totals, encode_points, encode_totals};

/// A reading as it was reported.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Milliseconds since 1970.
    pub at_ms: i64,
    /// In the sensor's unit.
    pub value: f64,
    pub quality: Quality,
}

/// What came together in a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    pub bucket: Bucket,
    pub rollup: Rollup,
}

/// What is known of a sensor's day.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Day {
    /// By time.
    pub points: Vec<Point>,
    pub total: Option<Total>,
    /// By time; only those in which there is something.
    pub hours: Vec<Total>,
}

/// A day as it stands in its row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Encoded {
    pub count: i32,
    pub points: Vec<u8>,
    pub total: Vec<u8>,
    pub hours: Vec<u8>,
}

/// Adding to a rollup or taking away from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lay {
    On,
    Off,
}

impl Encoded {
    /// `None` when these are no bytes of ours.
    pub(super) fn decode(&self) -> Option<Day> {
        Day::decode(&self.points, &self.total, &self.hours)
    }

    pub(super) fn readings(&self) -> usize {
        usize::try_from(self.count).unwrap_or_default()
    }

    pub(super) fn bytes(&self) -> usize {
        self.points.len() + self.total.len() + self.hours.len()
    }
}

impl Point {
    pub fn at(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.at_ms).unwrap_or_default()
    }
}

impl Day {
    /// Nothing was reported on it and nothing reaches into it.
    pub(super) fn is_empty(&self) -> bool {
        self.points.is_empty() && self.total.is_none() && self.hours.is_empty()
    }

    pub(super) fn encode(&self) -> Encoded {
        Encoded {
            count: i32::try_from(self.points.len()).unwrap_or(i32::MAX),
            points: encode_points(&self.points),
            total: encode_totals(&self.total),
            hours: encode_totals(&self.hours),
        }
    }

    /// `None` when these are no bytes of ours.
    pub(super) fn decode(points: &[u8], total: &[u8], hours: &[u8]) -> Option<Self> {
        Some(Self {
            points: decode_points(points)?,
            total: decode_totals(total)?.first().copied(),
            hours: decode_totals(hours)?,
        })
    }

    /// The reading of a time, or the place where it would stand.
    pub(super) fn find(&self, at_ms: i64) -> Result<usize, usize> {
        // Mostly they come in order.
        match self.points.last() {
            Some(last) if last.at_ms < at_ms => Err(self.points.len()),
            Some(_) | None => self
                .points
                .binary_search_by_key(&at_ms, |point| point.at_ms),
        }
    }

    pub(super) fn lay_day(&mut self, lay: Lay, part: &Contribution) -> Corrected {
        let mut total = self.total.take().into_iter().collect();
        let corrected = lay_in(&mut total, lay, part);
        self.total = total.pop();
        corrected
    }

    pub(super) fn lay_hour(&mut self, lay: Lay, part: &Contribution) -> Corrected {
        lay_in(&mut self.hours, lay, part)
    }

    /// Puts smallest, largest, first and last of a bucket right, from the readings that begin in it.
    pub(super) fn read_again(&mut self, bucket: Bucket, shown: impl Fn(&Point) -> Reading) {
        let begin = |point: &&Point| bucket.contains(point.at());
        let mut readings = self.points.iter().filter(begin).map(shown).peekable();
        let first = readings.peek().copied();
        let (mut min, mut max, mut last) = (None, None, None);
        for reading in readings {
            min = Some(min.map_or(reading.value, |known| reading.value.min(known)));
            max = Some(max.map_or(reading.value, |known| reading.value.max(known)));
            last = Some(reading);
        }
        let all = self.total.iter_mut().chain(&mut self.hours);
        for total in all.filter(|total| total.bucket == bucket) {
            let rollup = &mut total.rollup;
            (rollup.min, rollup.max) = (min, max);
            (rollup.first, rollup.last) = (first, last);
        }
    }
}

fn lay_in(totals: &mut Vec<Total>, lay: Lay, part: &Contribution) -> Corrected {
    let place = match totals.last() {
        Some(last) if last.bucket.start < part.bucket.start => Err(totals.len()),
        Some(_) | None => {
            totals.binary_search_by_key(&part.bucket.start, |total| total.bucket.start)
        }
    };
    let place = place.unwrap_or_else(|place| {
        let empty = Total {
            bucket: part.bucket,
            rollup: Rollup::default(),
        };
        totals.insert(place, empty);
        place
    });
    let Some(total) = totals.get_mut(place) else {
        return Corrected::Whole;
    };
    let corrected = match lay {
        Lay::On => {
            total.rollup.add(part);
            Corrected::Whole
        }
        Lay::Off => total.rollup.remove(part),
    };
    if total.rollup == Rollup::default() {
        totals.remove(place);
    }
    corrected
}
