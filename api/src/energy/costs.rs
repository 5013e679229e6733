//! What energy costs.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::response::Response;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use flowgrid_analysis::buckets::BucketSize;
use flowgrid_analysis::tariffs::{Currency, Money};
use flowgrid_projections::consumption::Meters;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::bill::{self, Bills, CarrierCosts, CurrencyTotal, MODELS};
use super::places;
use super::range::Range;
use crate::answer::{Success, read_json};
use crate::context::{Access, Viewer};
use crate::document::{QueryFailures, QueryHeaders};
use crate::error::ApiError;
use crate::request::Params;

/// Costs of which time.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes requests")]
pub struct CostQuery {
    /// hour, day, week or month, on the calendar of the building.
    #[param(default = "month")]
    bucket: Option<String>,
    /// By default a day, 30 days, 12 weeks or a year before `to`. The bucket that it lies in is whole.
    from: Option<DateTime<Utc>>,
    /// The end of this hour, by default. What is yet to come is not billed.
    to: Option<DateTime<Utc>>,
    /// The building's id; also `buildingId`. All buildings without it.
    building: Option<String>,
    /// Ids of up to 50 buildings, with commas.
    buildings: Option<String>,
    /// electricity, gas or heat.
    carrier: Option<String>,
}

/// What energy cost.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnergyCosts {
    /// hour, day, week or month.
    pub bucket: &'static str,
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    /// Of all buildings, by currency: two currencies are never added up.
    pub totals: Vec<CurrencyTotal>,
    /// Of all buildings; null where a factor is missing.
    #[serde(rename = "co2Kg")]
    pub co2_kg: Option<f64>,
    pub buildings: Vec<BuildingCosts>,
    /// Meters that count a volume of which nobody said how many kWh it holds (`calorificValue`): left out.
    pub unconverted: Vec<String>,
}

/// What energy cost one building.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BuildingCosts {
    pub building_id: String,
    /// By whose clocks prices hold.
    pub timezone: &'static str,
    /// What is billed: whole buckets, up to now.
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    pub carriers: Vec<CarrierCosts>,
}

/// What energy cost, by the tariffs that hold, and the CO2 in it.
///
/// Fees are due for all of the time, demand charges for its share of each month. A building's time without a
/// tariff is named, and costs nothing here. CO2 is that of what was drawn: by the tariff's own factor, else by
/// the one published for the country of the building's time zone, with its source.
#[utoipa::path(
    get,
    path = "/api/v1/citypulse/energy/costs",
    tag = "energy",
    params(CostQuery, QueryHeaders),
    responses(
        (status = 200, description = "Costs", body = Success<EnergyCosts>,
            headers(("ETag" = String)),
            example = json!({"success": true, "data": {
                "bucket": "month", "from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z",
                "totals": [{"currency": "EUR", "cost": 1284.6}], "co2Kg": 1089.0,
                "buildings": [{"buildingId": "rathaus", "timezone": "Europe/Berlin",
                    "from": "2025-12-31T23:00:00Z", "to": "2026-01-31T23:00:00Z",
                    "carriers": [{"carrier": "electricity", "drawnKwh": 3000.0, "fedInKwh": 0.0, "coverage": 1.0,
                        "costs": [{"currency": "EUR", "total": 1284.6,
                            "energy": [{"tariffId": "office-2026", "tariff": "Office", "rate": "all",
                                "kwh": 3000.0, "cost": 900.0}],
                            "demand": [{"tariffId": "office-2026", "tariff": "Office", "charge": "monthly peak",
                                "month": "2025-12-31T23:00:00Z", "kw": 36.9, "at": "2026-01-13T08:00:00Z",
                                "cost": 359.7}],
                            "demandIsEstimated": false, "fees": 24.9, "feedInCredit": 0.0}],
                        "buckets": [{"start": "2025-12-31T23:00:00Z", "end": "2026-01-31T23:00:00Z",
                            "drawnKwh": 3000.0, "fedInKwh": 0.0, "coverage": 1.0,
                            "costs": [{"currency": "EUR", "cost": 1284.6}], "co2Kg": 1089.0}],
                        "withoutTariff": [],
                        "co2": {"kg": 1089.0, "factors": [{"kgPerKwh": 0.363, "year": 2024, "source": "UBA",
                            "kwh": 3000.0}], "reason": null}}]}],
                "unconverted": []}})),
        (status = 304, description = "Nothing changed since If-None-Match"),
        QueryFailures
    )
)]
pub async fn energy_costs(access: Access<Viewer>, params: Params) -> Result<Response, ApiError> {
    let range = Range::read_in(&params, access.now(), BucketSize::Month)?;
    let places = places::named(&params)?;
    let mut tx = access.query(&MODELS).await?;
    let meters = Arc::new(Meters::load_of(&mut tx, places.as_deref()).await?);
    let bills = bill::load(&access, &mut tx, &meters, &range, None).await?;
    drop(tx);
    let bills = bills.ok_or_else(bill::too_much)?;
    read_json(&Success::of(answer(&bills, &meters, &range)), None)
}

fn answer(bills: &Bills, meters: &Meters, range: &Range) -> EnergyCosts {
    let mut totals: BTreeMap<Currency, Money> = BTreeMap::new();
    let mut buildings: BTreeMap<&str, BuildingCosts> = BTreeMap::new();
    let mut co2_kg = Some(0.0);
    for ((building, carrier), bill) in &bills.all {
        for (currency, costs) in &bill.costs {
            *totals.entry(*currency).or_default() += costs.total;
        }
        let zone = meters.zones.get(building).copied().unwrap_or(Tz::UTC);
        let shown = bill::carrier_costs(*carrier, bill, &bills.tariffs, (range.bucket, zone));
        co2_kg = co2_kg.zip(shown.co2.kg).map(|(sum, kg)| sum + kg);
        let Some(span) = bills.spans.get(building) else {
            continue;
        };
        let place = buildings.entry(building).or_insert_with(|| BuildingCosts {
            building_id: building.clone(),
            timezone: zone.name(),
            from: span.start,
            to: span.end,
            carriers: Vec::new(),
        });
        place.carriers.push(shown);
    }
    EnergyCosts {
        bucket: range.bucket.name(),
        from: range.from,
        to: range.to,
        totals: bill::totals(&totals),
        co2_kg,
        buildings: buildings.into_values().collect(),
        unconverted: meters.unconverted.clone(),
    }
}
