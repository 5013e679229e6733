//! The spans of a rule.

use chrono::TimeDelta;

use super::super::{Condition, Definition};

/// How long it must be wrong, and how long fine; and how much up and down is too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    pub hold: TimeDelta,
    pub clear: TimeDelta,
    /// So many raises within a span.
    pub damping: Option<(usize, TimeDelta)>,
}

impl Terms {
    pub fn of(definition: &Definition) -> Self {
        let hold = match &definition.condition {
            Condition::NoData(silence) => silence.for_seconds,
            Condition::Threshold(_)
            | Condition::RateOfChange(_)
            | Condition::ForecastDeviation(_)
            | Condition::Expression(_) => definition.hold.for_seconds,
        };
        let damping = definition.damping.map(|damping| {
            let raises = usize::try_from(damping.raises).unwrap_or(usize::MAX);
            (raises, seconds(damping.within_seconds))
        });
        Self {
            hold: seconds(hold),
            clear: seconds(definition.clear.map_or(0, |clear| clear.for_seconds)),
            damping,
        }
    }
}

fn seconds(span: u32) -> TimeDelta {
    TimeDelta::seconds(span.into())
}
