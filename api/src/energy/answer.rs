//! Energy as callers see it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

/// What was used in a stretch of time on the calendar.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnergyBucket {
    pub start: DateTime<Utc>,
    /// Just after the last moment that belongs to it.
    pub end: DateTime<Utc>,
    pub kwh: f64,
    /// By the tariffs that hold, demand charges and fees included. Null where some of it has no tariff or is in
    /// several currencies, by meter, and where prices of the hour are asked for too many meters: see `/energy/costs`.
    pub cost: Option<f64>,
    /// Of the cost.
    pub currency: Option<String>,
    /// CO2 of what was drawn; null where a factor is missing, and where cost is not computed.
    #[serde(rename = "co2Kg")]
    pub co2_kg: Option<f64>,
    /// How much of the time was measured, 0 to 1.
    #[schema(minimum = 0, maximum = 1)]
    pub coverage: f64,
}

/// What one building, meter or carrier used.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnergySeries {
    /// Null where several are added up.
    pub building_id: Option<String>,
    /// Null where several are added up.
    pub meter_id: Option<String>,
    /// electricity, gas or heat; null where several are added up.
    pub carrier: Option<&'static str>,
    /// By time, without those of which nothing is known.
    pub buckets: Vec<EnergyBucket>,
    pub kwh: f64,
    /// Of the whole time asked for, 0 to 1.
    pub coverage: f64,
    /// The same length of time before, where it was asked for.
    pub previous: Option<Before>,
}

/// The time before, to compare with.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Before {
    pub kwh: f64,
    pub coverage: f64,
    /// From then to now, in percent of then; null where then was nothing.
    pub change_percent: Option<f64>,
}

/// Consumption over time.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Energy {
    /// hour, day, week or month.
    pub bucket: &'static str,
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    pub series: Vec<EnergySeries>,
    /// Meters that count a volume of which nobody said how many kWh it holds (`calorificValue`): left out.
    pub unconverted: Vec<String>,
}

/// A period up to now, and the same part of the one before.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Period {
    pub kwh: f64,
    /// By the tariffs that hold; null where some of it has no tariff, or is in several currencies.
    pub cost: Option<f64>,
    /// Of the cost.
    pub currency: Option<String>,
    /// CO2 of what was drawn; null where a factor is missing.
    #[serde(rename = "co2Kg")]
    pub co2_kg: Option<f64>,
    pub coverage: f64,
    pub previous: Before,
}

/// How much buildings use now, today and this month.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnergySummary {
    /// Null where it is all of them.
    pub building_id: Option<String>,
    /// The mean of the newest hour that was measured; null where that is over two hours ago.
    pub power_kw: Option<f64>,
    pub today: Period,
    pub month: Period,
}

impl Before {
    pub fn of(now_kwh: f64, kwh: f64, coverage: f64) -> Self {
        let change = (now_kwh - kwh) / kwh * 100.0;
        Self {
            kwh,
            coverage,
            change_percent: (kwh > 0.0).then_some(change),
        }
    }
}
