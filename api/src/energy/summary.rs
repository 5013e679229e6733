//! Now, today and this month.

use axum::response::Response;
use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use flowgrid_analysis::buckets::{BucketSize, date, day_begins};
use flowgrid_projections::TenantTx;
use flowgrid_projections::consumption::{MODELS, Meters};
use flowgrid_projections::readings;
use utoipa::IntoParams;

use super::account::{self, Whose};
use super::answer::{Before, EnergyBucket, EnergySummary, Period};
use super::range::{Group, Range};
use crate::answer::{Success, read_json};
use crate::context::{Access, Viewer};
use crate::document::{QueryFailures, QueryHeaders};
use crate::error::ApiError;
use crate::request::Params;

/// An hour as old as this tells nothing of now.
const STALE: TimeDelta = TimeDelta::hours(2);

/// Of which building.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes requests")]
pub struct SummaryQuery {
    /// The building's id; also `buildingId`. All buildings together without it.
    building: Option<String>,
}

/// What buildings use now, today and this month, each beside the same time before.
///
/// Days and months are those of each building's calendar.
#[utoipa::path(
    get,
    path = "/api/v1/citypulse/energy/summary",
    tag = "energy",
    params(SummaryQuery, QueryHeaders),
    responses(
        (status = 200, description = "The summary", body = Success<EnergySummary>,
            headers(("ETag" = String))),
        (status = 304, description = "Nothing changed since If-None-Match"),
        QueryFailures
    )
)]
pub async fn energy_summary(access: Access<Viewer>, params: Params) -> Result<Response, ApiError> {
    let building = params.any_of(&["building", "buildingId"]).map(|(_, id)| id);
    let now = access.now();
    let mut tx = access.query(&MODELS).await?;
    let meters = Meters::load(&mut tx, building).await?;
    let mut sums = Sums::default();
    for (place, zone) in &meters.zones {
        let hours = hours(&mut tx, &meters, (place, *zone), now).await?;
        sums.add(&hours, &Begins::of(now, *zone), now);
    }
    drop(tx);
    read_json(&Success::of(sums.summary(building)), None)
}

/// What the buildings come to.
#[derive(Default)]
struct Sums {
    power_kw: Option<f64>,
    today: Compared,
    month: Compared,
}

/// kWh and coverage of buildings, and the same of the time before.
#[derive(Default)]
struct Compared {
    now: (f64, f64),
    before: (f64, f64),
    buildings: f64,
}

impl Sums {
    fn add(&mut self, hours: &[EnergyBucket], begins: &Begins, now: DateTime<Utc>) {
        if let Some(power) = power_now(hours, now) {
            *self.power_kw.get_or_insert(0.0) += power;
        }
        let used = |from, to| used(hours, from, to);
        self.today.add(
            used(begins.today, now),
            used(begins.yesterday, begins.so_far_yesterday),
        );
        self.month.add(
            used(begins.month, now),
            used(begins.last_month, begins.so_far_last_month),
        );
    }

    fn summary(&self, building: Option<&str>) -> EnergySummary {
        EnergySummary {
            building_id: building.map(str::to_owned),
            power_kw: self.power_kw,
            today: self.today.period(),
            month: self.month.period(),
        }
    }
}

impl Compared {
    fn add(&mut self, now: (f64, f64), before: (f64, f64)) {
        self.now = (self.now.0 + now.0, self.now.1 + now.1);
        self.before = (self.before.0 + before.0, self.before.1 + before.1);
        self.buildings += 1.0;
    }

    fn period(&self) -> Period {
        let buildings = self.buildings.max(1.0);
        Period {
            kwh: self.now.0,
            coverage: self.now.1 / buildings,
            previous: Before::of(self.now.0, self.before.0, self.before.1 / buildings),
        }
    }
}

/// Where the periods begin, and how far those before had got by now.
struct Begins {
    today: DateTime<Utc>,
    month: DateTime<Utc>,
    yesterday: DateTime<Utc>,
    so_far_yesterday: DateTime<Utc>,
    last_month: DateTime<Utc>,
    so_far_last_month: DateTime<Utc>,
}

impl Begins {
    fn of(now: DateTime<Utc>, zone: Tz) -> Self {
        let today = day_begins(zone, date(now, zone));
        let month = day_begins(zone, first_of_month(date(now, zone)));
        let before = |moment: DateTime<Utc>| date(moment - TimeDelta::hours(1), zone);
        let yesterday = day_begins(zone, before(today));
        let last_month = day_begins(zone, first_of_month(before(month)));
        Self {
            today,
            month,
            yesterday,
            so_far_yesterday: (yesterday + (now - today)).min(today),
            last_month,
            so_far_last_month: (last_month + (now - month)).min(month),
        }
    }
}

pub fn first_of_month(date: NaiveDate) -> NaiveDate {
    date.with_day(1).unwrap_or(date)
}

/// What a building used in each hour since the beginning of the last month.
async fn hours(
    tx: &mut TenantTx,
    meters: &Meters,
    (building, zone): (&str, Tz),
    now: DateTime<Utc>,
) -> Result<Vec<EnergyBucket>, ApiError> {
    let all = meters.tree.meters().iter();
    let ids: Vec<&str> = all
        .filter(|meter| meter.building == building)
        .map(|meter| meter.id.as_str())
        .collect();
    let first = date(Begins::of(now, zone).last_month, zone);
    let hours = readings::hour_totals(tx, &ids, first, date(now, zone)).await?;
    let range = Range::all(BucketSize::Hour, Group::Building);
    let mut series = account::series(meters, &hours, &range);
    let whose = Whose {
        building: Some(building.to_owned()),
        ..Whose::default()
    };
    Ok(series.remove(&whose).unwrap_or_default())
}

/// The hours that begin in a stretch of time.
fn used(hours: &[EnergyBucket], from: DateTime<Utc>, to: DateTime<Utc>) -> (f64, f64) {
    let begin = |hour: &&EnergyBucket| hour.start >= from && hour.start < to;
    let within: Vec<EnergyBucket> = hours.iter().filter(begin).cloned().collect();
    account::together(&within, from, to)
}

/// The mean of the newest hour that was measured, in kW; nothing when that tells nothing of now.
pub fn power_now(hours: &[EnergyBucket], now: DateTime<Utc>) -> Option<f64> {
    let newest = hours.iter().rfind(|hour| hour.coverage > 0.0);
    let hour = newest.filter(|hour| hour.end + STALE > now)?;
    let hours = (hour.end - hour.start).num_seconds() as f64 / 3_600.0;
    Some(hour.kwh / (hours * hour.coverage))
}
