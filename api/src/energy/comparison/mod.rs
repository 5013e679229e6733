//! Buildings or periods side by side.

mod answer;
mod periods;

use std::sync::Arc;

use axum::response::Response;
use chrono::{DateTime, Utc};
use flowgrid_analysis::buckets::BucketSize;
use flowgrid_analysis::units::Carrier;
use flowgrid_domain::buildings::BuildingResource;
use flowgrid_projections::buildings;
use flowgrid_projections::consumption::Meters;
use utoipa::IntoParams;

use self::answer::{Compared, EnergyComparison};
use self::periods::Against;
use super::bill::{self, Bills, MODELS};
use super::places;
use super::range::Range;
use crate::answer::{Success, read_json};
use crate::context::{Access, Viewer};
use crate::document::{QueryFailures, QueryHeaders};
use crate::error::ApiError;
use crate::request::Params;

/// What is compared.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes requests")]
pub struct ComparisonQuery {
    /// Ids of up to 50 buildings, with commas; all that have meters without it. One alone is compared with itself in another period (`against`).
    buildings: Option<String>,
    /// One building's id; also `buildingId`.
    building: Option<String>,
    /// 30 days before `to`, by default. The day that it lies in is whole.
    from: Option<DateTime<Utc>>,
    /// The end of this hour, by default.
    to: Option<DateTime<Utc>>,
    /// `previous`: as many days before; `year`: the same dates a year before.
    against: Option<String>,
    /// Any other period, with `againstTo`, instead of `against`.
    #[param(rename = "againstFrom")]
    against_from: Option<DateTime<Utc>>,
    #[param(rename = "againstTo")]
    against_to: Option<DateTime<Utc>>,
    /// electricity, gas or heat.
    carrier: Option<String>,
}

/// Buildings or periods side by side.
///
/// Of several buildings, each is compared with the first; with `against`, each with itself in the other period.
#[utoipa::path(
    get,
    path = "/api/v1/citypulse/analytics/comparison",
    tag = "energy",
    params(ComparisonQuery, QueryHeaders),
    responses(
        (status = 200, description = "The comparison", body = Success<EnergyComparison>,
            headers(("ETag" = String)),
            example = json!({"success": true, "data": {"carrier": null, "items": [
                {"buildingId": "rathaus", "name": "Rathaus", "from": "2026-03-01T00:00:00Z", "to": "2026-04-01T00:00:00Z",
                    "kwh": 9000.0, "kwhPerM2": 2.1, "coverage": 1.0, "cost": 2700.0, "currency": "EUR", "co2Kg": 3267.0,
                    "difference": null},
                {"buildingId": "school", "name": "School", "from": "2026-03-01T00:00:00Z", "to": "2026-04-01T00:00:00Z",
                    "kwh": 12000.0, "kwhPerM2": 2.4, "coverage": 0.98, "cost": 3600.0, "currency": "EUR", "co2Kg": 4356.0,
                    "difference": {"kwh": {"amount": 3000.0, "percent": 33.3},
                        "kwhPerM2": {"amount": 0.3, "percent": 14.3},
                        "cost": {"amount": 900.0, "percent": 33.3},
                        "co2Kg": {"amount": 1089.0, "percent": 33.3}}}],
                "unconverted": []}})),
        (status = 304, description = "Nothing changed since If-None-Match"),
        QueryFailures
    )
)]
pub async fn compare_energy(access: Access<Viewer>, params: Params) -> Result<Response, ApiError> {
    let mut range = Range::read_in(&params, access.now(), BucketSize::Day)?;
    range.bucket = BucketSize::Day;
    let against = Against::read(&params)?;
    let named = places::named(&params)?;
    if named.as_ref().is_some_and(|named| named.len() == 1) && against.is_none() {
        let detail =
            "is required with one building: previous or year, or againstFrom and againstTo";
        return Err(ApiError::parameter("against", detail));
    }
    let mut tx = access.query(&MODELS).await?;
    let meters = Arc::new(Meters::load_of(&mut tx, named.as_deref()).await?);
    let named = match named {
        Some(named) => named,
        None if meters.zones.len() <= places::MOST => meters.zones.keys().cloned().collect(),
        None => {
            let detail = format!(
                "is required: there are more than {} buildings",
                places::MOST
            );
            return Err(ApiError::parameter("buildings", detail));
        }
    };
    let mut places: Vec<BuildingResource> = Vec::with_capacity(named.len());
    for id in &named {
        let place = buildings::get(&mut tx, id).await?;
        places.push(place.ok_or(ApiError::NotFound)?);
    }
    let mut periods = vec![range.clone()];
    periods.extend(against.map(|against| against.of(&range, &meters, &named)));
    let mut columns = Vec::with_capacity(2);
    for period in &periods {
        let bills = bill::load(&access, &mut tx, &meters, period, None).await?;
        columns.push(bills.ok_or_else(bill::too_much)?);
    }
    drop(tx);
    let comparison = EnergyComparison {
        carrier: range.carrier.map(Carrier::name),
        items: items(&places, &columns),
        unconverted: meters.unconverted.clone(),
    };
    read_json(&Success::of(comparison), None)
}

fn items(places: &[BuildingResource], columns: &[Bills]) -> Vec<Compared> {
    let mut items: Vec<Compared> = Vec::new();
    for place in places {
        match columns {
            [now, then] => {
                let (now, then) = (Compared::of(place, now), Compared::of(place, then));
                items.push(now.against(&then));
                items.push(then);
            }
            [now, ..] => {
                let one = Compared::of(place, now);
                items.push(match items.first() {
                    Some(first) => one.against(first),
                    None => one,
                });
            }
            [] => {}
        }
    }
    items
}
