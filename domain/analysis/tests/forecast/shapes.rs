//! Shapes of meters that a forecast must follow.

use chrono::{Datelike, Timelike};
use flowgrid_analysis::forecast::{Calendar, Note, Options, Series, Step};

use crate::made::{BERLIN, berlin, fitted, hour, hours, local, noise, office};

fn options(horizon: usize) -> Options {
    Options {
        horizon,
        ..Options::default()
    }
}

#[test]
fn an_office_is_known_by_its_week() {
    let end = hour("2025-06-05T00:00:00Z");
    let model = fitted(&hours(end, 24 * 120, office), &options(168));
    for point in model.forecast(168, &berlin(), None).unwrap().points {
        assert!(
            (point.predicted - office(point.index)).abs() < 1.0,
            "{point:?}"
        );
    }
}

#[test]
fn work_begins_by_the_local_clock_when_clocks_change() {
    for end in ["2025-03-29T12:00:00Z", "2025-10-25T12:00:00Z"] {
        let end = hour(end);
        let model = fitted(&hours(end, 24 * 120, office), &options(72));
        for point in model.forecast(72, &berlin(), None).unwrap().points {
            let off = (point.predicted - office(point.index)).abs();
            assert!(off < 1.5, "{} {point:?}", local(point.index));
        }
    }
}

#[test]
fn a_holiday_is_like_a_sunday() {
    let monday = hour("2025-06-09T00:00:00Z");
    let history = hours(monday, 24 * 120, office);
    let whit_monday = Calendar::new(BERLIN, [local(monday + 5).date_naive()]);
    let model = fitted(&history, &options(24));
    let noon = |calendar: &Calendar| {
        let points = model.forecast(24, calendar, None).unwrap().points;
        points
            .iter()
            .find(|point| local(point.index).hour() == 12)
            .unwrap()
            .predicted
    };
    assert!(noon(&whit_monday) < 4.0);
    assert!(noon(&berlin()) > 8.0);
}

#[test]
fn feed_in_stays_negative_and_nights_stay_dark() {
    let sun = |index: i64| {
        let hour = f64::from(local(index).hour());
        -(5.0 - (hour - 12.0).abs()).max(0.0) * (1.0 + 0.5 * noise(index))
    };
    let end = hour("2025-06-05T00:00:00Z");
    let model = fitted(&hours(end, 24 * 90, sun), &options(48));
    for point in model.forecast(48, &berlin(), None).unwrap().points {
        match local(point.index).hour() {
            11..=13 => assert!(point.predicted < -3.0 && point.lower < point.predicted),
            0..=5 | 19.. => assert!(point.predicted.abs() < 0.5),
            6..=10 | 14..=18 => {}
        }
    }
}

#[test]
fn a_meter_that_never_fell_below_zero_is_not_foretold_to() {
    let rarely = |index: i64| if noise(index) > 0.8 { 5.0 } else { 0.0 };
    let end = hour("2025-06-05T00:00:00Z");
    let model = fitted(&hours(end, 24 * 90, rarely), &options(48));
    for point in model.forecast(48, &berlin(), None).unwrap().points {
        assert!(point.lower >= 0.0 && point.predicted >= 0.0);
        assert!(point.upper > point.predicted);
    }
}

#[test]
fn what_never_changes_is_foretold_as_it_is() {
    let end = hour("2025-06-05T00:00:00Z");
    let model = fitted(&hours(end, 24 * 60, |_| 3.0), &options(48));
    let forecast = model.forecast(48, &berlin(), None).unwrap();
    assert!(forecast.notes.contains(&Note::Constant));
    assert_eq!(forecast.judgement.mase, None);
    for point in forecast.points {
        assert_eq!((point.predicted, point.lower, point.upper), (3.0, 3.0, 3.0));
    }
}

#[test]
fn a_gap_of_two_weeks_is_bridged() {
    let end = hour("2025-06-05T00:00:00Z");
    let mut history = hours(end, 24 * 120, office);
    history.values[24 * 80..24 * 94].fill(None);
    history.values[24 * 119..].fill(None);
    let model = fitted(&history, &options(48));
    let forecast = model.forecast(48, &berlin(), None).unwrap();
    assert!(
        forecast
            .notes
            .iter()
            .any(|note| matches!(note, Note::Gaps { .. }))
    );
    for point in forecast.points {
        assert!(
            (point.predicted - office(point.index)).abs() < 1.5,
            "{point:?}"
        );
    }
}

#[test]
fn one_absurd_reading_bends_nothing() {
    let end = hour("2025-06-05T00:00:00Z");
    let mut history = hours(end, 24 * 120, office);
    history.values[24 * 70] = Some(1e12);
    let model = fitted(&history, &options(48));
    for point in model.forecast(48, &berlin(), None).unwrap().points {
        assert!(
            (point.predicted - office(point.index)).abs() < 1.5,
            "{point:?}"
        );
    }
}

#[test]
fn days_are_foretold_by_their_weekday() {
    let start = Step::day(20_000).unwrap();
    let usage = |day: i64| {
        let weekday = Step::day(day).unwrap().weekday().num_days_from_monday();
        (if weekday < 5 { 200.0 } else { 80.0 }) + 8.0 * noise(day)
    };
    let history = Series::daily(
        start,
        (20_000..20_400).map(|day| Some(usage(day))).collect(),
    );
    let model = fitted(&history, &options(14));
    let judgement = model.judgement();
    assert!(judgement.mase < judgement.naive_mase, "{judgement:?}");
    let points = model.forecast(14, &berlin(), None).unwrap().points;
    assert_eq!(points.len(), 14);
    for point in points {
        assert!(
            (point.predicted - usage(point.index)).abs() < 20.0,
            "{point:?}"
        );
    }
}
