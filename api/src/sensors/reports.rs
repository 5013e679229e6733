//! When sensors last reported, and how that looks from now.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use flowgrid_domain::sensors::{LastReading, SensorResource, SensorStatus};
use flowgrid_projections::{ReadError, TenantTx, readings};

use crate::error::ApiError;

/// Adds to each sensor its newest reading and its status. While the readings are filled for the first time
/// no sensor has any. The transaction can't be used for more.
pub async fn add_reports(
    mut tx: TenantTx,
    sensors: &mut [SensorResource],
    now: DateTime<Utc>,
) -> Result<(), ApiError> {
    let ids: Vec<&str> = sensors.iter().map(|sensor| &*sensor.id).collect();
    let newest = match readings::last(&mut tx, &ids).await {
        Ok(newest) => newest,
        Err(ReadError::NotReady(_)) => HashMap::new(),
        Err(error) => return Err(error.into()),
    };
    for sensor in sensors {
        sensor.last_reading = newest.get(&sensor.id).map(|point| LastReading {
            timestamp: point.at(),
            value: point.value,
        });
        let last = sensor.last_reading.map(|reading| reading.timestamp);
        let reports = SensorStatus::of(last, sensor.period_seconds, now);
        sensor.status.get_or_insert(reports);
    }
    Ok(())
}
