//! A page of readings as they came.

use axum::response::Response;
use chrono::TimeDelta;
use flowgrid_domain::sensors::SensorResource;
use flowgrid_projections::{TenantTx, readings};

use super::answer::{ReadingResource, Series, TimeKeyset};
use super::{Asked, cursor};
use crate::answer::read_json;
use crate::error::ApiError;

pub async fn page(
    tx: &mut TenantTx,
    sensor: &SensorResource,
    asked: Asked,
) -> Result<Response, ApiError> {
    let Asked { range, limit } = asked;
    // One more than is shown tells whether there is more.
    let found = readings::points(tx, &sensor.id, range.from, range.to, limit + 1).await?;
    let has_more = found.len() > limit;
    let shown = found.iter().take(limit);
    let data: Vec<ReadingResource> = shown
        .map(|point| ReadingResource {
            sensor_id: sensor.id.clone(),
            timestamp: point.at(),
            value: point.value,
            quality: point.quality,
        })
        .collect();
    // Readings are whole milliseconds apart.
    let after = data
        .last()
        .map(|last| last.timestamp + TimeDelta::milliseconds(1));
    let answer = Series {
        success: true,
        pagination: TimeKeyset {
            limit,
            cursor: after.map(cursor),
            has_more,
        },
        data,
    };
    read_json(&answer, None)
}
