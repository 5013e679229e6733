//! Consumption over time.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use axum::response::Response;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use flowgrid_analysis::buckets::BucketSize;
use flowgrid_projections::TenantTx;
use flowgrid_projections::consumption::Meters;
use flowgrid_projections::readings::{self, DayTotal};
use utoipa::IntoParams;

use super::account::{self, Whose};
use super::answer::{Before, Energy, EnergyBucket, EnergySeries};
use super::bill::{self, MODELS};
use super::range::{Group, Range, dates};
use crate::answer::{Success, read_json};
use crate::context::{Access, Viewer};
use crate::document::{QueryFailures, QueryHeaders};
use crate::error::ApiError;
use crate::request::Params;

/// The most rows of meters and days that one question reads.
const MOST_DAYS: i64 = 400_000;

/// Which energy, of which time.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes requests")]
pub struct EnergyQuery {
    /// hour, day, week or month, on the calendar of the building.
    #[param(default = "day")]
    bucket: Option<String>,
    /// By default a day, 30 days, 12 weeks or a year before `to`. The bucket that it lies in is whole.
    from: Option<DateTime<Utc>>,
    /// The end of this hour, by default.
    to: Option<DateTime<Utc>>,
    /// The building's id; also `buildingId`.
    building: Option<String>,
    /// One sensor's id.
    meter: Option<String>,
    /// electricity, gas or heat.
    carrier: Option<String>,
    /// building, meter, carrier or total.
    #[param(rename = "groupBy", default = "building")]
    group_by: Option<String>,
    /// `previous`: with the same length of time before.
    compare: Option<String>,
}

/// Consumption in kWh.
///
/// Sub-meters are part of their main meter and not counted again; what a building produced itself is part of
/// what it consumed. A day has 23 to 25 hours, on the calendar of its building.
#[utoipa::path(
    get,
    path = "/api/v1/citypulse/energy",
    tag = "energy",
    params(EnergyQuery, QueryHeaders),
    responses(
        (status = 200, description = "Consumption", body = Success<Energy>,
            headers(("ETag" = String))),
        (status = 304, description = "Nothing changed since If-None-Match"),
        QueryFailures
    )
)]
pub async fn energy(access: Access<Viewer>, params: Params) -> Result<Response, ApiError> {
    let range = Range::read(&params, access.now())?;
    let mut tx = access.query(&MODELS).await?;
    let meters = Arc::new(Meters::load(&mut tx, range.building.as_deref()).await?);
    one_calendar(&meters, range.group)?;
    let totals = read(&mut tx, &meters, range.bucket, (range.from, range.to)).await?;
    let mut now = account::series(&meters, &totals, &range);
    let known = Some((fineness(range.bucket), totals));
    let by_meter = range.group == Group::Meter || range.meter.is_some();
    if !by_meter && let Some(bills) = bill::load(&access, &mut tx, &meters, &range, known).await? {
        bill::fill(&mut now, &bills);
    }
    let before = if range.compare {
        of_time(&mut tx, &meters, &range, range.before()).await?
    } else {
        AllSeries::new()
    };
    drop(tx);
    let series = now.into_iter().map(|(whose, buckets)| {
        let earlier = before.get(&whose).map(Vec::as_slice);
        series(whose, buckets, earlier, &range)
    });
    let energy = Energy {
        bucket: range.bucket.name(),
        from: range.from,
        to: range.to,
        series: series.collect(),
        unconverted: meters.unconverted.clone(),
    };
    read_json(&Success::of(energy), None)
}

type AllSeries = BTreeMap<Whose, Vec<EnergyBucket>>;

async fn of_time(
    tx: &mut TenantTx,
    meters: &Meters,
    range: &Range,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> Result<AllSeries, ApiError> {
    let totals = read(tx, meters, range.bucket, (from, to)).await?;
    Ok(account::series(meters, &totals, range))
}

/// How fine the totals are that [`read`] answers.
fn fineness(size: BucketSize) -> BucketSize {
    match size {
        BucketSize::Hour => BucketSize::Hour,
        BucketSize::Day | BucketSize::Week | BucketSize::Month => BucketSize::Day,
    }
}

/// The totals of all buckets that the time touches.
pub(super) async fn read(
    tx: &mut TenantTx,
    meters: &Meters,
    size: BucketSize,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<DayTotal>, ApiError> {
    let mut found = Vec::new();
    let zones: HashSet<Tz> = meters.zones.values().copied().collect();
    for zone in zones {
        let ids: Vec<&str> = meters
            .tree
            .meters()
            .iter()
            .filter(|meter| meters.zones.get(&meter.building) == Some(&zone))
            .map(|meter| meter.id.as_str())
            .collect();
        let start = size.bucket(from, zone).start;
        let end = size
            .bucket(to - chrono::TimeDelta::milliseconds(1), zone)
            .end;
        let (first, last) = dates(start, end, zone);
        let rows = ((last - first).num_days() + 1).saturating_mul(ids.len() as i64);
        if rows > MOST_DAYS {
            let detail = "is too early for so many meters: ask for one building, or less time";
            return Err(ApiError::parameter("from", detail));
        }
        let totals = match size {
            BucketSize::Hour => readings::hour_totals(tx, &ids, first, last).await?,
            BucketSize::Day | BucketSize::Week | BucketSize::Month => {
                readings::day_totals(tx, &ids, first, last).await?
            }
        };
        let asked = |one: &DayTotal| one.total.bucket.start < end && one.total.bucket.end > start;
        found.extend(totals.into_iter().filter(asked));
    }
    Ok(found)
}

/// Buckets of several buildings can only be added up where their days begin together.
fn one_calendar(meters: &Meters, group: Group) -> Result<(), ApiError> {
    let zones: HashSet<&Tz> = meters.zones.values().collect();
    match group {
        Group::Building | Group::Meter => Ok(()),
        Group::Carrier | Group::Total if zones.len() <= 1 => Ok(()),
        Group::Carrier | Group::Total => {
            let detail = "must be building or meter: the buildings are in several time zones";
            Err(ApiError::parameter("groupBy", detail))
        }
    }
}

fn series(
    whose: Whose,
    buckets: Vec<EnergyBucket>,
    before: Option<&[EnergyBucket]>,
    range: &Range,
) -> EnergySeries {
    let (kwh, coverage) = account::together(&buckets, range.from, range.to);
    let previous = range.compare.then(|| {
        let (from, to) = range.before();
        let (earlier, covered) = account::together(before.unwrap_or_default(), from, to);
        Before::of(kwh, earlier, covered)
    });
    EnergySeries {
        building_id: whose.building,
        meter_id: whose.meter,
        carrier: whose.carrier.map(|carrier| carrier.name()),
        buckets,
        kwh,
        coverage,
        previous,
    }
}
