//! How much buildings use beside others of their kind.

mod answer;
mod measure;

use std::collections::{BTreeMap, BTreeSet};

use axum::response::Response;
use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use flowgrid_analysis::buckets::{Bucket, BucketSize, date, day_begins};
use flowgrid_domain::buildings::{BuildingResource, BuildingStatus};
use flowgrid_projections::TenantTx;
use flowgrid_projections::buildings::{self, Filter};
use flowgrid_projections::consumption::Meters;
use utoipa::IntoParams;

use self::answer::{EnergyBenchmarks, LEAST_COVERAGE};
use self::measure::{Measured, Place};
use super::bill::{MODELS, flows};
use super::consumption;
use super::places;
use crate::answer::{Success, read_json};
use crate::context::{Access, Viewer};
use crate::document::{QueryFailures, QueryHeaders};
use crate::error::ApiError;
use crate::request::Params;

/// The most buildings that are compared with each other.
const MOST: u32 = 200;

/// Which buildings, in which year.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes requests")]
pub struct BenchmarkQuery {
    /// The building's id; also `buildingId`. All active buildings without it.
    building: Option<String>,
    /// Ids of up to 50 buildings, with commas.
    buildings: Option<String>,
    /// Buildings of this kind alone.
    kind: Option<String>,
    /// A year of the calendar; the 365 days before today without it.
    #[param(minimum = 1970, maximum = 2999)]
    year: Option<i32>,
}

/// kWh per m² and year, beside others.
///
/// Compared are what meters of electricity, of heat (gas and heat from a network), and all of them counted:
/// with the organization's other buildings of the same kind (at most 200), and with what is published for the
/// kind in the building's country. Where the area is unknown, less than nine tenths of the time were measured, or
/// nothing is published, that is said, and nothing is compared.
#[utoipa::path(
    get,
    path = "/api/v1/citypulse/energy/benchmarks",
    tag = "energy",
    params(BenchmarkQuery, QueryHeaders),
    responses(
        (status = 200, description = "Benchmarks", body = Success<EnergyBenchmarks>,
            headers(("ETag" = String)),
            example = json!({"success": true, "data": {"minimumCoverage": 0.9, "buildings": [{
                "buildingId": "rathaus", "name": "Rathaus", "kind": "town-hall", "area": 4200.0, "country": "DE",
                "from": "2025-01-01T00:00:00Z", "to": "2026-01-01T00:00:00Z",
                "electricity": {"kwh": 126000.0, "coverage": 0.99, "kwhPerM2": 30.3, "percentile": 66.7, "peers": 3,
                    "published": [{"id": "de-tek-01", "category": "Verwaltungsgebäude (allgemein)",
                        "statistic": "reference value", "area": "Energiebezugsfläche (energy reference area)",
                        "year": 2021, "source": "BAnz AT 03.05.2021 B1", "note": null,
                        "kwhPerM2": 22.5, "difference": 7.8, "ratio": 1.35}],
                    "reasons": []},
                "heat": null,
                "total": null}]}})),
        (status = 304, description = "Nothing changed since If-None-Match"),
        QueryFailures
    )
)]
pub async fn energy_benchmarks(
    access: Access<Viewer>,
    params: Params,
) -> Result<Response, ApiError> {
    let named = places::named(&params)?;
    let year = year(&params)?;
    let mut tx = access.query(&MODELS).await?;
    let (asked, all) = compared(&mut tx, named, params.text("kind")).await?;
    let ids: Vec<String> = all.iter().map(|place| place.id.clone()).collect();
    let meters = Meters::load_of(&mut tx, Some(&ids)).await?;
    let spans: BTreeMap<&str, Bucket> = meters
        .zones
        .iter()
        .map(|(id, zone)| (id.as_str(), span(year, access.now(), *zone)))
        .collect();
    let begin = spans.values().map(|span| span.start).min();
    let end = spans.values().map(|span| span.end).max();
    let totals = match begin.zip(end) {
        Some(whole) => consumption::read(&mut tx, &meters, BucketSize::Day, whole).await?,
        None => Vec::new(),
    };
    drop(tx);
    let flows = flows(&meters, &totals, BucketSize::Day);
    let measured: Vec<Measured<'_>> = all
        .iter()
        .filter_map(|building| {
            let place = Place {
                building,
                zone: meters.zones.get(&building.id).copied(),
                span: *spans.get(building.id.as_str())?,
            };
            Some(Measured::of(place, &flows))
        })
        .collect();
    let shown = measured
        .iter()
        .filter(|one| asked.contains(&one.place.building.id));
    let benchmarks = EnergyBenchmarks {
        minimum_coverage: LEAST_COVERAGE,
        buildings: shown.map(|one| one.beside(&measured)).collect(),
    };
    read_json(&Success::of(benchmarks), None)
}

/// The ids of the buildings asked for, and all that they are compared with.
async fn compared(
    tx: &mut TenantTx,
    named: Option<Vec<String>>,
    kind: Option<&str>,
) -> Result<(BTreeSet<String>, Vec<BuildingResource>), ApiError> {
    let Some(named) = named else {
        let all = of_kind(tx, kind).await?;
        let asked = all.iter().map(|place| place.id.clone()).collect();
        return Ok((asked, all));
    };
    let mut found: BTreeMap<String, BuildingResource> = BTreeMap::new();
    for id in &named {
        let building = buildings::get(tx, id).await?.ok_or(ApiError::NotFound)?;
        if kind.is_none_or(|kind| kind == building.kind) {
            found.insert(building.id.clone(), building);
        }
    }
    let asked = found.keys().cloned().collect();
    let kinds: BTreeSet<String> = found.values().map(|place| place.kind.clone()).collect();
    for kind in kinds {
        for peer in of_kind(tx, Some(&kind)).await? {
            if found.len() < MOST as usize {
                found.entry(peer.id.clone()).or_insert(peer);
            }
        }
    }
    Ok((asked, found.into_values().collect()))
}

async fn of_kind(tx: &mut TenantTx, kind: Option<&str>) -> Result<Vec<BuildingResource>, ApiError> {
    let filter = Filter {
        kind: kind.map(str::to_owned),
        status: Some(BuildingStatus::Active),
        limit: MOST,
        ..Filter::default()
    };
    let page = buildings::list(tx, &filter).await?;
    if kind.is_none() && page.total > u64::from(MOST) {
        let detail = format!("is required: there are more than {MOST} buildings");
        return Err(ApiError::parameter("kind", detail));
    }
    Ok(page.items)
}

fn year(params: &Params) -> Result<Option<i32>, ApiError> {
    let year: Option<i32> = params.parsed("year", "a year, such as 2026")?;
    match year {
        Some(year) if !(1970..=2999).contains(&year) => {
            Err(ApiError::parameter("year", "must be from 1970 to 2999"))
        }
        year => Ok(year),
    }
}

/// A year of the calendar, or the 365 days before today.
fn span(year: Option<i32>, now: DateTime<Utc>, zone: Tz) -> Bucket {
    let today = date(now, zone);
    let first = |year| NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(today);
    let (from, to) = match year {
        Some(year) => (first(year), first(year.saturating_add(1))),
        None => {
            let before = today.checked_sub_days(Days::new(365));
            (before.unwrap_or(today), today)
        }
    };
    // Of this year, what has been.
    let to = if to.year() > today.year() {
        today.max(from)
    } else {
        to
    };
    Bucket {
        start: day_begins(zone, from),
        end: day_begins(zone, to),
    }
}
