//! Whether one reading is wrong.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::super::{Bounds, Clear, Condition, Deviation, Rate};

/// One reading of a source.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// The reading's own time.
    pub time: DateTime<Utc>,
    /// When it was written to the log: spans that no further reading ends are counted from here.
    pub arrived: DateTime<Utc>,
    /// Calibrated, in the sensor's unit.
    pub value: f64,
}

impl Seen {
    /// Whether a reading of this time is news to whoever has seen `last`.
    pub fn is_before(last: Option<&Self>, time: DateTime<Utc>) -> bool {
        last.is_none_or(|last| last.time < time)
    }

    /// From when on a wait for the next reading counts.
    pub(super) fn counted_from(&self) -> DateTime<Utc> {
        self.time.max(self.arrived)
    }
}

/// What a reading says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Wrong,
    Fine,
    /// No longer wrong, but not over either.
    Between,
    /// It can't be said: nothing changes.
    Unknown,
}

impl Verdict {
    pub(super) fn of(truth: Option<bool>) -> Self {
        match truth {
            Some(true) => Self::Wrong,
            Some(false) => Self::Fine,
            None => Self::Unknown,
        }
    }

    /// Of a reading and the one before it. `expected` is its forecast.
    pub(super) fn of_reading(
        condition: &Condition,
        clear: Option<Clear>,
        previous: Option<&Seen>,
        now: &Seen,
        expected: Option<f64>,
    ) -> Self {
        match condition {
            Condition::Threshold(bounds) => within(*bounds, clear, now.value),
            Condition::RateOfChange(rate) => {
                match previous.and_then(|last| change(rate, last, now)) {
                    Some(change) => {
                        let Rate { above, below, .. } = *rate;
                        within(Bounds { above, below }, clear, change)
                    }
                    None => Self::Unknown,
                }
            }
            Condition::ForecastDeviation(deviation) => match expected {
                Some(expected) => Self::of(Some(far(deviation, now.value, expected))),
                None => Self::Unknown,
            },
            Condition::NoData(_) => Self::Fine,
            Condition::Expression(_) => Self::Unknown,
        }
    }
}

/// Wrong beyond a bound; over only within what clears it.
fn within(bounds: Bounds, clear: Option<Clear>, value: f64) -> Verdict {
    let beyond = |bound: Option<f64>, is: fn(&f64, &f64) -> bool| {
        bound.is_some_and(|bound| is(&value, &bound))
    };
    if beyond(bounds.above, f64::gt) || beyond(bounds.below, f64::lt) {
        return Verdict::Wrong;
    }
    let high = clear.and_then(|clear| clear.below).or(bounds.above);
    let low = clear.and_then(|clear| clear.above).or(bounds.below);
    if beyond(high, f64::gt) || beyond(low, f64::lt) {
        return Verdict::Between;
    }
    Verdict::Fine
}

/// What the change from one reading to the next would be over the rule's span.
fn change(rate: &Rate, last: &Seen, now: &Seen) -> Option<f64> {
    let milliseconds = (now.time - last.time).num_milliseconds();
    if milliseconds <= 0 {
        return None;
    }
    let change = (now.value - last.value) * f64::from(rate.per_seconds) * 1_000.0;
    // A span of some years has fewer milliseconds than f64 counts exactly.
    Some(change / milliseconds as f64)
}

fn far(deviation: &Deviation, value: f64, expected: f64) -> bool {
    let difference = (value - expected).abs();
    difference > expected.abs() * deviation.percent / 100.0
        && difference > deviation.at_least.unwrap_or(0.0)
}
