//! Whatever comes in: an answer of finite numbers or a clear error.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use chrono_tz::Tz;
use flowgrid_analysis::degree_days::{Hour, Metered, days, fit_days};
use flowgrid_analysis::savings::{Periods, SavingsError, savings};
use proptest::prelude::*;
use serde_json::Value;

const WORK: NaiveDate = NaiveDate::from_ymd_opt(2025, 1, 1).unwrap();

fn odd() -> impl Strategy<Value = f64> {
    prop_oneof![
        8 => -50.0..500.0,
        1 => Just(0.0),
        1 => prop_oneof![
            Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY), Just(f64::MAX),
            Just(f64::MIN_POSITIVE), Just(-0.0), Just(1e9), Just(-1e9),
        ],
    ]
}

/// A few values, repeated over two years with some hours twice, some never, in an odd order.
fn series() -> impl Strategy<Value = Vec<Hour>> {
    (
        prop::collection::vec(odd(), 0..60),
        1usize..40,
        any::<bool>(),
    )
        .prop_map(|(values, stride, backwards)| {
            let first: DateTime<Utc> = (WORK - Duration::days(366))
                .and_time(Default::default())
                .and_utc();
            let mut hours: Vec<Hour> = (0..values.len().min(1) * 17_600)
                .map(|hour| Hour {
                    start: first + Duration::hours((hour / stride * stride) as i64),
                    value: values[hour / stride % values.len()],
                })
                .collect();
            if backwards {
                hours.reverse();
            }
            hours
        })
}

fn metered() -> impl Strategy<Value = Metered> {
    prop_oneof![
        Just(Metered::ELECTRICITY),
        Just(Metered::HEAT),
        Just(Metered::COLD)
    ]
}

/// JSON has no NaN: serde_json writes it as null, which only fields that may be absent may hold.
fn finite(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields.iter().all(|(name, value)| {
            let optional = [
                "heating",
                "cooling",
                "pValue",
                "savedShare",
                "uncertaintyKwh",
            ];
            let optional = optional.contains(&name.as_str())
                || ["uncertaintyShare", "cvRmse"].contains(&name.as_str());
            (optional && value.is_null()) || finite(value)
        }),
        Value::Array(values) => values.iter().all(finite),
        other => !other.is_null(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn savings_of_anything_are_finite_or_refused(
        usage in series(),
        temperature in series(),
        metered in metered(),
        confidence in prop_oneof![Just(0.9), odd()],
    ) {
        let periods = Periods::around(WORK, WORK).unwrap();
        let zone = chrono_tz::Europe::Berlin;
        match savings(&usage, &temperature, zone, &periods, metered, confidence) {
            Ok(found) => {
                let mut shown = serde_json::to_value(&found).unwrap();
                // As it was handed in, whatever that was.
                shown["confidence"] = Value::from(0.9);
                prop_assert!(finite(&shown), "{shown}");
                prop_assert!(found.uncertainty_kwh.is_none_or(|band| band >= 0.0));
                prop_assert!((0.0..=1.0).contains(&found.fit.r_squared.max(0.0)));
            }
            Err(SavingsError::BaselineInsufficient { known, needed }) => {
                prop_assert!(known < needed);
            }
            Err(error) => prop_assert_eq!(error, SavingsError::NothingToReport),
        }
    }

    #[test]
    fn the_order_of_readings_changes_nothing(usage in series(), temperature in series()) {
        let range = WORK - Duration::days(365)..WORK;
        let sorted = days(&usage, &temperature, Tz::UTC, range.clone(), true);
        let (mut usage, mut temperature) = (usage, temperature);
        usage.reverse();
        let third = temperature.len() / 3;
        temperature.rotate_left(third);
        prop_assert_eq!(&sorted, &days(&usage, &temperature, Tz::UTC, range, true));
    }

    /// Twice the use is twice the model.
    #[test]
    fn a_meter_of_another_scale_gets_the_same_model(seed in 0u64..1_000, scale in 1e-3..1e3) {
        let weather = super::given::temperature();
        let building = super::simulated::Building::any(seed);
        let calm = super::simulated::Noise::Lasting { share: 0.05, resemblance: 0.0 };
        let meter = super::simulated::draw(&building, &weather[..9_600], calm, 0.1, seed);
        let range = meter.periods.baseline().clone();
        let fit = |factor: f64| {
            let usage: Vec<Hour> = meter.usage.iter().map(|hour| Hour {
                value: hour.value * factor, ..*hour
            }).collect();
            let days = days(&usage, &weather[..9_600], super::given::ZONE, range.clone(), true);
            fit_days(&days, meter.metered).unwrap()
        };
        let (one, other) = (fit(1.0), fit(scale));
        let near = |a: f64, b: f64| (a - b).abs() <= 1e-6 * a.abs().max(b.abs()).max(1e-9);
        prop_assert!(near(one.r_squared, other.r_squared));
        prop_assert!(near(one.model.base_kwh_per_day * scale, other.model.base_kwh_per_day));
        prop_assert_eq!(
            one.model.heating.map(|branch| branch.balance_celsius),
            other.model.heating.map(|branch| branch.balance_celsius)
        );
    }
}

#[test]
fn an_empty_meter_is_refused_with_what_is_needed() {
    let periods = Periods::around(WORK, WORK).unwrap();
    let refused = savings(&[], &[], Tz::UTC, &periods, Metered::HEAT, 0.9);
    assert_eq!(
        refused,
        Err(SavingsError::BaselineInsufficient {
            known: 0,
            needed: 328
        })
    );
}
