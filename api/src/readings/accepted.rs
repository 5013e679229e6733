//! What became of readings that came.

use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use flowgrid_bus::Position;
use flowgrid_commands::Recorded;
use flowgrid_domain::readings::OnConflict;
use flowgrid_domain::readings::intake::{Gathered, Repeats};
use serde::Serialize;
use utoipa::ToSchema;

use super::stored::Stored;
use crate::answer::{EVENT_POSITION, Success, json};
use crate::error::ApiError;

/// With more sensors than this, none is listed by itself.
const MOST_LISTED: usize = 100;

/// What became of the readings of a request.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Accepted {
    /// Readings that were recorded, or would be.
    #[schema(example = 96)]
    pub accepted: usize,
    /// Left out: the request holds another of the same sensor, time and value.
    #[schema(example = 0)]
    pub repeated: usize,
    /// Left out: the request holds another of the same sensor and time with another value.
    #[schema(example = 0)]
    pub conflicting: usize,
    /// How many sensors they are of.
    #[schema(example = 1)]
    pub sensors: usize,
    /// Of each sensor, in the order in which they are named; null with more than 100 of them.
    pub by_sensor: Option<Vec<OfSensor>>,
    pub on_conflict: OnConflict,
    /// How many of the accepted ones are known, of a dry run of at most 2,000 sensors; else null.
    pub stored: Option<Stored>,
    /// Nothing was recorded: this is what would have been.
    pub dry_run: bool,
    /// Where the last of them stands; hand it back as `X-Min-Position` to read what you wrote. Null
    /// where nothing was recorded.
    #[schema(value_type = Option<String>, example = "2-7f3a91c2-1234")]
    pub position: Option<Position>,
}

/// Readings of one sensor.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OfSensor {
    #[schema(example = "main-meter")]
    pub sensor_id: String,
    #[schema(example = 96)]
    pub accepted: usize,
}

impl Accepted {
    pub fn of(gathered: &Gathered, repeats: Repeats, on_conflict: OnConflict) -> Self {
        Self {
            accepted: gathered.rows.len(),
            repeated: repeats.same,
            conflicting: repeats.other,
            sensors: gathered.sensors.len(),
            by_sensor: (gathered.sensors.len() <= MOST_LISTED).then(|| listed(gathered)),
            on_conflict,
            stored: None,
            dry_run: false,
            position: None,
        }
    }

    /// The answer to a request that was recorded, now or before.
    pub fn recorded(mut self, recorded: &Recorded) -> Result<Response, ApiError> {
        self.position = Some(recorded.position);
        let status = StatusCode::from_u16(recorded.status).map_err(ApiError::internal)?;
        positioned(status, recorded.position, &Success::of(self))
    }

    /// The answer to a request that only asked.
    pub fn only_asked(mut self, stored: Option<Stored>) -> Result<Response, ApiError> {
        self.dry_run = true;
        self.stored = stored;
        json(StatusCode::OK, &Success::of(self))
    }
}

/// An answer that tells where what was recorded stands.
pub fn positioned<T: Serialize>(
    status: StatusCode,
    position: Position,
    body: &T,
) -> Result<Response, ApiError> {
    let mut response = json(status, body)?;
    let position = HeaderValue::try_from(position.to_string());
    let headers = response.headers_mut();
    headers.insert(EVENT_POSITION, position.map_err(ApiError::internal)?);
    Ok(response)
}

fn listed(gathered: &Gathered) -> Vec<OfSensor> {
    let counted = gathered.sensors.iter().map(|id| OfSensor {
        sensor_id: id.clone(),
        accepted: 0,
    });
    let mut counted: Vec<OfSensor> = counted.collect();
    for row in &gathered.rows {
        if let Some(one) = counted.get_mut(row.sensor as usize) {
            one.accepted += 1;
        }
    }
    counted
}
