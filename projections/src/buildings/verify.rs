//! What a building's row should be, by the domain's own fold and nothing of `apply`.

use chrono::{DateTime, Utc};
use flowgrid_bus::RecordedEvent;
use flowgrid_domain::Shown;
use flowgrid_domain::buildings::{Building, BuildingEvent, BuildingResource};
use flowgrid_domain::{Decider, Event};
use sqlx::Row;
use sqlx::postgres::PgRow;

use super::row::decode;
use crate::ReadError;
use crate::verify::{Expected, canonical};

#[derive(Default)]
pub(crate) struct ExpectedBuilding {
    state: Building,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    revision: u64,
    position: u64,
}

impl Expected for ExpectedBuilding {
    fn fold(&mut self, event: &RecordedEvent) -> Result<(), String> {
        let decoded =
            BuildingEvent::decode(&event.event_type, &event.event_version, event.payload_str())
                .map_err(|error| error.to_string())?;
        self.state.evolve(&decoded);
        if self.revision == 0 {
            self.created_at = event.recorded_at;
        }
        self.updated_at = event.recorded_at;
        self.revision = event.sequence;
        self.position = event.position;
        Ok(())
    }

    fn row(&self, id: &str) -> Option<String> {
        let resource = self
            .state
            .resource(id, self.created_at, self.updated_at, self.revision)?;
        Some(canonical(&resource, self.position))
    }

    fn stored(row: &PgRow) -> Result<String, ReadError> {
        let resource = BuildingResource {
            energy: None,
            ..decode(row)?
        };
        Ok(canonical(
            &resource,
            row.try_get::<i64, _>("position")?.cast_unsigned(),
        ))
    }
}
