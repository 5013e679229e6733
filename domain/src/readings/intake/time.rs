//! Times of readings.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::values::{Invalid, read_time};

/// How far ahead of our clock a sensor's may be.
pub const MOST_AHEAD_SECONDS: i64 = 300;

/// A reading's time in whole milliseconds; finer than that is cut off.
///
/// # Errors
/// When it is no time, before 1970, or more than [`MOST_AHEAD_SECONDS`] ahead of `now`.
pub fn read(text: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, Invalid> {
    let time = match plain(text.as_bytes()) {
        Some(time) => time,
        None => read_time(text)?,
    };
    let whole = DateTime::from_timestamp_millis(time.timestamp_millis()).unwrap_or(time);
    if whole < DateTime::UNIX_EPOCH {
        return Invalid::because("must not be before 1970");
    }
    let latest = now.checked_add_signed(TimeDelta::seconds(MOST_AHEAD_SECONDS));
    if latest.is_some_and(|latest| whole > latest) {
        return Invalid::because(format!(
            "is more than {MOST_AHEAD_SECONDS} seconds in the future"
        ));
    }
    Ok(whole)
}

/// `2026-05-01T12:00:00Z`, which nearly all are: ten times as fast as any RFC 3339.
fn plain(text: &[u8]) -> Option<DateTime<Utc>> {
    let [
        y1,
        y2,
        y3,
        y4,
        b'-',
        m1,
        m2,
        b'-',
        d1,
        d2,
        b'T',
        h1,
        h2,
        b':',
        n1,
        n2,
        b':',
        s1,
        s2,
        b'Z',
    ] = text
    else {
        return None;
    };
    let two = |tens: &u8, ones: &u8| {
        let both = tens.is_ascii_digit() && ones.is_ascii_digit();
        both.then(|| u32::from(tens - b'0') * 10 + u32::from(ones - b'0'))
    };
    let year = two(y1, y2)? * 100 + two(y3, y4)?;
    let day = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, two(m1, m2)?, two(d1, d2)?)?;
    let at = day.and_hms_opt(two(h1, h2)?, two(n1, n2)?, two(s1, s2)?)?;
    Some(at.and_utc())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_future_begins_five_minutes_ahead() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let at = |seconds| (now + TimeDelta::seconds(seconds)).to_rfc3339();
        assert!(read(&at(300), now).is_ok());
        assert!(read(&at(301), now).is_err());
        assert!(read("1969-12-31T23:59:59Z", now).is_err());
        let fine = read("2026-05-01T02:00:00.123987+02:00", now).unwrap();
        assert_eq!(fine.to_rfc3339(), "2026-05-01T00:00:00.123+00:00");
    }

    proptest! {
        #[test]
        fn the_fast_way_reads_the_same(seconds in -62_135_596_800_i64..253_402_300_800) {
            let time = DateTime::from_timestamp(seconds, 0).unwrap();
            let text = time.format("%Y-%m-%dT%H:%M:%SZ").to_string();
            prop_assert_eq!(plain(text.as_bytes()), Some(time));
        }

        #[test]
        fn what_the_fast_way_reads_is_rfc_3339(text in "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z") {
            if let Some(time) = plain(text.as_bytes()) {
                let year: i32 = text[..4].parse().unwrap();
                prop_assert_eq!(read_time(&text).ok(), Some(time).filter(|_| year > 0));
            }
        }
    }
}
