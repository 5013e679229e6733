//! What is to be done to one sensor.

use chrono::NaiveDate;

use super::around::Span;
use super::days::{DayRow, Days};
use super::ranges::{Range, touched};
use crate::read_model::WriteError;
use crate::readings::memory::Known;
use crate::readings::sheet::{Op, Sheet};
use crate::readings::tail::Tail;
use crate::staged::RowKey;

/// What happens to a sensor, and what there was.
pub(super) struct Work<'w> {
    pub key: &'w RowKey,
    pub ops: &'w [Op],
    pub known: Known,
    pub days: Days,
}

impl<'w> Work<'w> {
    pub(super) fn new(key: &'w RowKey, ops: &'w [Op], known: Known) -> Self {
        Self {
            key,
            ops,
            known,
            days: Days::new(),
        }
    }

    pub(super) fn counts(&self) -> bool {
        self.known.meaning.is_cumulative()
    }

    /// The days into which its readings reach.
    pub(super) fn touched(&self) -> Vec<Range<'w>> {
        touched(self.key, self.ops, &self.known.meaning)
    }

    /// Takes the days that it needs from what is remembered; false when that isn't all of them.
    pub(super) fn recall(&mut self) -> Result<bool, WriteError> {
        let tail = &self.known.tail;
        let unreadable = || WriteError::NotWhole("a remembered day can't be read".into());
        if self.counts() {
            let Some(span) = Span::of(self.key, self.ops, &self.known.meaning) else {
                return Ok(true);
            };
            if !tail.covers(span.range.first, span.range.last) {
                return Ok(false);
            }
            self.days = tail.read(tail.first, tail.last).ok_or_else(unreadable)?;
            return Ok(span.is_surrounded(&self.days, (tail.first, tail.last)));
        }
        let ranges = self.touched();
        let known = |range: &Range<'_>| tail.covers(range.first, range.last);
        if !ranges.iter().all(known) {
            return Ok(false);
        }
        for range in &ranges {
            let days = tail.read(range.first, range.last);
            self.days.extend(days.ok_or_else(unreadable)?);
        }
        Ok(true)
    }

    /// Takes days that were read from the tables: between these two, all there are.
    pub(super) fn read(&mut self, days: Days, (first, last): (NaiveDate, NaiveDate)) {
        self.days = days;
        if last >= self.known.tail.last {
            self.known.tail = Tail::of(first, last, self.counts(), &self.days);
        }
    }

    /// Lays the readings into the days; leaves the rows that became others.
    pub(super) fn lay(&mut self, rows: &mut Vec<DayRow>) {
        let Known { meaning, tail } = &mut self.known;
        let mut sheet = Sheet::new(meaning, std::mem::take(&mut self.days));
        sheet.apply(self.ops.iter().copied());
        for (date, day) in sheet.into_changed() {
            let row = (!day.is_empty()).then(|| day.encode());
            tail.lay(date, row.clone());
            rows.push(DayRow::new(self.key, date, row));
        }
        tail.shorten(meaning.is_cumulative());
    }
}
