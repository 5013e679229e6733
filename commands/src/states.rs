//! Aggregates of every type, folded beyond what the log holds.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use flowgrid_bus::RecordedEvent;
use flowgrid_domain::aggregates::{Aggregate, Fold};
use flowgrid_domain::{ClaimChange, DecodeError};
use flowgrid_log::{LogInfo, LogStore};

use crate::CommandError;

/// How many events are read at once.
const PAGE: usize = 5_000;

/// The aggregates that events have met so far, by type and qualified id.
#[derive(Default)]
pub(crate) struct States {
    met: HashMap<(&'static str, Box<str>), Box<dyn Fold>>,
}

impl States {
    /// Folds an event that comes after all that the log holds of its aggregate; answers the claims
    /// that follow from it.
    pub async fn take(
        &mut self,
        store: &LogStore,
        log: LogInfo,
        event: &RecordedEvent,
    ) -> Result<Vec<ClaimChange>, CommandError> {
        let aggregate = Aggregate::named(&event.aggregate_type).ok_or_else(|| {
            CommandError::Internal(format!("unknown aggregate type {:?}", event.aggregate_type))
        })?;
        let state = match self.met.entry((aggregate.name, event.aggregate_id.clone())) {
            Entry::Occupied(met) => met.into_mut(),
            Entry::Vacant(new) => {
                new.insert(load(store, log, aggregate, &event.aggregate_id).await?)
            }
        };
        Ok(fold(&mut **state, event)?)
    }
}

/// An aggregate as the log knows it.
async fn load(
    store: &LogStore,
    log: LogInfo,
    aggregate: &Aggregate,
    qualified_id: &str,
) -> Result<Box<dyn Fold>, CommandError> {
    let (mut state, mut version) = ((aggregate.fresh)(), 0);
    loop {
        let events = store
            .read_aggregate(log.id, aggregate.name, qualified_id, version, PAGE)
            .await?;
        for event in &events {
            fold(&mut *state, event)?;
            version = event.sequence;
        }
        if events.len() < PAGE {
            return Ok(state);
        }
    }
}

fn fold(state: &mut dyn Fold, event: &RecordedEvent) -> Result<Vec<ClaimChange>, DecodeError> {
    state.take(&event.event_type, &event.event_version, event.payload_str())
}
