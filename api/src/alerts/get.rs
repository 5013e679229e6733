//! One alert with its history.

use axum::response::Response;
use chrono::{DateTime, Utc};
use flowgrid_bus::{RecordedEvent, visible_to};
use flowgrid_domain::alerts::AlertResource;
use flowgrid_log::LogKind;
use flowgrid_projections::{ModelName, alerts};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::answer::{Success, etag, read_json};
use crate::context::{Access, Viewer};
use crate::document::{QueryFailures, QueryHeaders};
use crate::error::ApiError;
use crate::request::PathId;

/// How much of a long history is shown: the newest, the oldest being that it was raised.
const MOST_ENTRIES: usize = 500;

/// An alert and what happened to it, the oldest first, cut down to what the caller's role may see.
#[derive(Serialize, ToSchema)]
pub struct AlertHistory {
    #[serde(flatten)]
    pub alert: AlertResource,
    /// At most the newest 500.
    pub history: Vec<HistoryEntry>,
}

/// One thing that happened.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryEntry {
    /// `alert.acknowledged`
    pub event: String,
    /// The alert's revision once it had happened.
    pub revision: u64,
    pub at: DateTime<Utc>,
    /// Opaque id of who caused it.
    pub by: String,
    /// The event's fields.
    #[schema(value_type = Object)]
    pub data: Box<RawValue>,
}

impl HistoryEntry {
    /// # Errors
    /// When the stored event is no JSON, which the log rules out.
    pub fn of(event: &RecordedEvent) -> Result<Self, ApiError> {
        let metadata = event.parsed_metadata().map_err(ApiError::internal)?;
        let data = event.payload_str().to_owned();
        Ok(Self {
            event: event.event_type.to_string(),
            revision: event.sequence,
            at: event.recorded_at,
            by: metadata.actor,
            data: RawValue::from_string(data).map_err(ApiError::internal)?,
        })
    }
}

/// One alert, with its whole history. A withdrawn one is not found.
#[utoipa::path(
    get,
    path = "/{id}",
    tag = "alerts",
    params(("id" = String, Path), QueryHeaders),
    responses(
        (status = 200, description = "The alert", body = Success<AlertHistory>, headers(("ETag" = String))),
        (status = 304, description = "Unchanged since If-None-Match"),
        QueryFailures
    )
)]
pub async fn get_alert(access: Access<Viewer>, PathId(id): PathId) -> Result<Response, ApiError> {
    let mut tx = access.query(&[ModelName::Alerts]).await?;
    let alert = alerts::get(&mut tx, &id).await?;
    drop(tx);
    let alert = alert.ok_or(ApiError::NotFound)?;
    let log = access.log(LogKind::Domain).await?;
    let first = alert.revision.saturating_sub(MOST_ENTRIES as u64);
    let events = access
        .history(&log, "alert", &id, first, MOST_ENTRIES)
        .await?;
    let shown = events
        .iter()
        // What was read from the log after the row would tell of a later revision.
        .filter(|event| event.sequence <= alert.revision)
        .filter(|event| visible_to(&event.event_type, access.role()));
    let history = shown.map(HistoryEntry::of).collect::<Result<_, _>>()?;
    let tag = etag(alert.revision)?;
    read_json(&Success::of(AlertHistory { alert, history }), Some(tag))
}
