//! An alert's row as the API shows it.

use flowgrid_domain::alerts::{AlertResource, Severity, Source};
use sqlx::Row;
use sqlx::postgres::PgRow;
use sqlx::types::Json;

use super::patch::status_of;
use crate::ReadError;

/// The domain's resource.
pub type AlertRow = AlertResource;

pub(super) fn decode(row: &PgRow) -> Result<AlertRow, ReadError> {
    let corrupt = |what: &str, text: &str| ReadError::Corrupt(format!("alert {what} {text:?}"));
    let (status, severity): (&str, &str) = (row.try_get("status")?, row.try_get("severity")?);
    let status = status_of(status).ok_or_else(|| corrupt("status", status))?;
    let severity = Severity::parse(severity).map_err(|_| corrupt("severity", severity))?;
    let (acknowledged_at, resolved_at): (Option<_>, Option<_>) =
        (row.try_get("acknowledged_at")?, row.try_get("resolved_at")?);
    let Json(comments) = row.try_get("comments")?;
    Ok(AlertRow {
        id: row.try_get("id")?,
        kind: severity,
        alert_type: row.try_get("alert_type")?,
        severity,
        priority: severity.priority(),
        status,
        source: Source {
            kind: row.try_get("source_kind")?,
            id: row.try_get("source_id")?,
        },
        node_id: row.try_get("node_id")?,
        building_id: row.try_get("building_id")?,
        title: row.try_get("title")?,
        message: row.try_get("message")?,
        count: row.try_get::<i64, _>("raised")?.cast_unsigned(),
        first_occurred_at: row.try_get("first_occurred_at")?,
        last_occurred_at: row.try_get("last_occurred_at")?,
        acknowledged: acknowledged_at.is_some(),
        acknowledged_by: row.try_get("acknowledged_by")?,
        acknowledged_at,
        acknowledge_note: row.try_get("acknowledge_note")?,
        resolved: resolved_at.is_some(),
        resolved_by: row.try_get("resolved_by")?,
        resolved_at,
        resolution_note: row.try_get("resolution_note")?,
        assignee: row.try_get("assignee")?,
        snoozed_until: row.try_get("snoozed_until")?,
        comments,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
        revision: row.try_get::<i64, _>("revision")?.cast_unsigned(),
    })
}
