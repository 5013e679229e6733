//! What passed between two counts.

use chrono::{DateTime, Utc};

use super::Register;
use super::counts::{Count, counts};
use super::trust::{Neighbours, is_trusted};
use crate::meters::{Calibrations, Period, Reading, Spread};
use crate::units::Exact;

/// What passed from one count to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Step {
    pub start: DateTime<Utc>,
    pub end: DateTime<Utc>,
    pub kind: StepKind,
    /// Never negative; zero if it is unknown.
    pub amount: Exact,
}

/// How a count became the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StepKind {
    /// It counted on.
    Advance,
    /// It passed all nines.
    RollOver,
    /// It began again at zero, so what it shows has passed since.
    Reset,
    /// It is another count, from another meter perhaps: what passed nobody knows.
    Unknown,
}

impl Step {
    /// The amount over its time; nothing if it is unknown, so the time stays uncovered.
    pub fn spread(&self, calibrations: &Calibrations) -> Option<Spread> {
        let amount = calibrations.difference(self.start, self.amount);
        let known = self.kind != StepKind::Unknown;
        known.then(|| Spread::between(self.start, self.end, amount))
    }
}

/// The steps between readings in order of time, each time once. The newest count has none after it
/// that could call it a mistake: until one comes, only what the register says guards against it.
pub fn steps(readings: &[Reading], register: &Register) -> Vec<Step> {
    let counts = counts(readings);
    let pairs = 1..counts.len();
    pairs
        .filter_map(|index| step(&counts, index, register))
        .collect()
}

/// The step that ends with the count at `index`.
fn step(counts: &[Count], index: usize, register: &Register) -> Option<Step> {
    let (from, to) = (counts.get(index.checked_sub(1)?)?, counts.get(index)?);
    let (start, end) = (from.reading.at, to.reading.at);
    if start >= end {
        return None;
    }
    let (kind, amount) = passed(from, to, register);
    let micros = (end - start).num_microseconds().unwrap_or(i64::MAX);
    let neighbours = Neighbours {
        before: index.checked_sub(2).and_then(|before| counts.get(before)),
        after: counts.get(index + 1),
    };
    let known = end - start <= Period::longest().length()
        && register.can_pass(amount, micros)
        && is_trusted(from, to, kind, amount, &neighbours);
    Some(Step {
        start,
        end,
        kind: if known { kind } else { StepKind::Unknown },
        amount: if known { amount } else { Exact::ZERO },
    })
}

fn passed(from: &Count, to: &Count, register: &Register) -> (StepKind, Exact) {
    let (before, after) = (from.reading.value, to.reading.value);
    if after >= before {
        return (StepKind::Advance, after - before);
    }
    match register.rolled_over(before, after) {
        Some(amount) => (StepKind::RollOver, amount),
        None => (StepKind::Reset, after),
    }
}
