//! Moments that are facts of the domain.

use chrono::{DateTime, Datelike, Utc};

use super::{FromJson, Invalid, string};

/// The moment in whole microseconds, which is as fine as Postgres keeps it: so a fact reads the
/// same from the event, the state and the read model. A leap second is the second after it.
pub fn whole_micros(at: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(at.timestamp_micros()).unwrap_or(at)
}

/// Reads RFC 3339 with any offset.
///
/// # Errors
/// When the text is no such moment between the years 1 and 9999.
pub fn read_time(text: &str) -> Result<DateTime<Utc>, Invalid> {
    let parsed = DateTime::parse_from_rfc3339(text).map(|at| at.to_utc());
    match parsed {
        Ok(at) if (1..=9999).contains(&at.year()) => Ok(whole_micros(at)),
        Ok(_) | Err(_) => {
            Invalid::because("must be a time in RFC 3339, such as 2026-05-01T12:00:00Z")
        }
    }
}

impl FromJson for DateTime<Utc> {
    fn from_json(value: &serde_json::Value) -> Result<Self, Invalid> {
        read_time(string(value)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_as_fine_as_the_log_keeps_it() {
        let read = |text: &str| read_time(text).unwrap().to_rfc3339();
        assert_eq!(
            read("2026-05-01T14:00:00.1234567+02:00"),
            "2026-05-01T12:00:00.123456+00:00"
        );
        assert_eq!(read("2016-12-31T23:59:60Z"), "2017-01-01T00:00:00+00:00");
    }

    #[test]
    fn other_spellings_and_other_ages_are_refused() {
        for bad in [
            "2026-05-01",
            "2026-05-01T12:00:00",
            "0000-05-01T12:00:00Z",
            "1",
        ] {
            assert!(read_time(bad).is_err(), "{bad}");
        }
    }
}
