//! What is missing, what must not count, and what a reviewer is told.

use chrono::{Duration, NaiveDate};
use flowgrid_analysis::degree_days::Hour;
use flowgrid_analysis::savings::{Flag, Savings, SavingsError, savings};

use super::given::{ZONE, temperature};
use super::simulated::{Building, Noise, Simulated, draw};

const CALM: Noise = Noise::Lasting {
    share: 0.0,
    resemblance: 0.0,
};

fn meter() -> (Simulated, Vec<Hour>) {
    let weather = temperature();
    let building = Building {
        base_kwh_per_day: 100.0,
        heating: Some((15.0, 10.0)),
        cooling: None,
        lag_hours: 0,
        saved_share: 0.2,
    };
    (draw(&building, &weather, CALM, 0.0, 1), weather)
}

fn find(meter: &Simulated, weather: &[Hour]) -> Result<Savings, SavingsError> {
    savings(
        &meter.usage,
        weather,
        ZONE,
        &meter.periods,
        meter.metered,
        0.9,
    )
}

fn date_of(hour: &Hour) -> NaiveDate {
    hour.start.with_timezone(&ZONE).date_naive()
}

#[test]
fn what_was_used_while_the_work_was_done_counts_nowhere() {
    let (mut meter, weather) = meter();
    let before = find(&meter, &weather).unwrap();
    let work = meter.periods.baseline().end..meter.periods.reporting().start;
    for hour in meter
        .usage
        .iter_mut()
        .filter(|hour| work.contains(&date_of(hour)))
    {
        hour.value = 1e6;
    }
    assert_eq!(find(&meter, &weather).unwrap(), before);
    assert!((before.saved_share.unwrap() - 0.2).abs() < 0.001);
}

#[test]
fn a_baseline_may_lack_37_days_and_not_38() {
    let (mut meter, weather) = meter();
    let first = meter.periods.baseline().start;
    meter
        .usage
        .retain(|hour| date_of(hour) >= first + Duration::days(37));
    assert_eq!(
        find(&meter, &weather).unwrap().sufficiency.baseline_known,
        328
    );
    meter
        .usage
        .retain(|hour| date_of(hour) >= first + Duration::days(38));
    assert_eq!(
        find(&meter, &weather),
        Err(SavingsError::BaselineInsufficient {
            known: 327,
            needed: 328
        })
    );
}

#[test]
fn days_without_weather_or_readings_are_neither_expected_nor_measured() {
    let (mut meter, mut weather) = meter();
    let first = meter.periods.reporting().start;
    meter
        .usage
        .retain(|hour| date_of(hour) != first + Duration::days(10));
    weather.retain(|hour| date_of(hour) != first + Duration::days(20));
    let found = find(&meter, &weather).unwrap();
    assert_eq!(found.sufficiency.reporting_known, 363);
    assert!(
        found
            .sufficiency
            .flags
            .contains(&Flag::NotAYear { known: 363 })
    );
    assert!((found.saved_share.unwrap() - 0.2).abs() < 0.001);
    let sum: f64 = found
        .days
        .iter()
        .map(|day| day.counterfactual_kwh - day.measured_kwh)
        .sum();
    assert!((sum - found.saved_kwh).abs() < 1e-6);
}

#[test]
fn nothing_after_the_work_is_nothing_to_report() {
    let (mut meter, weather) = meter();
    let end = meter.periods.baseline().end;
    meter.usage.retain(|hour| date_of(hour) < end);
    assert_eq!(find(&meter, &weather), Err(SavingsError::NothingToReport));
}

#[test]
fn a_reviewer_is_told_of_feed_in_of_outliers_and_of_weather_never_seen() {
    let (mut meter, mut weather) = meter();
    let beyond = |flags: &[Flag]| {
        let days = flags.iter().find_map(|flag| match flag {
            Flag::BeyondBaselineWeather { days } => Some(*days),
            _ => None,
        });
        days.unwrap_or(0)
    };
    let usual = find(&meter, &weather).unwrap().sufficiency.flags;
    let of_weather = |flag: &Flag| matches!(flag, Flag::BeyondBaselineWeather { .. });
    assert!(usual.iter().all(of_weather), "{usual:?}");
    let (baseline, reporting) = (
        meter.periods.baseline().start,
        meter.periods.reporting().start,
    );
    for hour in &mut meter.usage {
        if date_of(hour) == baseline + Duration::days(5) {
            hour.value = 1_000.0;
        }
        if date_of(hour) == reporting + Duration::days(5) {
            hour.value = -1.0;
        }
    }
    for hour in weather
        .iter_mut()
        .filter(|hour| date_of(hour) == reporting + Duration::days(7))
    {
        hour.value = 55.0;
    }
    let flags = find(&meter, &weather).unwrap().sufficiency.flags;
    assert!(flags.contains(&Flag::NegativeDays { days: 1 }), "{flags:?}");
    assert_eq!(beyond(&flags), beyond(&usual) + 1, "{flags:?}");
    assert!(
        flags
            .iter()
            .any(|flag| matches!(flag, Flag::ExtremeDays { days: 1, .. })),
        "{flags:?}"
    );
}
