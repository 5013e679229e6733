//! What a late or corrected reading changes.

use std::cmp::Ordering;

use super::{Register, Step, steps};
use crate::meters::Reading;

/// The steps that are gone, and those that stand in their place, in order of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    pub removed: Vec<Step>,
    pub added: Vec<Step>,
}

/// What changes when the readings of a stretch of time are no longer `before` but `after`. Both are
/// in order of time and begin and end with the same readings: at least [`REACH`](super::REACH)
/// counts above zero on either side of what differs, or all there are.
pub fn change(before: &[Reading], after: &[Reading], register: &Register) -> Change {
    let mut old = steps(before, register).into_iter().peekable();
    let mut new = steps(after, register).into_iter().peekable();
    let mut change = Change::default();
    loop {
        let order = match (old.peek(), new.peek()) {
            (None, None) => return change,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(old), Some(new)) => old.cmp(new),
        };
        if order != Ordering::Greater {
            change.removed.extend(old.next().filter(|_| order.is_lt()));
        }
        if order != Ordering::Less {
            change.added.extend(new.next().filter(|_| order.is_gt()));
        }
    }
}

/// The readings with one more, or with another value at its time.
pub fn with(readings: &[Reading], reading: Reading) -> Vec<Reading> {
    let index = readings.partition_point(|known| known.at < reading.at);
    let mut all = readings.to_vec();
    match all.get_mut(index) {
        Some(known) if known.at == reading.at => *known = reading,
        Some(_) | None => all.insert(index, reading),
    }
    all
}
