//! What was used up to now.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use flowgrid_analysis::buckets::{BucketSize, date, day_begins};
use flowgrid_projections::consumption::Meters;
use flowgrid_projections::{TenantTx, readings};

use super::account::{self, Whose};
use super::answer::EnergyBucket;
use super::range::{Group, Range};
use crate::error::ApiError;

/// An hour as old as this tells nothing of now.
pub const STALE: TimeDelta = TimeDelta::hours(2);

/// Where the periods begin, and how far those before had got by now.
pub struct Begins {
    pub today: DateTime<Utc>,
    pub month: DateTime<Utc>,
    pub yesterday: DateTime<Utc>,
    pub so_far_yesterday: DateTime<Utc>,
    pub last_month: DateTime<Utc>,
    pub so_far_last_month: DateTime<Utc>,
}

impl Begins {
    pub fn of(now: DateTime<Utc>, zone: Tz) -> Self {
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

/// What a building used in each hour of the days that a stretch of time touches.
pub async fn hours(
    tx: &mut TenantTx,
    meters: &Meters,
    (building, zone): (&str, Tz),
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<EnergyBucket>, ApiError> {
    let all = meters.tree.meters().iter();
    let ids: Vec<&str> = all
        .filter(|meter| meter.building == building)
        .map(|meter| meter.id.as_str())
        .collect();
    let hours = readings::hour_totals(tx, &ids, date(from, zone), date(to, zone)).await?;
    let range = Range::all(BucketSize::Hour, Group::Building);
    let mut series = account::series(meters, &hours, &range);
    let whose = Whose {
        building: Some(building.to_owned()),
        ..Whose::default()
    };
    Ok(series.remove(&whose).unwrap_or_default())
}

/// kWh and coverage of the hours that begin in a stretch of time.
pub fn used(hours: &[EnergyBucket], from: DateTime<Utc>, to: DateTime<Utc>) -> (f64, f64) {
    let begin = |hour: &&EnergyBucket| hour.start >= from && hour.start < to;
    let within: Vec<EnergyBucket> = hours.iter().filter(begin).cloned().collect();
    account::together(&within, from, to)
}

/// The mean power of the newest hour that was measured, in kW; `None` where that is too old.
pub fn power_now(hours: &[EnergyBucket], now: DateTime<Utc>) -> Option<f64> {
    let newest = hours.iter().rfind(|hour| hour.coverage > 0.0);
    newest.filter(|hour| hour.end + STALE > now).map(power)
}

fn power(hour: &EnergyBucket) -> f64 {
    let hours = (hour.end - hour.start).num_seconds() as f64 / 3_600.0;
    hour.kwh / (hours * hour.coverage)
}
