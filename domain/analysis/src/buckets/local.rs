//! What the clocks of a zone show, in whole seconds of Unix time.

use chrono::{DateTime, Datelike, LocalResult, NaiveDate, NaiveDateTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;

/// The year before the first and the year after the last in which anything is measured: inside,
/// no sum of dates and offsets leaves what `chrono` can count.
const FIRST: i64 = -62_167_219_200;
const LAST: i64 = 253_402_300_800;
/// More than clocks differ anywhere from UTC, so that it bounds a search.
const FARTHEST: i64 = 26 * 3600;

/// The seconds of a moment, brought between the years 0 and 10000.
pub(super) fn seconds(at: DateTime<Utc>) -> i64 {
    at.timestamp().clamp(FIRST, LAST)
}

pub(super) fn moment(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}

/// By how many seconds the clocks are ahead of UTC.
pub(super) fn offset(zone: Tz, seconds: i64) -> i64 {
    let utc = moment(seconds).naive_utc();
    let offset = zone.offset_from_utc_datetime(&utc);
    i64::from(offset.fix().local_minus_utc())
}

/// What the clocks show.
pub(crate) fn local_time(zone: Tz, at: DateTime<Utc>) -> NaiveDateTime {
    let seconds = seconds(at);
    moment(seconds + offset(zone, seconds)).naive_utc()
}

/// The first moment at which the clocks show this date.
pub(super) fn day_start(zone: Tz, date: NaiveDate) -> i64 {
    first_shown(zone, date.into())
}

/// The first moment at which the clocks show this, or more. Where it is skipped, that is the moment
/// of the change; where it comes twice, the earlier.
pub(super) fn first_shown(zone: Tz, local: NaiveDateTime) -> i64 {
    let shown = local.and_utc().timestamp();
    match zone.offset_from_local_datetime(&local) {
        LocalResult::Single(offset) | LocalResult::Ambiguous(offset, _) => {
            shown - i64::from(offset.fix().local_minus_utc())
        }
        LocalResult::None => first(shown - FARTHEST, shown + FARTHEST, |seconds| {
            seconds + offset(zone, seconds) >= shown
        }),
    }
}

/// When a date begins.
pub fn day_begins(zone: Tz, date: NaiveDate) -> DateTime<Utc> {
    // Far outside of all that is measured, a date of UTC is near enough.
    let known = -1..=10_001;
    if known.contains(&date.year()) {
        return moment(day_start(zone, date));
    }
    NaiveDateTime::from(date).and_utc()
}

/// The first of the seconds in (`from`, `to`] for which `holds`, where it holds for all later.
pub(super) fn first(mut from: i64, mut to: i64, holds: impl Fn(i64) -> bool) -> i64 {
    while to - from > 1 {
        let middle = from + (to - from) / 2;
        if holds(middle) {
            to = middle;
        } else {
            from = middle;
        }
    }
    to
}
