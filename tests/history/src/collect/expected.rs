//! The columns that an aggregate's row should hold. Written apart from the code that projects.

use chrono::{DateTime, Utc};
use flowgrid_domain::alerts::{Alert, AlertStatus, Facts};
use flowgrid_domain::buildings::{Building, Details};
use serde_json::{Value, json};

/// The columns of a row, by name.
pub(super) type Row = serde_json::Map<String, Value>;

/// Where an aggregate stands.
#[derive(Clone, Copy)]
pub(super) struct Moment {
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub revision: u64,
    pub position: u64,
}

impl Moment {
    /// The columns of every read model.
    fn columns(self) -> Value {
        json!({
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "revision": self.revision,
            "position": self.position,
        })
    }
}

/// A building stays in its list when it is retired.
pub(super) fn building_row(building: &Building, moment: Moment) -> Option<Row> {
    let (status, details) = match building {
        Building::Unregistered => return None,
        Building::Active(details) => ("active", details),
        Building::Retired(details) => ("retired", details),
    };
    let Details {
        name,
        kind,
        address,
        lat,
        lon,
        area,
        timezone,
    } = details;
    let own = json!({
        "name": name, "kind": kind, "address": address, "lat": lat, "lon": lon, "area": area,
        "timezone": timezone, "status": status,
    });
    together(own, moment)
}

/// An alert that was withdrawn has no row.
pub(super) fn alert_row(alert: &Alert, moment: Moment) -> Option<Row> {
    let status = match alert.status()? {
        AlertStatus::Withdrawn => return None,
        shown @ (AlertStatus::Open | AlertStatus::Acknowledged | AlertStatus::Resolved) => shown,
    };
    let Facts {
        source,
        alert_type,
        severity,
        building_id,
        node_id,
        title,
        message,
        count,
        first_occurred_at,
        last_occurred_at,
        acknowledgement,
        resolution,
        assignee,
        snoozed_until,
        comments,
    } = alert.facts()?;
    let (seen, over) = (acknowledgement.as_ref(), resolution.as_ref());
    let comments: Vec<Value> = comments
        .iter()
        .map(|comment| json!({"id": comment.id, "by": comment.by, "text": comment.text, "at": comment.at}))
        .collect();
    let own = json!({
        "alert_type": alert_type, "severity": severity.as_str(), "priority": severity.priority(),
        "status": status.as_str(), "source_kind": source.kind, "source_id": source.id,
        "node_id": node_id, "building_id": building_id, "title": title, "message": message,
        "raised": count, "first_occurred_at": first_occurred_at, "last_occurred_at": last_occurred_at,
        "acknowledged_by": seen.map(|mark| &mark.by), "acknowledged_at": seen.map(|mark| mark.at),
        "acknowledge_note": seen.and_then(|mark| mark.note.as_ref()),
        "resolved_by": over.map(|mark| &mark.by), "resolved_at": over.map(|mark| mark.at),
        "resolution_note": over.and_then(|mark| mark.note.as_ref()),
        "assignee": assignee, "snoozed_until": snoozed_until, "comments": comments,
    });
    together(own, moment)
}

fn together(own: Value, moment: Moment) -> Option<Row> {
    match (own, moment.columns()) {
        (Value::Object(mut own), Value::Object(common)) => {
            own.extend(common);
            Some(own)
        }
        _ => None,
    }
}
