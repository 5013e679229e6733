//! What the meters counted, moved by whole weeks so that it reaches today.

use std::io::{Read, Write};

use chrono::{DateTime, TimeDelta, Utc};
use flate2::read::GzDecoder;
use tempfile::NamedTempFile;

use crate::Failure;

/// Files, and the sensors of the city that have what is in them.
const FILES: [(&[u8], &[&str]); 4] = [
    (
        include_bytes!("data/il-electricity-cdd-hdd-hourly.csv.gz"),
        &["demo-library-electricity"],
    ),
    (
        include_bytes!("data/il-electricity-cdd-only-hourly.csv.gz"),
        &["demo-office-electricity"],
    ),
    (
        include_bytes!("data/il-gas-hdd-only-hourly.csv.gz"),
        &["demo-town-hall-gas"],
    ),
    (
        include_bytes!("data/il-tempF.csv.gz"),
        &[
            "demo-library-outdoor",
            "demo-office-outdoor",
            "demo-town-hall-outdoor",
        ],
    ),
];

/// Days of a year, on average.
const YEAR_DAYS: f64 = 365.25;
pub(super) const HEAD: &str = "sensorId,timestamp,value\n";

/// Readings of all sensors by time.
pub(super) struct Meters(Vec<Reading>);

struct Reading {
    sensor: &'static str,
    at: DateTime<Utc>,
    /// As it stands in the file.
    value: String,
}

impl Meters {
    pub fn read(now: DateTime<Utc>) -> Result<Self, Failure> {
        let mut readings = Vec::new();
        for (file, sensors) in FILES {
            let mut text = String::new();
            GzDecoder::new(file).read_to_string(&mut text)?;
            for line in text.lines().skip(1) {
                let (at, value) = line.split_once(',').unwrap_or_default();
                let at = DateTime::parse_from_rfc3339(at)?.to_utc();
                let value = value.to_owned();
                readings.extend(sensors.iter().map(|sensor| Reading {
                    sensor,
                    at,
                    value: value.clone(),
                }));
            }
        }
        readings.sort_by_key(|reading| reading.at);
        let newest = readings.last().map_or(now, |last| last.at);
        let by = moved_by(newest, now);
        for reading in &mut readings {
            reading.at += by;
        }
        Ok(Self(readings))
    }

    /// Lines of CSV of what began after the one time and was over by the other.
    pub fn lines(&self, after: Option<DateTime<Utc>>, until: DateTime<Utc>) -> String {
        let from = after.map_or(0, |after| self.0.partition_point(|one| one.at <= after));
        let over = until - TimeDelta::hours(1);
        let readings = self.0[from..].iter().take_while(|one| one.at <= over);
        let line =
            |one: &Reading| format!("{},{},{}\n", one.sensor, one.at.to_rfc3339(), one.value);
        readings.map(line).collect()
    }

    /// The same as a file, which is gone when it is dropped.
    pub fn write(
        &self,
        after: Option<DateTime<Utc>>,
        until: DateTime<Utc>,
    ) -> Result<NamedTempFile, Failure> {
        let mut file = tempfile::Builder::new()
            .prefix("meters")
            .suffix(".csv")
            .tempfile()?;
        file.write_all(HEAD.as_bytes())?;
        file.write_all(self.lines(after, until).as_bytes())?;
        Ok(file)
    }
}

/// Whole weeks that are as many years as nearly as can be, so that days of the week and seasons stay; the
/// fewest with which the newest reading is not past.
fn moved_by(newest: DateTime<Utc>, now: DateTime<Utc>) -> TimeDelta {
    let years = (1..).map(|years: i32| {
        let weeks = (f64::from(years) * YEAR_DAYS / 7.0).round();
        TimeDelta::weeks(weeks as i64)
    });
    let mut enough = years.skip_while(|by| newest + *by < now);
    enough.next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use chrono::Datelike;

    use super::*;

    fn time(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn readings_reach_the_present_on_the_same_weekdays_in_the_same_season() {
        let now = time("2026-11-21T12:00:00Z");
        let meters = Meters::read(now).unwrap();
        let (first, last) = (&meters.0[0], &meters.0[meters.0.len() - 1]);
        assert!(last.at >= now && last.at < now + TimeDelta::days(366));
        let original = time("2015-11-22T06:00:00Z");
        assert_eq!(first.at.weekday(), original.weekday());
        assert!((i64::from(first.at.ordinal()) - i64::from(original.ordinal())).abs() <= 4);
        assert_eq!(meters.0.len(), 19_417 * 6);
    }

    #[test]
    fn an_hour_is_given_once_it_is_over_and_only_once() {
        let meters = Meters::read(time("2026-11-21T12:00:00Z")).unwrap();
        let at = time("2026-11-20T10:00:00Z");
        let lines = meters.lines(Some(at - TimeDelta::hours(2)), at);
        assert_eq!(lines.lines().count(), 6, "{lines}");
        assert!(
            lines.contains("demo-town-hall-gas,2026-11-20T09:00:00+00:00,"),
            "{lines}"
        );
    }
}
