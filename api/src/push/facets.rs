//! What an event is routed by.

use std::cell::OnceCell;

use flowgrid_bus::RecordedEvent;
use serde::Deserialize;

/// The fields of a payload that channels look at; all events of an alert, or of a notification, carry
/// theirs.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Routed {
    severity: Option<Box<str>>,
    building_id: Option<Box<str>>,
    user_id: Option<Box<str>>,
}

/// An event as the channels see it. The payload is read at most once, and only if somebody asks.
#[derive(Debug)]
pub struct Facets<'a> {
    pub aggregate_type: &'a str,
    pub local_id: &'a str,
    pub event_name: &'a str,
    payload: &'a [u8],
    routed: OnceCell<Routed>,
}

impl<'a> Facets<'a> {
    pub fn of(event: &'a RecordedEvent) -> Self {
        Self {
            aggregate_type: &event.aggregate_type,
            local_id: event.local_id(),
            event_name: event.event_name(),
            payload: &event.payload,
            routed: OnceCell::new(),
        }
    }

    pub fn is_alert(&self) -> bool {
        self.aggregate_type == "alert"
    }

    pub fn is_critical(&self) -> bool {
        self.is_alert() && self.routed().severity.as_deref() == Some("critical")
    }

    /// The one person whom it is for.
    pub fn notified(&self) -> Option<&str> {
        match self.aggregate_type {
            "notification" => self.routed().user_id.as_deref(),
            _ => None,
        }
    }

    /// The building it is about: its own id, or the one an alert names.
    pub fn building(&self) -> Option<&str> {
        match self.aggregate_type {
            "building" => Some(self.local_id),
            "alert" => self.routed().building_id.as_deref(),
            _ => None,
        }
    }

    fn routed(&self) -> &Routed {
        // A payload that doesn't read belongs to no building and is not critical.
        self.routed
            .get_or_init(|| serde_json::from_slice(self.payload).unwrap_or_default())
    }
}
