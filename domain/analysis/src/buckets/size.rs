//! How large a bucket is, and where it begins and ends.

use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::local::{day_start, first, moment, offset, seconds};
use super::{Bucket, Buckets};

/// The size of a bucket. Weeks begin on Monday (ISO 8601).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum BucketSize {
    /// An hour on the clock. It is cut where the clocks are changed within it: on Lord Howe Island
    /// the hour before the clocks go back is followed by one of half an hour.
    Hour,
    /// From the first moment of a date to the first moment of the next: 23 to 25 hours.
    Day,
    Week,
    Month,
}

/// No size has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be one of hour, day, week, month")]
pub struct UnknownSize;

impl BucketSize {
    pub const ALL: [Self; 4] = [Self::Hour, Self::Day, Self::Week, Self::Month];

    pub fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// The bucket in which an instant lies. Instants outside of the years 0 to 10000 are taken as
    /// the first or last of these.
    pub fn bucket(self, at: DateTime<Utc>, zone: Tz) -> Bucket {
        let at = seconds(at);
        let (start, end) = match self {
            Self::Hour => hour(zone, at),
            Self::Day | Self::Week | Self::Month => self.days(zone, at),
        };
        Bucket {
            start: moment(start),
            end: moment(end),
        }
    }

    /// The bucket before this one.
    pub fn previous(self, bucket: Bucket, zone: Tz) -> Bucket {
        self.bucket(bucket.start - TimeDelta::seconds(1), zone)
    }

    /// The bucket after this one.
    pub fn next(self, bucket: Bucket, zone: Tz) -> Bucket {
        self.bucket(bucket.end, zone)
    }

    /// The buckets that hold anything from `from` until just before `to`, in order. They are made
    /// one by one: a caller who collects them bounds the range first.
    pub fn buckets(self, from: DateTime<Utc>, to: DateTime<Utc>, zone: Tz) -> Buckets {
        Buckets::new(self, from, to, zone)
    }

    fn days(self, zone: Tz, at: i64) -> (i64, i64) {
        let date = date_of(zone, at);
        let (from, to) = match self {
            Self::Hour | Self::Day => (date, date.checked_add_days(Days::new(1))),
            Self::Week => {
                let monday = back(date, date.weekday().num_days_from_monday());
                (monday, monday.checked_add_days(Days::new(7)))
            }
            Self::Month => {
                let first = back(date, date.day0());
                (first, first.checked_add_months(Months::new(1)))
            }
        };
        (
            day_start(zone, from),
            day_start(zone, to.unwrap_or(NaiveDate::MAX)),
        )
    }
}

fn back(date: NaiveDate, days: u32) -> NaiveDate {
    date.checked_sub_days(Days::new(days.into()))
        .unwrap_or(date)
}

/// The date whose day, of the zone's calendar, holds the moment.
pub fn date(at: DateTime<Utc>, zone: Tz) -> NaiveDate {
    date_of(zone, seconds(at))
}

/// The date whose bucket holds the moment. It is the one on the calendar, except where clocks are
/// put back over midnight: the minutes of the old date that come again belong to the new one.
fn date_of(zone: Tz, at: i64) -> NaiveDate {
    let mut date = moment(at + offset(zone, at)).date_naive();
    while let Some(next) = date.succ_opt()
        && day_start(zone, next) <= at
    {
        date = next;
    }
    date
}

fn hour(zone: Tz, at: i64) -> (i64, i64) {
    let ahead = offset(zone, at);
    let start = at - (at + ahead).rem_euclid(3600);
    let end = start + 3600;
    let same = |seconds: i64| offset(zone, seconds) == ahead;
    (
        if same(start) {
            start
        } else {
            first(start, at, same)
        },
        if same(end - 1) {
            end
        } else {
            first(at, end - 1, |seconds| !same(seconds))
        },
    )
}

impl FromStr for BucketSize {
    type Err = UnknownSize;

    fn from_str(name: &str) -> Result<Self, UnknownSize> {
        let named = |size: &Self| size.name() == name;
        Self::ALL.into_iter().find(named).ok_or(UnknownSize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_known_by_their_names() {
        for size in BucketSize::ALL {
            assert_eq!(size.name().parse(), Ok(size));
        }
        assert!("Year".parse::<BucketSize>().is_err());
    }

    #[test]
    fn no_instant_is_too_early_or_too_late() {
        for at in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            for size in BucketSize::ALL {
                let bucket = size.bucket(at, chrono_tz::Europe::Berlin);
                assert!(bucket.start < bucket.end);
            }
        }
    }
}
