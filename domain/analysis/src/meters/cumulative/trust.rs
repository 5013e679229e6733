//! Whether a meter that began anew began at zero.

use super::StepKind;
use super::counts::Count;
use crate::units::Exact;

/// A counter that began again shows no more than this many times what passes around it in the same
/// time: else it is another meter, with a count of its own.
const MOST_TIMES: i128 = 50;

/// The counts before and after a step.
pub(super) struct Neighbours<'a> {
    pub before: Option<&'a Count>,
    pub after: Option<&'a Count>,
}

/// Whether what a counter shows after its first zero, or after a fall, can have passed since.
pub(super) fn is_trusted(
    from: &Count,
    to: &Count,
    kind: StepKind,
    amount: Exact,
    neighbours: &Neighbours<'_>,
) -> bool {
    let from_zero = from.reading.value == Exact::ZERO;
    match kind {
        StepKind::RollOver | StepKind::Unknown => true,
        StepKind::Advance if !from_zero => true,
        StepKind::Advance => around(from, to, amount, neighbours).unwrap_or(true),
        StepKind::Reset if to.after_zeros => around(from, to, amount, neighbours).unwrap_or(true),
        StepKind::Reset => {
            let before = from.reading.value;
            let halved = amount + amount <= before;
            let little = amount <= before.scaled(1, 10);
            halved && around(from, to, amount, neighbours).unwrap_or(little)
        }
    }
}

/// Whether the amount is in proportion to what passed before or after; `None` if that is not known,
/// or was nothing.
fn around(from: &Count, to: &Count, amount: Exact, neighbours: &Neighbours<'_>) -> Option<bool> {
    let micros = between(from, to);
    let near = [
        neighbours.before.map(|before| (before, from)),
        neighbours.after.map(|after| (to, after)),
    ];
    let rates = near.into_iter().flatten().filter_map(|(earlier, later)| {
        let passed = later.reading.value - earlier.reading.value;
        (passed > Exact::ZERO).then(|| (passed, between(earlier, later)))
    });
    rates
        .map(|(passed, time)| {
            let most = passed.millionths().saturating_mul(micros);
            amount.millionths().saturating_mul(time) <= most.saturating_mul(MOST_TIMES)
        })
        .reduce(|one, other| one || other)
}

fn between(earlier: &Count, later: &Count) -> i128 {
    let time = later.reading.at - earlier.reading.at;
    time.num_microseconds().unwrap_or(i64::MAX).into()
}
