//! Findings of whatever comes in are finite, bounded and the same in any order.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use flowgrid_analysis::degree_days::Hour;
use flowgrid_analysis::insights::{
    Consumption, Finding, MAX_FINDINGS, Prices, drifting, ranked, stuck,
};
use proptest::prelude::*;
use serde_json::Value;

const PRICES: Prices = Prices {
    per_kwh: Some(0.3),
    per_kw_and_month: Some(8.0),
};

fn odd() -> impl Strategy<Value = f64> {
    prop_oneof![
        8 => -50.0..500.0,
        2 => Just(0.0),
        1 => prop_oneof![
            Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY), Just(f64::MAX),
            Just(f64::MIN_POSITIVE), Just(1e9), Just(-1e9),
        ],
    ]
}

/// A pattern repeated over up to twenty weeks, some hours twice and some never.
fn series() -> impl Strategy<Value = Vec<Hour>> {
    (prop::collection::vec(odd(), 0..200), 1i64..5, 0i64..3_400).prop_map(
        |(values, stride, count)| {
            let first = DateTime::<Utc>::UNIX_EPOCH + Duration::days(20_000);
            (0..if values.is_empty() { 0 } else { count })
                .map(|hour| Hour {
                    start: first + Duration::hours(hour / stride * stride),
                    value: values[hour as usize % values.len()],
                })
                .collect()
        },
    )
}

fn findings(hours: &[Hour], other: &[Hour], prices: &Prices) -> Vec<Finding> {
    let zone = chrono_tz::Europe::Berlin;
    let consumption = Consumption::new(hours, zone, &BTreeSet::new());
    let others = [stuck(hours), drifting(hours, other)];
    ranked(&consumption, prices, others.into_iter().flatten().collect())
}

/// JSON has no NaN and no infinity: serde_json writes both as null.
fn finite(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields
            .iter()
            .all(|(name, value)| (name == "moneyPerYear" && value.is_null()) || finite(value)),
        Value::Array(values) => values.iter().all(finite),
        other => !other.is_null(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn findings_of_anything_are_finite_and_bounded(hours in series(), other in series()) {
        let found = findings(&hours, &other, &PRICES);
        prop_assert!(found.len() <= MAX_FINDINGS + 6);
        for finding in &found {
            prop_assert!(finite(&serde_json::to_value(finding).unwrap()), "{finding:?}");
            prop_assert!((0.0..=1.0).contains(&finding.confidence.value));
            prop_assert!(finding.period.from < finding.period.to);
        }
    }

    #[test]
    fn the_order_of_readings_changes_no_finding(hours in series(), other in series()) {
        let mut shuffled = hours.clone();
        shuffled.reverse();
        let third = shuffled.len() / 3;
        shuffled.rotate_left(third);
        prop_assert_eq!(findings(&hours, &other, &PRICES), findings(&shuffled, &other, &PRICES));
    }

    #[test]
    fn a_price_that_is_no_number_makes_no_money(hours in series(), price in odd()) {
        let prices = Prices { per_kwh: Some(price), per_kw_and_month: Some(price) };
        for finding in findings(&hours, &[], &prices) {
            prop_assert!(finding.money_per_year.is_none_or(f64::is_finite));
        }
    }
}
