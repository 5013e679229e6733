//! The shapes of events, for documents.

use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

/// The JSON Schema (2020-12) of one event's payload.
pub struct EventSchema {
    /// `building.registered`
    pub event_type: &'static str,
    /// `1.0`
    pub event_version: &'static str,
    pub schema: RefOr<Schema>,
    /// What it refers to as `#/components/schemas/<name>`.
    pub referred: Vec<(String, RefOr<Schema>)>,
}

impl EventSchema {
    pub(crate) fn of<T: ToSchema>(event_type: &'static str, event_version: &'static str) -> Self {
        let mut referred = Vec::new();
        T::schemas(&mut referred);
        Self {
            event_type,
            event_version,
            schema: T::schema(),
            referred,
        }
    }
}
