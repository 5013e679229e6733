//! Benchmarks as callers see them.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

/// What must have been measured for a comparison.
pub const LEAST_COVERAGE: f64 = 0.9;

/// Buildings beside others of their kind.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnergyBenchmarks {
    /// With less of the time measured, nothing is compared.
    pub minimum_coverage: f64,
    pub buildings: Vec<BuildingBenchmark>,
}

/// One building beside others.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BuildingBenchmark {
    pub building_id: String,
    pub name: String,
    pub kind: String,
    /// m²
    pub area: Option<f64>,
    /// That of its time zone, two letters.
    pub country: Option<&'static str>,
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    /// Null without a meter.
    pub electricity: Option<Benchmarked>,
    /// Gas and heat from a network; null without a meter.
    pub heat: Option<Benchmarked>,
    /// All carriers that have a meter; null without one.
    pub total: Option<Benchmarked>,
}

/// What was used, and how much others use.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Benchmarked {
    /// As measured.
    pub kwh: f64,
    /// How much of the time was measured, of the carrier that was measured least.
    #[schema(minimum = 0, maximum = 1)]
    pub coverage: f64,
    /// In a year of the time that was measured; null where area or coverage don't allow it.
    #[serde(rename = "kwhPerM2")]
    pub kwh_per_m2: Option<f64>,
    /// Of a hundred of the organization's other buildings of this kind, how many use less per m².
    #[schema(minimum = 0, maximum = 100)]
    pub percentile: Option<f64>,
    /// With how many it was compared.
    pub peers: usize,
    /// What is published for the kind in the country; not comparable with each other.
    pub published: Vec<PublishedValue>,
    /// Why something is null or empty.
    pub reasons: Vec<Reason>,
}

/// A published value beside the building's.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublishedValue {
    pub id: &'static str,
    /// The kind in the words of the source.
    pub category: &'static str,
    /// Such as median, or reference value.
    pub statistic: &'static str,
    /// Which area is meant.
    pub area: &'static str,
    pub year: Option<i32>,
    pub source: &'static str,
    pub note: Option<&'static str>,
    #[serde(rename = "kwhPerM2")]
    pub kwh_per_m2: f64,
    /// Above zero: the building uses more.
    pub difference: f64,
    /// 1 is as much.
    pub ratio: f64,
}

/// What keeps from a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The building has no area.
    NoArea,
    /// Too little of the time was measured.
    LowCoverage,
    /// No other building of this kind can be compared.
    NoPeers,
    /// The building has no time zone that is a country's.
    NoCountry,
    /// Nothing is published for the kind in the country.
    NoReference,
}
