//! Times as files write them.

use std::collections::HashMap;

use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;

/// How local times are written, without and with seconds.
const LOCAL: &[&str] = &[
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
];
const DAYS: &[&str] = &["%Y-%m-%d", "%d.%m.%Y"];

/// Reads times; those without an offset are of one zone.
pub(super) struct Times {
    zone: Option<Tz>,
    /// The newest of each sensor, for the hour that comes twice when summer ends.
    newest: HashMap<String, DateTime<Utc>>,
}

impl Times {
    pub fn of(zone: Option<Tz>) -> Self {
        Self {
            zone,
            newest: HashMap::new(),
        }
    }

    /// RFC 3339, seconds or milliseconds since 1970, or local time.
    pub fn read(&mut self, text: &str, sensor: &str) -> Result<DateTime<Utc>, String> {
        let text = text.trim();
        if let Ok(time) = DateTime::parse_from_rfc3339(text) {
            return Ok(time.to_utc());
        }
        if let Some(time) = since_1970(text) {
            return Ok(time);
        }
        let local = local(text).ok_or_else(|| format!("{text:?} is no time"))?;
        let Some(zone) = self.zone else {
            return Err(format!("{text:?} says no offset: give --timezone"));
        };
        let time = match zone.from_local_datetime(&local) {
            LocalResult::Single(time) => time.to_utc(),
            LocalResult::Ambiguous(first, second) => {
                let newest = self.newest.get(sensor);
                let again = newest.is_some_and(|newest| *newest >= first);
                if again {
                    second.to_utc()
                } else {
                    first.to_utc()
                }
            }
            LocalResult::None => {
                let name = zone.name();
                return Err(format!("{text:?} is in the hour that {name} leaves out"));
            }
        };
        self.note(sensor, time);
        Ok(time)
    }

    fn note(&mut self, sensor: &str, time: DateTime<Utc>) {
        match self.newest.get_mut(sensor) {
            Some(newest) => *newest = time.max(*newest),
            None => {
                self.newest.insert(sensor.to_owned(), time);
            }
        }
    }
}

fn since_1970(text: &str) -> Option<DateTime<Utc>> {
    let number: i64 = text.parse().ok()?;
    match text.len() {
        9 | 10 => DateTime::from_timestamp(number, 0),
        12 | 13 => DateTime::from_timestamp_millis(number),
        _ => None,
    }
}

fn local(text: &str) -> Option<NaiveDateTime> {
    let time = |format: &&str| NaiveDateTime::parse_from_str(text, format).ok();
    let day = |format: &&str| NaiveDate::parse_from_str(text, format).ok();
    let found = LOCAL.iter().find_map(time);
    found.or_else(|| DAYS.iter().find_map(day)?.and_hms_opt(0, 0, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(times: &mut Times, text: &str) -> Result<String, String> {
        let time = times.read(text, "a")?;
        Ok(time.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
    }

    #[test]
    fn times_are_read_in_the_spellings_of_files() {
        let mut times = Times::of(Some(chrono_tz::Europe::Berlin));
        for (text, expected) in [
            ("2026-05-01T00:00:00+02:00", "2026-04-30T22:00:00Z"),
            ("2026-05-01 00:00:00+02:00", "2026-04-30T22:00:00Z"),
            ("1777586400", "2026-04-30T22:00:00Z"),
            ("1777586400000", "2026-04-30T22:00:00Z"),
            ("2026-05-01 00:00", "2026-04-30T22:00:00Z"),
            ("2026-05-01T00:00:00.250", "2026-04-30T22:00:00.250Z"),
            ("01.05.2026 00:15", "2026-04-30T22:15:00Z"),
            (" 01.05.2026 ", "2026-04-30T22:00:00Z"),
        ] {
            assert_eq!(read(&mut times, text).as_deref(), Ok(expected), "{text}");
        }
        assert!(read(&mut times, "yesterday").is_err());
        let asked = read(&mut Times::of(None), "2026-05-01 00:00").unwrap_err();
        assert!(asked.contains("--timezone"), "{asked}");
    }

    #[test]
    fn the_hour_that_comes_twice_is_told_by_order() {
        let mut times = Times::of(Some(chrono_tz::Europe::Berlin));
        let hours = ["01:00", "02:00", "02:30", "02:00", "02:30", "03:00"];
        let read = hours.map(|hour| read(&mut times, &format!("2026-10-25 {hour}")).unwrap());
        let expected = ["23:00", "00:00", "00:30", "01:00", "01:30", "02:00"];
        for (read, expected) in read.iter().zip(expected) {
            assert_eq!(&read[11..16], expected);
        }
        // Another sensor's come beside them.
        let other = times.read("2026-10-25 02:00", "b").unwrap();
        assert_eq!(other.to_rfc3339(), "2026-10-25T00:00:00+00:00");
        let left_out = times.read("2026-03-29 02:30", "a").unwrap_err();
        assert!(left_out.contains("leaves out"), "{left_out}");
    }
}
