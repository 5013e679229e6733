//! A finding and its parts.

use chrono::{DateTime, Utc};
use serde::Serialize;

/// Something that was seen in the figures of a meter or a sensor.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    pub evidence: Evidence,
    pub period: Period,
    /// What acting on it would save in a year; negative where less is used than before. Of an anomaly: what it
    /// came to, once.
    pub kwh_per_year: f64,
    /// The same in the currency of the prices; `None` without a price.
    pub money_per_year: Option<f64>,
    pub confidence: Confidence,
}

/// The hours that were looked at; without `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Period {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
}

/// The figures behind a finding. Hours are mean powers: kW and kWh of one hour are the same number.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    tag = "kind"
)]
pub enum Evidence {
    /// More runs at night (0 to 5 o'clock) than on the quietest tenth of the nights.
    NightLoad {
        usual_kw: f64,
        quiet_kw: f64,
        /// Mean of working hours, to compare with.
        working_kw: f64,
        nights: usize,
    },
    /// More runs by day on weekends and holidays (8 to 18 o'clock) than on the quietest tenth of them.
    WeekendLoad {
        usual_kw: f64,
        quiet_kw: f64,
        working_kw: f64,
        days: usize,
    },
    /// Heating follows the cold; the saving is that of one degree less.
    HeatingSensitivity {
        kwh_per_degree_day: f64,
        balance_celsius: f64,
        heating_kwh_per_year: f64,
        /// Of all use, 0 to 1.
        share: f64,
    },
    /// Cooling follows the heat; the saving is that of one degree more.
    CoolingSensitivity {
        kwh_per_degree_day: f64,
        balance_celsius: f64,
        cooling_kwh_per_year: f64,
        share: f64,
    },
    /// Working days begin or end at other times than they used to. Hours of the local clock.
    ScheduleDrift {
        start_before: f64,
        start_now: f64,
        end_before: f64,
        end_now: f64,
        /// Positive: the day has become longer.
        longer_minutes: f64,
    },
    /// The months' highest hours stand out above all but a hundredth of their hours; nothing is saved in
    /// kWh, it is used at other times.
    Peaks {
        months: usize,
        highest_kw: f64,
        highest_at: DateTime<Utc>,
        mean_peak_kw: f64,
        /// What the peaks would be without that hundredth, on average.
        mean_capped_kw: f64,
        shifted_kwh_per_year: f64,
    },
    /// The same value, hour after hour.
    StuckSensor {
        value: f64,
        hours: usize,
        /// How long the next longest stay was.
        otherwise_hours: usize,
    },
    /// A sensor leaves its reference, steadily; in the unit of the sensor.
    DriftingSensor {
        per_year: f64,
        weeks: usize,
        /// Spread of the weeks around the drift.
        spread: f64,
    },
    /// Hours unlike those of the same time of day on similar days around them.
    Anomaly {
        hours: usize,
        measured_kwh: f64,
        expected_kwh: f64,
        /// Distance of the strangest hour in robust standard deviations; negative below what was expected.
        score: f64,
    },
}

/// How sure, from 0 to 1, and why: `min(1, samples / wanted) · effect / (effect + spread)`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Confidence {
    pub value: f64,
    /// How much there was to look at (nights, days, months, weeks or hours), and how much is enough.
    pub samples: usize,
    pub wanted: usize,
    /// The size of what was seen, and how much the samples differ anyway, in one unit.
    pub effect: f64,
    pub spread: f64,
}

impl Confidence {
    pub(super) fn new(samples: usize, wanted: usize, effect: f64, spread: f64) -> Self {
        let (effect, spread) = (effect.abs(), spread.abs());
        let enough = (samples as f64 / wanted.max(1) as f64).min(1.0);
        let clear = if effect > 0.0 {
            effect / (effect + spread)
        } else {
            0.0
        };
        Self {
            value: (enough * clear).clamp(0.0, 1.0),
            samples,
            wanted,
            effect,
            spread,
        }
    }
}

/// What energy costs, in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Prices {
    pub per_kwh: Option<f64>,
    /// Of a month's highest hour.
    pub per_kw_and_month: Option<f64>,
}

impl Prices {
    pub(super) fn of_kwh(&self, kwh: f64) -> Option<f64> {
        times(self.per_kwh, kwh)
    }

    pub(super) fn of_kw_months(&self, kw_months: f64) -> Option<f64> {
        times(self.per_kw_and_month, kw_months)
    }
}

fn times(price: Option<f64>, amount: f64) -> Option<f64> {
    price
        .map(|price| price * amount)
        .filter(|money| money.is_finite())
}
