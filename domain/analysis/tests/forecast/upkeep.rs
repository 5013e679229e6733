//! A model is kept, and kept up to date.

use flowgrid_analysis::forecast::{Model, Options, Outlook, Series};

use crate::made::{berlin, fitted, hour, hours, office};
use crate::meters;

fn end() -> i64 {
    hour("2025-06-05T00:00:00Z")
}

#[test]
fn a_model_that_was_written_down_foretells_the_same() {
    let air = meters::temperature();
    let options = Options {
        outlook: Outlook::Forecast,
        ..Options::default()
    };
    for name in meters::METERS {
        let model = meters::fitted(
            &meters::before(&meters::read(name), 48),
            Some(&air),
            &options,
        );
        let text = serde_json::to_string(&model).unwrap();
        let again: Model = serde_json::from_str(&text).unwrap();
        assert_eq!(again, model);
        let calendar = meters::chicago();
        assert_eq!(
            again.forecast(48, &calendar, Some(&air)),
            model.forecast(48, &calendar, Some(&air))
        );
    }
}

#[test]
fn new_values_move_the_origin() {
    let mut model = fitted(&hours(end(), 24 * 100, office), &Options::default());
    assert_eq!(model.origin(), end());
    model.observe(&hours(end() + 30, 40, office), None);
    assert_eq!(model.origin(), end() + 30);
    for point in model.forecast(48, &berlin(), None).unwrap().points {
        assert!(
            (point.predicted - office(point.index)).abs() < 1.5,
            "{point:?}"
        );
    }
}

#[test]
fn what_is_observed_counts_as_if_it_had_been_fitted() {
    let history = hours(end() + 48, 24 * 5 + 48, office);
    let mut model = fitted(&meters::before(&history, 48), &Options::default());
    model.observe(&history, None);
    let points = model.forecast(24, &berlin(), None).unwrap().points;
    for point in points {
        assert_eq!(point.predicted, office(point.index - 24));
    }
}

#[test]
fn a_model_left_alone_for_long_says_what_it_can() {
    let mut model = fitted(&hours(end(), 24 * 100, office), &Options::default());
    let empty = Series {
        values: vec![],
        ..hours(end() + 9000, 0, office)
    };
    model.observe(&empty, None);
    assert_eq!(model.origin(), end());
    let later = Series {
        values: vec![None],
        ..hours(end() + 100_000, 0, office)
    };
    model.observe(&later, None);
    assert_eq!(model.origin(), end() + 100_001);
    if let Ok(forecast) = model.forecast(48, &berlin(), None) {
        assert!(
            forecast
                .points
                .iter()
                .all(|point| point.predicted.is_finite())
        );
    }
}
