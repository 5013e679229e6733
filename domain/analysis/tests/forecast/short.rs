//! What is said when little is known, and what is refused.

use std::ops::ControlFlow;

use flowgrid_analysis::forecast::{
    Family, ForecastError, Note, Options, Outlook, Progress, Series, Step, fit,
};

use crate::made::{berlin, fitted, hour, hours, noise, office};
use crate::meters;

fn end() -> i64 {
    hour("2025-06-05T00:00:00Z")
}

fn refused(history: &Series, options: &Options) -> ForecastError {
    fit(history, &berlin(), None, options, &mut |_| {
        ControlFlow::Continue(())
    })
    .unwrap_err()
}

#[test]
fn five_days_are_enough_for_a_naive_forecast_that_says_so() {
    let model = fitted(&hours(end(), 24 * 5, office), &Options::default());
    assert_eq!(model.judgement().family, Family::NaiveDaily);
    assert!(model.notes().contains(&Note::ShortHistory { days: 5 }));
    assert_eq!(
        model.forecast(48, &berlin(), None).unwrap().points.len(),
        48
    );
}

#[test]
fn three_weeks_know_the_weekend() {
    let model = fitted(&hours(end(), 24 * 21, office), &Options::default());
    assert_eq!(model.judgement().family, Family::NaiveWeekly);
    assert!(model.notes().contains(&Note::ShortHistory { days: 21 }));
}

#[test]
fn five_weeks_are_enough_for_better_families() {
    let noisy = |index: i64| office(index) + 2.0 * noise(index);
    let model = fitted(&hours(end(), 24 * 35, noisy), &Options::default());
    let judgement = model.judgement();
    assert!(!judgement.family.is_naive(), "{judgement:?}");
    assert!(judgement.mase < judgement.naive_mase, "{judgement:?}");
    assert!(
        !model
            .notes()
            .iter()
            .any(|note| matches!(note, Note::ShortHistory { .. }))
    );
}

#[test]
fn less_than_four_days_are_too_short() {
    let short = refused(&hours(end(), 95, office), &Options::default());
    assert_eq!(short, ForecastError::TooShort { have: 95, need: 96 });
    let mut gaps = hours(end(), 24 * 100, office);
    gaps.values[50..].fill(None);
    let short = refused(&gaps, &Options::default());
    assert_eq!(short, ForecastError::TooShort { have: 50, need: 96 });
}

#[test]
fn options_out_of_range_are_refused() {
    let history = hours(end(), 24 * 10, office);
    for horizon in [0, 745] {
        let options = Options {
            horizon,
            ..Options::default()
        };
        assert_eq!(
            refused(&history, &options),
            ForecastError::Horizon { most: 744 }
        );
    }
    for level in [0.2, 1.0, f64::NAN] {
        let options = Options {
            level,
            ..Options::default()
        };
        assert_eq!(refused(&history, &options), ForecastError::Level);
    }
}

#[test]
fn a_horizon_beyond_the_fitted_one_is_refused() {
    let model = fitted(&hours(end(), 24 * 10, office), &Options::default());
    for horizon in [0, 49] {
        let refused = model.forecast(horizon, &berlin(), None).unwrap_err();
        assert_eq!(refused, ForecastError::Horizon { most: 48 });
    }
}

#[test]
fn a_temperature_of_another_step_is_refused() {
    let history = hours(end(), 24 * 10, office);
    let days = Series {
        step: Step::Day,
        start: 20_000,
        values: vec![Some(1.0); 400],
    };
    let mut watch = |_| ControlFlow::Continue(());
    let refused = fit(
        &history,
        &berlin(),
        Some(&days),
        &Options::default(),
        &mut watch,
    );
    assert_eq!(refused.unwrap_err(), ForecastError::Steps);
}

#[test]
fn hours_beyond_the_calendar_are_refused() {
    for start in [i64::MAX - 10, i64::MIN, i64::MAX / 3600 - 100] {
        let history = Series {
            step: Step::Hour,
            start,
            values: vec![Some(1.0); 200],
        };
        assert_eq!(
            refused(&history, &Options::default()),
            ForecastError::Calendar
        );
    }
}

#[test]
fn a_model_fitted_with_weather_asks_for_it() {
    let meter = meters::read(meters::METERS[0]);
    let air = meters::temperature();
    let options = Options {
        outlook: Outlook::Forecast,
        ..Options::default()
    };
    let history = meters::before(&meter, 48);
    let model = meters::fitted(&history, Some(&air), &options);
    let calendar = meters::chicago();
    assert!(model.forecast(48, &calendar, Some(&air)).is_ok());
    let refused = model.forecast(48, &calendar, None).unwrap_err();
    assert_eq!(refused, ForecastError::Weather { have: 0, need: 48 });
    let part = meters::before(&air, 20);
    let refused = model.forecast(48, &calendar, Some(&part)).unwrap_err();
    assert_eq!(refused, ForecastError::Weather { have: 28, need: 48 });
    assert!(model.forecast(30, &calendar, Some(&part)).is_ok());
}

#[test]
fn a_fit_reports_its_progress_and_can_be_ended() {
    let history = hours(end(), 24 * 60, office);
    let mut heard: Vec<Progress> = Vec::new();
    let mut listen = |progress| {
        heard.push(progress);
        ControlFlow::Continue(())
    };
    fit(&history, &berlin(), None, &Options::default(), &mut listen).unwrap();
    assert!(heard.windows(2).all(|pair| pair[0].done < pair[1].done));
    let last = heard.last().unwrap();
    assert_eq!(last.done, last.total);
    for after in 0..heard.len() {
        let mut calls = 0;
        let mut end = |_| {
            calls += 1;
            if calls > after {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let ended = fit(&history, &berlin(), None, &Options::default(), &mut end);
        assert_eq!(ended.unwrap_err(), ForecastError::Cancelled);
    }
}
