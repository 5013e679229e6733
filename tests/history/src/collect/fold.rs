//! The aggregates of a log, folded by the domain: their claims and the rows that follow from them.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use chrono::{DateTime, Utc};
use flowgrid_bus::{LogId, RecordedEvent};
use flowgrid_domain::alerts::Alert;
use flowgrid_domain::buildings::Building;
use flowgrid_domain::{ClaimChange, Decider, Event};
use uuid::Uuid;

use super::CollectError;
use super::database::Database;
use super::expected::{Moment, alert_row, building_row};
use crate::hash;
use crate::{ClaimName, Hash, RowName};

/// Aggregates held at once; with more the log is read several times, each time for a share of them.
pub(super) const MOST_IN_MEMORY: usize = 500_000;

/// The rows that read models should hold, of all logs.
#[derive(Default)]
pub(super) struct Folds {
    pub buildings: BTreeMap<RowName, Hash>,
    pub alerts: BTreeMap<RowName, Hash>,
}

/// Who holds a claim since which position; nobody, where it was released.
type Holders = HashMap<ClaimName, (u64, Option<Box<str>>)>;

/// Folds a log of so many aggregates. Answers the claims that should be held.
pub(super) async fn fold(
    database: &Database,
    log: LogId,
    aggregates: usize,
    folds: &mut Folds,
) -> Result<BTreeMap<ClaimName, Box<str>>, CollectError> {
    let mut holders = Holders::new();
    let shares = aggregates.div_ceil(MOST_IN_MEMORY) as u64;
    for share in 0..shares {
        let mut buildings = States::<Building>::default();
        let mut alerts = States::<Alert>::default();
        database
            .each_event(log, |event| {
                if share_of(event, shares) != share {
                    return Ok(());
                }
                let changes = match &*event.aggregate_type {
                    Building::TYPE => buildings.take(event),
                    Alert::TYPE => alerts.take(event),
                    other => Err(format!("unknown aggregate type {other:?}")),
                };
                let changes = changes.map_err(|reason| CollectError::Unreadable {
                    log,
                    position: event.position,
                    reason,
                })?;
                hold(&mut holders, event, changes);
                Ok(())
            })
            .await?;
        folds.buildings.extend(buildings.rows(building_row));
        folds.alerts.extend(alerts.rows(alert_row));
    }
    let held = holders
        .into_iter()
        .filter_map(|(claim, (_, owner))| Some((claim, owner?)));
    Ok(held.collect())
}

fn share_of(event: &RecordedEvent, shares: u64) -> u64 {
    let hasher = BuildHasherDefault::<DefaultHasher>::default();
    hasher.hash_one(&event.aggregate_id) % shares
}

/// Shares come one after the other, so what counts is the position, not who is taken last.
fn hold(holders: &mut Holders, event: &RecordedEvent, changes: Vec<ClaimChange>) {
    for change in changes {
        let claim = (
            event.tenant_id,
            change.scope.into(),
            change.key.into_boxed_str(),
        );
        let owner = change.take.then(|| event.local_id().into());
        let held = holders.entry(claim).or_default();
        if held.0 <= event.position {
            *held = (event.position, owner);
        }
    }
}

/// Aggregates of one type, each as its events have left it.
struct States<A>(HashMap<(Uuid, Box<str>), (A, Moment)>);

impl<A> Default for States<A> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<A: Decider> States<A> {
    /// Folds one event; answers the claims that it moves.
    fn take(&mut self, event: &RecordedEvent) -> Result<Vec<ClaimChange>, String> {
        let decoded =
            A::Event::decode(&event.event_type, &event.event_version, event.payload_str())
                .map_err(|error| error.to_string())?;
        let name = (event.tenant_id, event.local_id().into());
        let (state, moment) = self
            .0
            .entry(name)
            .or_insert_with(|| (A::default(), Moment::first(event.recorded_at)));
        let claims = state.claims(&decoded);
        state.evolve(&decoded);
        moment.advance(event);
        Ok(claims)
    }

    /// The rows of those that have one.
    fn rows(
        self,
        row: fn(&A, &str, Moment) -> Option<Row>,
    ) -> impl Iterator<Item = (RowName, Hash)> {
        self.0
            .into_iter()
            .filter_map(move |(name, (state, moment))| {
                let row = row(&state, &name.1, moment)?;
                Some((name, hash::of_row(&row)))
            })
    }
}

/// The columns of a row, by name.
pub(super) type Row = serde_json::Map<String, serde_json::Value>;

impl Moment {
    fn first(at: DateTime<Utc>) -> Self {
        Self {
            created_at: at,
            updated_at: at,
            revision: 0,
            position: 0,
        }
    }

    fn advance(&mut self, event: &RecordedEvent) {
        self.updated_at = event.recorded_at;
        self.revision = event.sequence;
        self.position = event.position;
    }
}
