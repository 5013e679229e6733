//! Some days of one sensor, at work: readings come and go, and rollups follow.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use flowgrid_analysis::buckets::{Bucket, BucketSize, date};
use flowgrid_analysis::meters::{Change, Contribution, Corrected, Reading, Spread, Step, change};
use flowgrid_domain::readings::{OnConflict, Quality};

use super::Point;
use super::day::{Day, Lay};
use super::meaning::{Meaning, Meter, count};

/// What happens to the reading of one time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Op {
    /// It is reported; if another value is there already, one of the two stays.
    Put(Point, OnConflict),
    /// It is taken back.
    Void { at_ms: i64 },
}

/// The loaded days of a sensor. Days that aren't in it are taken to be empty.
pub(super) struct Sheet<'m> {
    meaning: &'m Meaning,
    days: BTreeMap<NaiveDate, Day>,
    changed: BTreeSet<NaiveDate>,
    /// Where rollups lost their smallest, largest, first or last reading.
    unsure: BTreeSet<(NaiveDate, Bucket)>,
}

impl Op {
    pub(super) fn at_ms(&self) -> i64 {
        match self {
            Self::Put(point, _) => point.at_ms,
            Self::Void { at_ms } => *at_ms,
        }
    }
}

impl<'m> Sheet<'m> {
    pub(super) fn new(meaning: &'m Meaning, days: BTreeMap<NaiveDate, Day>) -> Self {
        Self {
            meaning,
            days,
            changed: BTreeSet::new(),
            unsure: BTreeSet::new(),
        }
    }

    /// All days of a sensor from its readings alone, each time once.
    pub(super) fn derive(meaning: &'m Meaning, points: impl IntoIterator<Item = Point>) -> Self {
        let mut sheet = Self::new(meaning, BTreeMap::new());
        let put = |point| Op::Put(point, OnConflict::Ignore);
        sheet.apply(points.into_iter().map(put));
        sheet
    }

    /// Does all this, one after the other.
    pub(super) fn apply(&mut self, ops: impl IntoIterator<Item = Op>) {
        let meaning = self.meaning;
        match &meaning.meter {
            Some(meter) if meaning.is_cumulative() => {
                let before = self.counts();
                ops.into_iter().for_each(|op| self.take(&op, None));
                let change = change(&before, &self.counts(), &meter.register);
                self.follow(meter, &change);
            }
            meter => {
                ops.into_iter()
                    .for_each(|op| self.take(&op, meter.as_ref()));
                self.settle();
            }
        }
    }

    /// The days that became different; those that are empty now have no row any more.
    pub(super) fn into_changed(mut self) -> impl Iterator<Item = (NaiveDate, Day)> {
        let changed = self.changed.into_iter();
        changed.map(move |date| (date, self.days.remove(&date).unwrap_or_default()))
    }

    fn take(&mut self, op: &Op, meter: Option<&Meter>) {
        match op {
            Op::Put(point, on_conflict) => self.put(*point, *on_conflict, meter),
            Op::Void { at_ms } => self.void(*at_ms, meter),
        }
    }

    fn put(&mut self, point: Point, on_conflict: OnConflict, meter: Option<&Meter>) {
        let date = self.meaning.date(point.at_ms);
        let day = self.days.entry(date).or_default();
        let old = match day.find(point.at_ms) {
            Err(place) => {
                day.points.insert(place, point);
                None
            }
            Ok(place) => match (on_conflict, day.points.get_mut(place)) {
                (OnConflict::Correct, Some(there)) if *there != point => {
                    Some(std::mem::replace(there, point))
                }
                (OnConflict::Correct | OnConflict::Ignore | OnConflict::Reject, _) => return,
            },
        };
        self.changed.insert(date);
        self.lay(Lay::Off, old.as_ref(), meter);
        self.lay(Lay::On, Some(&point), meter);
    }

    fn void(&mut self, at_ms: i64, meter: Option<&Meter>) {
        let date = self.meaning.date(at_ms);
        let Some(day) = self.days.get_mut(&date) else {
            return;
        };
        if let Ok(place) = day.find(at_ms) {
            let old = day.points.remove(place);
            self.changed.insert(date);
            self.lay(Lay::Off, Some(&old), meter);
        }
    }

    fn lay(&mut self, lay: Lay, point: Option<&Point>, meter: Option<&Meter>) {
        let spread = meter
            .zip(point)
            .and_then(|(meter, point)| meter.spread(point));
        if let Some(spread) = spread {
            self.lay_spread(lay, &spread, |part| part);
        }
    }

    fn lay_spread(
        &mut self,
        lay: Lay,
        spread: &Spread,
        as_is: impl Fn(Contribution) -> Contribution,
    ) {
        let zone = self.meaning.zone;
        for part in spread.over(BucketSize::Day, zone).map(&as_is) {
            let date = date(part.bucket.start, zone);
            let corrected = self.days.entry(date).or_default().lay_day(lay, &part);
            self.note(date, part.bucket, corrected);
        }
        for part in spread.over(BucketSize::Hour, zone).map(as_is) {
            let date = date(part.bucket.start, zone);
            let corrected = self.days.entry(date).or_default().lay_hour(lay, &part);
            self.note(date, part.bucket, corrected);
        }
    }

    fn note(&mut self, date: NaiveDate, bucket: Bucket, corrected: Corrected) {
        self.changed.insert(date);
        if corrected == Corrected::ReadAgain {
            self.unsure.insert((date, bucket));
        }
    }

    fn settle(&mut self) {
        let Some(meter) = &self.meaning.meter else {
            return;
        };
        for (date, bucket) in std::mem::take(&mut self.unsure) {
            if let Some(day) = self.days.get_mut(&date) {
                day.read_again(bucket, |point| meter.shown(point));
            }
        }
    }

    fn counts(&self) -> Vec<Reading> {
        let points = self.days.values().flat_map(|day| &day.points);
        points.map(count).collect()
    }

    /// What passed between counts, where that became different.
    fn follow(&mut self, meter: &Meter, change: &Change) {
        let spread = |step: &Step| step.spread(&meter.calibrations);
        // A count is no amount: it has no place among smallest and largest.
        let unsampled = |part| Contribution {
            sample: None,
            ..part
        };
        for spread in change.removed.iter().filter_map(spread) {
            self.lay_spread(Lay::Off, &spread, unsampled);
        }
        for spread in change.added.iter().filter_map(spread) {
            self.lay_spread(Lay::On, &spread, unsampled);
        }
    }
}

/// Readings as telemetry's events hold them.
pub(super) fn point(at_ms: i64, value: f64, quality: Quality) -> Point {
    Point {
        at_ms,
        // There is one zero.
        value: value + 0.0,
        quality,
    }
}
