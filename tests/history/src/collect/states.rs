//! Aggregates in memory, each as its events have left it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use flowgrid_bus::RecordedEvent;
use flowgrid_domain::{ClaimChange, Decider, Event};
use uuid::Uuid;

use super::expected::{Moment, Row};
use crate::{Hash, RowName, hash};

/// Aggregates of one type. Claims are about the log's end, rows about a checkpoint, which may lie
/// before it.
pub(super) struct States<A> {
    aggregates: HashMap<(Uuid, Box<str>), Folded<A>>,
    row: RowOf<A>,
    checkpoint: u64,
}

/// What an aggregate's row should be; `None` where it has none.
type RowOf<A> = fn(&A, Moment) -> Option<Row>;

struct Folded<A> {
    state: A,
    moment: Moment,
    /// Its row at the checkpoint, once an event beyond has come.
    row: Option<Option<Hash>>,
}

impl<A: Decider> States<A> {
    pub(super) fn new(row: RowOf<A>, checkpoint: u64) -> Self {
        Self {
            aggregates: HashMap::new(),
            row,
            checkpoint,
        }
    }

    /// Folds one event; answers the claims that it moves.
    pub(super) fn take(&mut self, event: &RecordedEvent) -> Result<Vec<ClaimChange>, String> {
        let decoded =
            A::Event::decode(&event.event_type, &event.event_version, event.payload_str())
                .map_err(|error| error.to_string())?;
        let name = (event.tenant_id, event.local_id().into());
        let folded = self
            .aggregates
            .entry(name)
            .or_insert_with(|| Folded::new(event.recorded_at));
        if event.position > self.checkpoint && folded.row.is_none() {
            folded.row = Some(folded.hash(self.row));
        }
        let claims = folded.state.claims(&decoded);
        folded.state.evolve(&decoded);
        folded.moment.advance(event);
        Ok(claims)
    }

    /// The rows of those that have one.
    pub(super) fn into_rows(self) -> impl Iterator<Item = (RowName, Hash)> {
        let row = self.row;
        self.aggregates
            .into_iter()
            .filter_map(move |(name, folded)| {
                let hash = folded.row.unwrap_or_else(|| folded.hash(row))?;
                Some((name, hash))
            })
    }
}

impl<A: Decider> Folded<A> {
    fn new(at: DateTime<Utc>) -> Self {
        Self {
            state: A::default(),
            moment: Moment {
                created_at: at,
                updated_at: at,
                revision: 0,
                position: 0,
            },
            row: None,
        }
    }

    fn hash(&self, row: RowOf<A>) -> Option<Hash> {
        row(&self.state, self.moment).map(|row| hash::of_row(&row))
    }
}

impl Moment {
    fn advance(&mut self, event: &RecordedEvent) {
        self.updated_at = event.recorded_at;
        self.revision = event.sequence;
        self.position = event.position;
    }
}
