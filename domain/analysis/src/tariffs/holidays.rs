//! Days on which other prices hold.

use std::collections::BTreeSet;

use chrono::NaiveDate;

/// More than a region has in two hundred years.
const MOST: usize = 5_000;

/// The holidays of a place, as they are handed in. A fixed list would be wrong somewhere: tariffs
/// define their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holidays(BTreeSet<NaiveDate>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at most {MOST} holidays")]
pub struct TooManyHolidays;

impl Holidays {
    /// # Errors
    /// When there are too many.
    pub fn new(days: impl IntoIterator<Item = NaiveDate>) -> Result<Self, TooManyHolidays> {
        let days: BTreeSet<NaiveDate> = days.into_iter().take(MOST + 1).collect();
        (days.len() <= MOST)
            .then_some(Self(days))
            .ok_or(TooManyHolidays)
    }

    pub fn has(&self, date: NaiveDate) -> bool {
        self.0.contains(&date)
    }
}
