//! An event as callers see it.

use chrono::{DateTime, Utc};
use flowgrid_bus::{Epoch, Position, RecordedEvent};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::ApiError;

/// One event.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventResource {
    pub id: Uuid,
    /// Where it stands in the log; hand it back as `cursor` for what follows.
    #[schema(value_type = String, example = "1-7f3a91c2-1234")]
    pub position: Position,
    /// `building.registered`
    #[serde(rename = "type")]
    pub kind: String,
    pub version: String,
    pub aggregate_type: String,
    pub aggregate_id: String,
    /// The aggregate's revision once it had happened.
    pub revision: u64,
    /// `building.rathaus.registered`, which the filter `subject` looks at.
    pub subject: String,
    pub recorded_at: DateTime<Utc>,
    /// Opaque id of who caused it.
    pub actor: String,
    pub request_id: Option<String>,
    pub traceparent: Option<String>,
    /// The event's own fields.
    #[schema(value_type = Object)]
    pub data: Box<RawValue>,
}

impl EventResource {
    /// # Errors
    /// When the stored event is no JSON, which the log rules out.
    pub fn of(event: &RecordedEvent, epoch: Epoch) -> Result<Self, ApiError> {
        let metadata = event.parsed_metadata().map_err(ApiError::internal)?;
        let data = event.payload_str().to_owned();
        Ok(Self {
            id: event.event_id,
            position: event.token(epoch),
            kind: event.event_type.to_string(),
            version: event.event_version.to_string(),
            aggregate_type: event.aggregate_type.to_string(),
            aggregate_id: event.local_id().to_owned(),
            revision: event.sequence,
            subject: format!(
                "{}.{}.{}",
                event.aggregate_type,
                event.local_id(),
                event.event_name()
            ),
            recorded_at: event.recorded_at,
            actor: metadata.actor,
            request_id: metadata.request_id,
            traceparent: metadata.traceparent,
            data: RawValue::from_string(data).map_err(ApiError::internal)?,
        })
    }
}
