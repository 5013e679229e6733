//! What holds for every input.

use std::ops::ControlFlow;

use chrono_tz::TZ_VARIANTS;
use flowgrid_analysis::forecast::{
    Calendar, Forecast, ForecastError, Options, Outlook, Series, Step, fit,
};
use proptest::prelude::*;

/// Values of a meter, of a sort each: what meters show, and what they should not.
fn value() -> impl Strategy<Value = Option<f64>> {
    prop_oneof![
        6 => (0.0..50.0).prop_map(Some),
        1 => Just(Some(0.0)),
        1 => Just(None),
    ]
}

fn odd_value() -> impl Strategy<Value = Option<f64>> {
    prop_oneof![
        3 => value(),
        1 => any::<f64>().prop_map(Some),
        1 => (-1e15..1e15).prop_map(Some),
        1 => Just(Some(f64::NAN)),
        1 => Just(Some(f64::NEG_INFINITY)),
    ]
}

fn values() -> impl Strategy<Value = Vec<Option<f64>>> {
    prop_oneof![
        3 => prop::collection::vec(value(), 0..1200),
        1 => prop::collection::vec(odd_value(), 0..1200),
        1 => (odd_value(), 0..1200_usize).prop_map(|(value, count)| vec![value; count]),
    ]
}

#[derive(Debug)]
struct Case {
    history: Series,
    temperature: Option<Series>,
    calendar: Calendar,
    options: Options,
}

prop_compose! {
    fn case()(
        hourly in any::<bool>(),
        history in values(),
        air in prop::option::of(values()),
        zone in 0..TZ_VARIANTS.len(),
        start in -400_000..800_000_i64,
        shift in -300..300_i64,
        horizon in 1..200_usize,
        level in 0.5..0.99_f64,
        known in any::<bool>(),
    ) -> Case {
        let (step, start) = if hourly { (Step::Hour, start) } else { (Step::Day, start / 24) };
        Case {
            history: Series { step, start, values: history },
            temperature: air.map(|values| Series { step, start: start + shift, values }),
            calendar: Calendar::new(TZ_VARIANTS[zone], []),
            options: Options {
                horizon,
                level,
                outlook: if known { Outlook::Forecast } else { Outlook::Unknown },
            },
        }
    }
}

fn forecast(case: &Case) -> Result<Forecast, ForecastError> {
    let air = case.temperature.as_ref();
    let mut watch = |_| ControlFlow::Continue(());
    let model = fit(
        &case.history,
        &case.calendar,
        air,
        &case.options,
        &mut watch,
    )?;
    // What a worker keeps can be written down and read, whatever it was made of.
    let text = serde_json::to_string(&model).unwrap();
    assert_eq!(
        serde_json::from_str::<flowgrid_analysis::forecast::Model>(&text).unwrap(),
        model
    );
    model.forecast(case.options.horizon, &case.calendar, air)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_input_has_a_forecast_or_a_reason(case in case()) {
        let Ok(forecast) = forecast(&case) else {
            return Ok(());
        };
        prop_assert_eq!(forecast.points.len(), case.options.horizon);
        for (nth, point) in (0..).zip(&forecast.points) {
            prop_assert_eq!(point.index, case.history.end() + nth);
            prop_assert!(point.predicted.is_finite(), "{:?}", point);
            prop_assert!(point.lower.is_finite() && point.upper.is_finite(), "{:?}", point);
            prop_assert!(point.lower <= point.predicted, "{:?}", point);
            prop_assert!(point.predicted <= point.upper, "{:?}", point);
        }
        let coverage = forecast.judgement.coverage.unwrap_or(0.0);
        prop_assert!((0.0..=1.0).contains(&coverage));
    }

    #[test]
    fn equal_input_gives_an_equal_forecast(case in case()) {
        prop_assert_eq!(forecast(&case), forecast(&case));
    }
}
