//! The hours of the week in which a rule applies.

use chrono::{DateTime, Datelike, Days, NaiveTime, Timelike, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::values::{FromJson, Invalid, some_of, string};

/// The names of the days, Monday first.
const DAYS: &[&str] = &["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// Days and hours by the clock of the building's time zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Schedule {
    pub weekdays: Vec<Weekday>,
    /// `HH:MM`; the whole day where both are the same.
    pub from: String,
    /// `HH:MM`. Before `from` it is that of the next day, which belongs to the day before it.
    pub to: String,
}

impl Weekday {
    const ALL: [Self; 7] = [
        Self::Mon,
        Self::Tue,
        Self::Wed,
        Self::Thu,
        Self::Fri,
        Self::Sat,
        Self::Sun,
    ];
}

impl Schedule {
    /// Whether the rule applies at a moment, by the clock of a zone.
    pub fn applies(&self, at: DateTime<Utc>, zone: Tz) -> bool {
        let (Some(from), Some(to)) = (clock(&self.from), clock(&self.to)) else {
            return true;
        };
        let local = at.with_timezone(&zone);
        let (today, now) = (local.date_naive(), local.time());
        let on = |day: chrono::NaiveDate| {
            let number = day.weekday().num_days_from_monday();
            let named = usize::try_from(number)
                .ok()
                .and_then(|at| Weekday::ALL.get(at));
            named.is_some_and(|day| self.weekdays.contains(day))
        };
        let yesterday = today.checked_sub_days(Days::new(1));
        if from < to {
            return on(today) && from <= now && now < to;
        }
        if from == to {
            return on(today);
        }
        (on(today) && from <= now) || (now < to && yesterday.is_some_and(on))
    }
}

/// `08:30`
pub(super) fn clock(text: &str) -> Option<NaiveTime> {
    let (hours, minutes) = text.split_once(':')?;
    let two = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !two(hours) || !two(minutes) {
        return None;
    }
    NaiveTime::from_hms_opt(hours.parse().ok()?, minutes.parse().ok()?, 0)
}

/// A time of the day, as it is kept.
pub(super) struct Clock(pub String);

impl FromJson for Clock {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        match clock(string(value)?) {
            Some(time) => Ok(Self(format!("{:02}:{:02}", time.hour(), time.minute()))),
            None => Invalid::because("must be a time of the day, such as 08:30"),
        }
    }
}

/// Some days of the week, Monday first.
pub(super) struct Weekdays(pub Vec<Weekday>);

impl FromJson for Weekdays {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        let named = some_of(value, DAYS)?;
        if named.is_empty() {
            return Invalid::because("must name at least one day");
        }
        let all = DAYS.iter().zip(Weekday::ALL);
        let chosen = all.filter(|(name, _)| named.contains(name));
        Ok(Self(chosen.map(|(_, day)| day).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(weekdays: &[Weekday], from: &str, to: &str) -> Schedule {
        let (from, to) = (from.to_owned(), to.to_owned());
        Schedule {
            weekdays: weekdays.to_vec(),
            from,
            to,
        }
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn it_applies_by_the_buildings_own_clock() {
        // 2026-03-27 is a Friday; the clocks go forward on the Sunday after it.
        let office = schedule(&[Weekday::Fri, Weekday::Mon], "08:00", "18:00");
        let berlin = Tz::Europe__Berlin;
        assert!(office.applies(at("2026-03-27T07:00:00Z"), berlin));
        assert!(!office.applies(at("2026-03-27T06:59:59Z"), berlin));
        assert!(!office.applies(at("2026-03-27T17:00:00Z"), berlin));
        assert!(!office.applies(at("2026-03-28T09:00:00Z"), berlin));
        assert!(office.applies(at("2026-03-30T06:00:00Z"), berlin));
    }

    #[test]
    fn a_night_belongs_to_the_day_on_which_it_begins() {
        let night = schedule(&[Weekday::Fri], "22:00", "06:00");
        assert!(night.applies(at("2026-03-27T22:00:00Z"), Tz::UTC));
        assert!(night.applies(at("2026-03-28T05:59:00Z"), Tz::UTC));
        assert!(!night.applies(at("2026-03-28T06:00:00Z"), Tz::UTC));
        assert!(!night.applies(at("2026-03-27T05:00:00Z"), Tz::UTC));
    }

    #[test]
    fn the_same_time_twice_is_the_whole_day() {
        let sundays = schedule(&[Weekday::Sun], "00:00", "00:00");
        assert!(sundays.applies(at("2026-03-29T23:59:59Z"), Tz::UTC));
        assert!(!sundays.applies(at("2026-03-30T00:00:00Z"), Tz::UTC));
    }

    #[test]
    fn times_of_the_day_have_one_form() {
        for bad in ["8:00", "24:00", "08:60", "0800", "+8:00", "08:00:00"] {
            assert_eq!(clock(bad), None, "{bad}");
        }
    }
}
