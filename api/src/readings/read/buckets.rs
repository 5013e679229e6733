//! What the readings of a sensor come to, by calendar buckets.

use std::collections::HashMap;

use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use flowgrid_analysis::buckets::{Bucket, BucketSize, date};
use flowgrid_analysis::meters::Rollup;
use flowgrid_domain::sensors::{Mode, SensorResource};
use flowgrid_projections::readings::DayTotal;
use flowgrid_projections::{TenantTx, readings};

use super::answer::{BucketResource, Series, TimeKeyset};
use super::{Asked, cursor};
use crate::answer::read_json;
use crate::error::ApiError;

pub async fn page(
    tx: &mut TenantTx,
    sensor: &SensorResource,
    asked: Asked,
    size: BucketSize,
    zone: Tz,
) -> Result<Response, ApiError> {
    let Asked { range, limit } = asked;
    let mut all = size.buckets(range.from, range.to, zone);
    let shown: Vec<Bucket> = all.by_ref().take(limit).collect();
    let has_more = all.next().is_some();
    let totals = match (shown.first(), shown.last()) {
        (Some(first), Some(last)) => {
            totals(tx, sensor, size, (first.start, last.end), zone).await?
        }
        _ => Vec::new(),
    };
    let rollups = merged(&totals, size, zone);
    let data = shown
        .iter()
        .map(|bucket| resource(*bucket, rollups.get(&bucket.start), sensor.mode));
    let answer = Series {
        success: true,
        data: data.collect(),
        pagination: TimeKeyset {
            limit,
            cursor: shown.last().map(|last| cursor(last.end)),
            has_more,
        },
    };
    read_json(&answer, None)
}

async fn totals(
    tx: &mut TenantTx,
    sensor: &SensorResource,
    size: BucketSize,
    (start, end): (DateTime<Utc>, DateTime<Utc>),
    zone: Tz,
) -> Result<Vec<DayTotal>, ApiError> {
    let just_before = end - TimeDelta::milliseconds(1);
    let (first, last) = (date(start, zone), date(just_before, zone));
    let sensors = [&*sensor.id];
    Ok(match size {
        BucketSize::Hour => readings::hour_totals(tx, &sensors, first, last).await?,
        BucketSize::Day | BucketSize::Week | BucketSize::Month => {
            readings::day_totals(tx, &sensors, first, last).await?
        }
    })
}

/// By the start of their bucket.
fn merged(totals: &[DayTotal], size: BucketSize, zone: Tz) -> HashMap<DateTime<Utc>, Rollup> {
    let mut rollups: HashMap<DateTime<Utc>, Rollup> = HashMap::new();
    for one in totals {
        let bucket = size.bucket(one.total.bucket.start, zone);
        rollups
            .entry(bucket.start)
            .or_default()
            .merge(&one.total.rollup);
    }
    rollups
}

fn resource(bucket: Bucket, rollup: Option<&Rollup>, mode: Mode) -> BucketResource {
    let rollup = rollup.copied().unwrap_or_default();
    let (sum, mean) = match mode {
        Mode::Interval | Mode::Cumulative => (Some(rollup.sum.to_f64()), None),
        Mode::Instantaneous => (None, rollup.mean().map(|mean| mean.to_f64())),
    };
    BucketResource {
        start: bucket.start,
        end: bucket.end,
        sum,
        mean,
        min: rollup.min.map(|value| value.to_f64()),
        max: rollup.max.map(|value| value.to_f64()),
        first: rollup.first.map(|reading| reading.value.to_f64()),
        last: rollup.last.map(|reading| reading.value.to_f64()),
        count: rollup.count,
        coverage: rollup.coverage(bucket),
    }
}
