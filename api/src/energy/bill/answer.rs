//! Bills as callers see them.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

/// An amount in one currency.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CurrencyTotal {
    pub currency: String,
    pub cost: f64,
}

/// What one carrier cost a building.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CarrierCosts {
    /// electricity, gas or heat.
    pub carrier: &'static str,
    /// kWh from the network.
    pub drawn_kwh: f64,
    /// kWh given to the network: what meters of direction `generation` count that have no main meter.
    pub fed_in_kwh: f64,
    /// How much of the time was measured, 0 to 1.
    #[schema(minimum = 0, maximum = 1)]
    pub coverage: f64,
    /// By currency, each with its lines.
    pub costs: Vec<CostLines>,
    pub buckets: Vec<CostBucket>,
    /// Time in which no tariff holds: what was drawn then costs nothing here.
    pub without_tariff: Vec<WithoutTariff>,
    pub co2: Co2,
}

/// What was paid in one currency; the lines add up to the total.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CostLines {
    pub currency: String,
    pub total: f64,
    /// By tariff and rate.
    pub energy: Vec<EnergyLine>,
    /// By tariff, charge and month.
    pub demand: Vec<DemandLine>,
    /// The meters don't count quarter hours, or there are several: demand is from means of hours, and may be higher.
    pub demand_is_estimated: bool,
    pub fees: f64,
    /// Taken off the total.
    pub feed_in_credit: f64,
}

/// What energy cost at one rate.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnergyLine {
    pub tariff_id: String,
    /// Its name.
    pub tariff: String,
    pub rate: String,
    /// Drawn, less what was fed in where the tariff nets it.
    pub kwh: f64,
    pub cost: f64,
}

/// What the highest demand of a month cost.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DemandLine {
    pub tariff_id: String,
    /// Its name.
    pub tariff: String,
    pub charge: String,
    /// When the month begins.
    pub month: DateTime<Utc>,
    pub kw: f64,
    /// When it was so, to the hour.
    pub at: DateTime<Utc>,
    /// For the part of the month that is billed.
    pub cost: f64,
}

/// What one bucket cost.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CostBucket {
    pub start: DateTime<Utc>,
    /// Just after the last moment that is billed.
    pub end: DateTime<Utc>,
    pub drawn_kwh: f64,
    pub fed_in_kwh: f64,
    #[schema(minimum = 0, maximum = 1)]
    pub coverage: f64,
    /// By currency; none where no tariff holds. The demand charge of a month falls to the bucket that set it.
    pub costs: Vec<CurrencyTotal>,
    /// Null where a factor is missing.
    #[serde(rename = "co2Kg")]
    pub co2_kg: Option<f64>,
}

/// Time without a tariff.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WithoutTariff {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    pub kwh: f64,
}

/// The CO2 of what was drawn.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Co2 {
    /// Null where a factor is missing.
    pub kg: Option<f64>,
    pub factors: Vec<Co2Used>,
    /// Why a factor is missing.
    pub reason: Option<String>,
}

/// A factor, and what it was used for.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Co2Used {
    /// Of a kWh as it is measured; of gas, gross.
    pub kg_per_kwh: f64,
    /// The year it is for.
    pub year: Option<i32>,
    pub source: String,
    pub kwh: f64,
}
