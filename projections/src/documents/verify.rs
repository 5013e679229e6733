//! What a document's row should be, by the domain's own fold and nothing of `effect`.

use chrono::{DateTime, Utc};
use flowgrid_bus::RecordedEvent;
use flowgrid_domain::{Decider, Event};
use sqlx::Row;
use sqlx::postgres::PgRow;

use super::model::DocumentModel;
use super::row::{DocumentRow, decode};
use crate::ReadError;
use crate::verify::{Expected, canonical};

pub(crate) struct ExpectedDocument<D: DocumentModel> {
    state: D::Aggregate,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    revision: u64,
    position: u64,
}

impl<D: DocumentModel> Default for ExpectedDocument<D> {
    fn default() -> Self {
        Self {
            state: D::Aggregate::default(),
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
            revision: 0,
            position: 0,
        }
    }
}

impl<D: DocumentModel> Expected for ExpectedDocument<D> {
    fn fold(&mut self, event: &RecordedEvent) -> Result<(), String> {
        let decoded = <D::Aggregate as Decider>::Event::decode(
            &event.event_type,
            &event.event_version,
            event.payload_str(),
        )
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
        let (owner, body) = D::document(&self.state)?;
        let row = DocumentRow {
            id: id.to_owned(),
            owner,
            body,
            revision: self.revision,
            created_at: self.created_at,
            updated_at: self.updated_at,
        };
        Some(canonical(&row, self.position))
    }

    fn stored(row: &PgRow) -> Result<String, ReadError> {
        let position: i64 = row.try_get("position")?;
        Ok(canonical(&decode(row)?, position.cast_unsigned()))
    }
}
