//! What a sensor reports.

use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::units::Exact;

/// The longest time that one value can stand for: a meter read once a year, late.
const LONGEST_DAYS: i64 = 400;

/// What a sensor's values mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Mode {
    /// The amount in the period.
    Interval,
    /// A count that goes on.
    Cumulative,
    /// What was so at that moment, and is taken to be so for the period.
    Instantaneous,
}

/// No mode has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be one of interval, cumulative, instantaneous")]
pub struct UnknownMode;

/// One value. Its time is the start of its period, or when the count or the value was so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reading {
    pub at: DateTime<Utc>,
    pub value: Exact,
}

/// How long a value stands: a second to 400 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period(TimeDelta);

/// Why this is no period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be between 1 second and 400 days")]
pub struct NotAPeriod;

impl Period {
    /// The longest period there is.
    pub fn longest() -> Self {
        Self(TimeDelta::days(LONGEST_DAYS))
    }

    /// # Errors
    /// Outside of a second to 400 days.
    pub fn new(length: TimeDelta) -> Result<Self, NotAPeriod> {
        let known = TimeDelta::seconds(1)..=TimeDelta::days(LONGEST_DAYS);
        known
            .contains(&length)
            .then_some(Self(length))
            .ok_or(NotAPeriod)
    }

    /// # Errors
    /// Outside of a second to 400 days.
    pub fn of_seconds(seconds: i64) -> Result<Self, NotAPeriod> {
        Self::new(TimeDelta::try_seconds(seconds).ok_or(NotAPeriod)?)
    }

    pub fn length(self) -> TimeDelta {
        self.0
    }
}

impl Mode {
    pub const ALL: [Self; 3] = [Self::Interval, Self::Cumulative, Self::Instantaneous];

    pub fn name(self) -> &'static str {
        match self {
            Self::Interval => "interval",
            Self::Cumulative => "cumulative",
            Self::Instantaneous => "instantaneous",
        }
    }
}

impl FromStr for Mode {
    type Err = UnknownMode;

    fn from_str(name: &str) -> Result<Self, UnknownMode> {
        let named = |mode: &Self| mode.name() == name;
        Self::ALL.into_iter().find(named).ok_or(UnknownMode)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_bounded() {
        assert!(Period::of_seconds(900).is_ok());
        for bad in [0, -1, i64::MIN, i64::MAX, 401 * 86_400] {
            assert_eq!(Period::of_seconds(bad), Err(NotAPeriod), "{bad}");
        }
        assert_eq!(Period::new(TimeDelta::days(400)), Ok(Period::longest()));
    }

    #[test]
    fn modes_are_known_by_their_names() {
        for mode in Mode::ALL {
            assert_eq!(mode.name().parse(), Ok(mode));
        }
    }
}
