//! Which readings of a cumulative meter are counts, and which are mistakes.

use crate::meters::Reading;
use crate::units::Exact;

/// A reading that is taken for a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Count {
    pub reading: Reading,
    /// Zeros stood between the last count and this one.
    pub after_zeros: bool,
}

impl Count {
    fn value(&self) -> Exact {
        self.reading.value
    }
}

/// The counts among readings in order of time.
///
/// A zero after a count is what a meter shows whose counter has begun again, or that could not be
/// read. The next count tells which, so the zero itself is none. A single count that falls below
/// its neighbours, or rises above them, while these go on as if nothing had been, is a mistake. No
/// count is below zero.
pub(super) fn counts(readings: &[Reading]) -> Vec<Count> {
    let all = without_zeros(readings);
    let is_mistake = |index: usize| is_dip(&all, index) || is_spike(&all, index);
    let kept = all
        .iter()
        .enumerate()
        .filter(|(index, _)| !is_mistake(*index));
    kept.map(|(_, count)| *count).collect()
}

fn without_zeros(readings: &[Reading]) -> Vec<Count> {
    let mut counts: Vec<Count> = Vec::with_capacity(readings.len());
    let (mut begun, mut after_zeros) = (false, false);
    for reading in readings
        .iter()
        .filter(|reading| !reading.value.is_negative())
    {
        if reading.value == Exact::ZERO && begun {
            after_zeros = true;
            continue;
        }
        begun |= reading.value > Exact::ZERO;
        counts.push(Count {
            reading: *reading,
            after_zeros,
        });
        after_zeros = false;
    }
    counts
}

/// Below the one before, while the one after is not. After zeros a low count is no mistake: the
/// counter has begun again.
fn is_dip(all: &[Count], index: usize) -> bool {
    let Some([before, this, after]) = around(all, index) else {
        return false;
    };
    this.value() < before.value() && after.value() >= before.value() && !this.after_zeros
}

/// Above the one after, while the one after is not below the one before.
fn is_spike(all: &[Count], index: usize) -> bool {
    let Some([before, this, after]) = around(all, index) else {
        return false;
    };
    let stands_out = this.value() > after.value() && after.value() >= before.value();
    stands_out && !after.after_zeros && !is_dip(all, index + 1)
}

fn around(all: &[Count], index: usize) -> Option<[&Count; 3]> {
    let before = all.get(index.checked_sub(1)?)?;
    Some([before, all.get(index)?, all.get(index + 1)?])
}
