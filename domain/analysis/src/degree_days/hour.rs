//! Hours as they are measured, tidied: in order, each once, nothing impossible.

use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike, NaiveDate, Offset, Timelike, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// One hour of a series: the energy of the hour in kWh, or its mean temperature in °C. Finer readings are to be
/// summed or averaged to hours first: what shares an hour here is taken for repeated.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Hour {
    pub start: DateTime<Utc>,
    pub value: f64,
}

/// An hour with its place in the calendar of the building.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct LocalHour {
    /// Counts hours from an arbitrary one on, aligned to the hours of the local clock.
    pub slot: i64,
    pub start: DateTime<Utc>,
    pub date: NaiveDate,
    /// 0 to 23. In autumn one hour comes twice, in spring one not at all.
    pub hour: u32,
    pub value: f64,
}

/// What a meter can show of an hour in kWh, either direction.
pub(crate) const PLAUSIBLE_KWH: RangeInclusive<f64> = -1e9..=1e9;
/// What the air outdoors has ever been in °C, with a margin.
pub(crate) const PLAUSIBLE_CELSIUS: RangeInclusive<f64> = -95.0..=65.0;

/// The years that calendars are asked about; beyond them lies the end of what can be counted.
const PLAUSIBLE_YEARS: RangeInclusive<i32> = 1900..=2200;

/// The hours in order of time, each slot once; values and times that are not plausible count as
/// missing. Several values of one slot are averaged (2.3.2.1 drops duplicates; a mean does not
/// depend on their order).
pub(crate) fn local_hours(
    hours: &[Hour],
    zone: Tz,
    plausible: RangeInclusive<f64>,
) -> Vec<LocalHour> {
    let mut placed: Vec<LocalHour> = hours
        .iter()
        .filter(|hour| plausible.contains(&hour.value))
        .filter(|hour| PLAUSIBLE_YEARS.contains(&hour.start.year()))
        .map(|hour| place(hour, zone))
        .collect();
    placed.sort_by(|a, b| {
        (a.slot, a.start)
            .cmp(&(b.slot, b.start))
            .then(a.value.total_cmp(&b.value))
    });
    placed.chunk_by(|a, b| a.slot == b.slot).map(mean).collect()
}

fn place(hour: &Hour, zone: Tz) -> LocalHour {
    let local = hour.start.with_timezone(&zone);
    let part_of_an_hour = i64::from(local.offset().fix().local_minus_utc()).rem_euclid(3_600);
    LocalHour {
        slot: (hour.start.timestamp() + part_of_an_hour).div_euclid(3_600),
        start: hour.start,
        date: local.date_naive(),
        hour: local.hour(),
        value: hour.value,
    }
}

fn mean(same: &[LocalHour]) -> LocalHour {
    let sum: f64 = same.iter().map(|hour| hour.value).sum();
    LocalHour {
        value: sum / same.len() as f64,
        ..same[0]
    }
}

/// The hours with gaps of up to six hours filled on a straight line (2.2.4.1). In: in order of time.
pub(crate) fn bridged(hours: &[Hour]) -> Vec<Hour> {
    const LONGEST_GAP: i64 = 6;
    let mut filled = Vec::with_capacity(hours.len());
    for pair in hours.windows(2) {
        let [from, to] = pair else { continue };
        filled.push(*from);
        let steps = (to.start - from.start).num_hours();
        if (2..=LONGEST_GAP + 1).contains(&steps) {
            filled.extend((1..steps).map(|step| between(from, to, step, steps)));
        }
    }
    filled.extend(hours.last());
    filled
}

fn between(from: &Hour, to: &Hour, step: i64, steps: i64) -> Hour {
    let share = step as f64 / steps as f64;
    Hour {
        start: from.start + chrono::Duration::hours(step),
        value: from.value + share * (to.value - from.value),
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    fn at(hour: i64, value: f64) -> Hour {
        let midnight = Utc.with_ymd_and_hms(2026, 1, 1, 0, 0, 0).unwrap();
        Hour {
            start: midnight + chrono::Duration::hours(hour),
            value,
        }
    }

    #[test]
    fn hours_are_sorted_and_each_counts_once() {
        let given = [
            at(2, 3.0),
            at(0, 1.0),
            at(0, 1.0),
            at(2, 5.0),
            at(1, f64::NAN),
        ];
        let tidy = local_hours(&given, Tz::UTC, PLAUSIBLE_KWH);
        let values: Vec<f64> = tidy.iter().map(|hour| hour.value).collect();
        assert_eq!(values, [1.0, 4.0]);
    }

    #[test]
    fn the_ends_of_time_are_no_hours() {
        let given = [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC]
            .map(|start| Hour { start, value: 1.0 });
        for zone in [
            Tz::UTC,
            chrono_tz::Asia::Kolkata,
            chrono_tz::America::Havana,
        ] {
            assert!(local_hours(&given, zone, PLAUSIBLE_KWH).is_empty());
        }
    }

    #[test]
    fn slots_follow_the_clock_where_it_is_half_an_hour_off() {
        let first = Utc.with_ymd_and_hms(2026, 1, 1, 18, 30, 0).unwrap();
        let given = [0, 29, 59, 60].map(|minute| Hour {
            start: first + chrono::Duration::minutes(minute),
            value: 1.0,
        });
        let tidy = local_hours(&given, chrono_tz::Asia::Kolkata, PLAUSIBLE_KWH);
        assert_eq!(tidy.len(), 2, "midnight in India is 18:30 UTC");
        assert_eq!(tidy[0].hour, 0);
    }

    #[test]
    fn six_missing_hours_are_bridged_and_seven_are_not() {
        assert_eq!(bridged(&[at(0, 0.0), at(7, 7.0)]).len(), 8);
        assert_eq!(bridged(&[at(0, 0.0), at(7, 7.0)])[3], at(3, 3.0));
        assert_eq!(bridged(&[at(0, 0.0), at(8, 8.0)]).len(), 2);
    }
}
