//! Which days have to be there before readings of a sensor are laid into them.

use chrono::NaiveDate;

use crate::readings::meaning::Meaning;
use crate::readings::sheet::Op;
use crate::staged::RowKey;

/// Days so near to each other are loaded with what lies between them.
const NEAR_DAYS: i64 = 7;

/// Days of one sensor.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range<'k> {
    pub key: &'k RowKey,
    pub first: NaiveDate,
    pub last: NaiveDate,
}

/// The days into which these reach.
pub(super) fn touched<'k>(key: &'k RowKey, ops: &[Op], meaning: &Meaning) -> Vec<Range<'k>> {
    let mut reaches: Vec<_> = ops.iter().map(|op| meaning.reach(op.at_ms())).collect();
    reaches.sort_unstable();
    let mut ranges: Vec<Range<'k>> = Vec::new();
    for (first, last) in reaches {
        match ranges.last_mut() {
            Some(range) if (first - range.last).num_days() <= NEAR_DAYS => {
                range.last = range.last.max(last);
            }
            Some(_) | None => ranges.push(Range { key, first, last }),
        }
    }
    ranges
}
