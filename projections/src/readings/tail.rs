//! Days of a sensor as they stand in their rows.

use std::collections::BTreeMap;

use chrono::{Days as Span, NaiveDate};
use flowgrid_analysis::meters::REACH;

use super::day::{Day, Encoded};

/// Days kept of a sensor that doesn't count: yesterday's readings still come in.
const DAYS: u64 = 2;
/// Readings kept of a meter that counts, so that a step more can be told from a mistake; and the most days of them.
const COUNTS: usize = 2 * REACH;
const MOST_DAYS: usize = 10;
/// What a day takes beside its bytes, about.
const DAY_BYTES: usize = 128;

/// All days of a sensor from one date to another: those that aren't in it have no row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tail {
    pub first: NaiveDate,
    /// The end of all time where nothing later has a row.
    pub last: NaiveDate,
    days: BTreeMap<NaiveDate, Encoded>,
}

impl Tail {
    /// Nothing is known of any day.
    pub(super) const NOTHING: Self = Self {
        first: NaiveDate::MAX,
        last: NaiveDate::MIN,
        days: BTreeMap::new(),
    };

    /// Of days that were read, which are all there are between the two.
    pub(super) fn of(
        first: NaiveDate,
        last: NaiveDate,
        counts: bool,
        days: &BTreeMap<NaiveDate, Day>,
    ) -> Self {
        let mut tail = Self {
            first,
            last,
            days: BTreeMap::new(),
        };
        let newest = days.range(first..=last).rev();
        let newest = newest.map(|(date, day)| (*date, day.points.len()));
        tail.first = tail
            .worth(counts, newest)
            .map_or(first, |from| from.max(first));
        for (date, day) in days.range(tail.first..=last) {
            tail.days.insert(*date, day.encode());
        }
        tail
    }

    pub(super) fn covers(&self, first: NaiveDate, last: NaiveDate) -> bool {
        self.first <= first && last <= self.last
    }

    /// Those days between the two that have a row; `None` when it can't be read.
    pub(super) fn read(
        &self,
        first: NaiveDate,
        last: NaiveDate,
    ) -> Option<BTreeMap<NaiveDate, Day>> {
        let rows = self.days.range(first..=last);
        rows.map(|(date, row)| Some((*date, row.decode()?)))
            .collect()
    }

    /// A day's row is this now, or gone; days beyond it are none of its business.
    pub(super) fn lay(&mut self, date: NaiveDate, row: Option<Encoded>) {
        if !self.covers(date, date) {
            return;
        }
        match row {
            Some(row) => self.days.insert(date, row),
            None => self.days.remove(&date),
        };
    }

    /// Forgets what is unlikely to be asked for again.
    pub(super) fn shorten(&mut self, counts: bool) {
        let newest = self.days.iter().rev();
        let newest = newest.map(|(date, row)| (*date, row.readings()));
        if let Some(from) = self.worth(counts, newest).filter(|from| *from > self.first) {
            self.days = self.days.split_off(&from);
            self.first = from;
        }
    }

    /// From which day on it is worth being kept, if not all is; days come newest first, with how many readings
    /// there are.
    fn worth(
        &self,
        counts: bool,
        newest: impl Iterator<Item = (NaiveDate, usize)>,
    ) -> Option<NaiveDate> {
        if !counts {
            return self.last.checked_sub_days(Span::new(DAYS - 1));
        }
        let mut known = 0;
        let mut enough = newest.enumerate().skip_while(|(place, (_, readings))| {
            known += readings;
            known < COUNTS && place + 1 < MOST_DAYS
        });
        enough.next().map(|(_, (date, _))| date)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.days.is_empty()
    }

    /// About what it takes in memory.
    pub(super) fn bytes(&self) -> usize {
        let bytes = self.days.values().map(|row| row.bytes() + DAY_BYTES);
        bytes.sum()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Point;
    use super::*;
    use flowgrid_domain::readings::Quality;

    fn on(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 5, day).unwrap()
    }

    fn nothing(first: NaiveDate, last: NaiveDate) -> Tail {
        Tail::of(first, last, true, &BTreeMap::new())
    }

    fn with(readings: i64) -> Option<Encoded> {
        let point = |at_ms| Point {
            at_ms,
            value: 1.0,
            quality: Quality::Measured,
        };
        let day = Day {
            points: (0..readings).map(point).collect(),
            ..Day::default()
        };
        Some(day.encode())
    }

    #[test]
    fn only_days_within_it_are_known() {
        let mut tail = nothing(on(3), on(5));
        for day in 1..8 {
            tail.lay(on(day), with(1));
        }
        tail.lay(on(4), None);
        let known = tail.read(NaiveDate::MIN, NaiveDate::MAX).unwrap();
        assert_eq!(known.into_keys().collect::<Vec<_>>(), [on(3), on(5)]);
        assert!(
            tail.covers(on(3), on(4)) && !tail.covers(on(2), on(3)) && !tail.covers(on(5), on(6))
        );
        assert!(!Tail::NOTHING.covers(on(1), on(1)));
    }

    #[test]
    fn the_last_two_days_are_kept() {
        let mut tail = nothing(on(1), on(5));
        tail.lay(on(2), with(1));
        tail.lay(on(4), with(1));
        tail.shorten(false);
        assert_eq!((tail.first, tail.last), (on(4), on(5)));
        assert!(!tail.is_empty());
    }

    #[test]
    fn of_counts_so_many_are_kept_as_a_step_depends_on() {
        let mut tail = nothing(NaiveDate::MIN, NaiveDate::MAX);
        for day in 1..=20 {
            tail.lay(on(day), with(5));
        }
        tail.shorten(true);
        assert_eq!(tail.first, on(17), "20 readings");
        let mut few = nothing(NaiveDate::MIN, NaiveDate::MAX);
        for day in 1..=20 {
            few.lay(on(day), with(1));
        }
        few.shorten(true);
        assert_eq!(few.first, on(11), "ten days");
        let mut begun = nothing(NaiveDate::MIN, NaiveDate::MAX);
        begun.lay(on(1), with(5));
        begun.shorten(true);
        assert_eq!(begun.first, NaiveDate::MIN, "there is nothing before");
    }
}
