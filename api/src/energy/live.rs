//! What a building uses right now, for whoever watches it.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use flowgrid_analysis::buckets::{BucketSize, date, day_begins};
use flowgrid_projections::TenantTx;
use flowgrid_projections::consumption::Meters;
use flowgrid_projections::readings;
use serde::Serialize;

use super::account;
use super::answer::EnergyBucket;
use super::range::{Group, Range};
use super::so_far::{first_of_month, power_now};
use crate::error::ApiError;

pub use flowgrid_projections::consumption::MODELS;

/// A building's energy at a moment.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EnergyUpdate {
    pub building_id: String,
    pub timestamp: DateTime<Utc>,
    /// The mean of the newest hour that was measured; null when that is two hours ago.
    pub power_kw: Option<f64>,
    /// kWh, on the building's calendar.
    pub energy_kwh: Used,
    /// kWh of `electricity`, `gas` and `heat`, those that are metered.
    pub by_carrier: BTreeMap<&'static str, Used>,
    /// No reading came for a while.
    pub stale: bool,
}

/// kWh so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Used {
    pub today: f64,
    pub month: f64,
}

/// The buildings with energy meters, by id.
///
/// # Errors
/// When the read model can't be read, or there are more meters than one question may have.
pub async fn metered(tx: &mut TenantTx) -> Result<Vec<String>, ApiError> {
    Ok(Meters::load(tx, None).await?.zones.into_keys().collect())
}

/// What a building uses and has used.
///
/// # Errors
/// [`ApiError::NotFound`] when there is no such building; else when the read model can't be read.
pub async fn update(
    tx: &mut TenantTx,
    building: &str,
    now: DateTime<Utc>,
) -> Result<EnergyUpdate, ApiError> {
    let meters = Meters::load(tx, Some(building)).await?;
    let zone = meters.zones.get(building).copied().unwrap_or(Tz::UTC);
    let today = date(now, zone);
    let by_carrier = by_carrier(tx, &meters, zone, today).await?;
    let mut energy_kwh = Used::default();
    for used in by_carrier.values() {
        energy_kwh.today += used.today;
        energy_kwh.month += used.month;
    }
    let hours = hours(tx, &meters, today).await?;
    let power_kw = power_now(&hours, now);
    Ok(EnergyUpdate {
        building_id: building.to_owned(),
        timestamp: now,
        power_kw,
        energy_kwh,
        by_carrier,
        stale: power_kw.is_none(),
    })
}

async fn by_carrier(
    tx: &mut TenantTx,
    meters: &Meters,
    zone: Tz,
    today: NaiveDate,
) -> Result<BTreeMap<&'static str, Used>, ApiError> {
    let first = first_of_month(today);
    let days = readings::day_totals(tx, &meters.ids(), first, today).await?;
    let range = Range::all(BucketSize::Day, Group::Carrier);
    let begins = day_begins(zone, today);
    let mut found = BTreeMap::new();
    for (whose, days) in account::series(meters, &days, &range) {
        let sum = |days: &mut dyn Iterator<Item = &EnergyBucket>| days.map(|day| day.kwh).sum();
        let used = Used {
            today: sum(&mut days.iter().filter(|day| day.start >= begins)),
            month: sum(&mut days.iter()),
        };
        found.extend(whose.carrier.map(|carrier| (carrier.name(), used)));
    }
    Ok(found)
}

/// Those of yesterday and today.
async fn hours(
    tx: &mut TenantTx,
    meters: &Meters,
    today: NaiveDate,
) -> Result<Vec<EnergyBucket>, ApiError> {
    let yesterday = today.checked_sub_days(Days::new(1)).unwrap_or(today);
    let hours = readings::hour_totals(tx, &meters.ids(), yesterday, today).await?;
    let range = Range::all(BucketSize::Hour, Group::Total);
    let mut series = account::series(meters, &hours, &range);
    Ok(series
        .pop_first()
        .map(|(_, hours)| hours)
        .unwrap_or_default())
}
