//! The aggregates of a log, folded by the domain: their claims and the rows that follow from them.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use flowgrid_bus::{LogId, RecordedEvent};
use flowgrid_domain::aggregates::{self, Aggregate};
use flowgrid_domain::alerts::Alert;
use flowgrid_domain::buildings::Building;
use flowgrid_domain::{ClaimChange, Decider};

use super::CollectError;
use super::database::Database;
use super::expected::{alert_row, building_row};
use super::states::States;
use crate::{ClaimName, Hash, RowName, Rows};

/// Aggregates held at once; with more the log is read several times, each time for a share of them.
pub(super) const MOST_IN_MEMORY: usize = 500_000;

/// Both read models.
pub(super) struct Folds {
    pub buildings: Fold,
    pub alerts: Fold,
}

/// A read model's rows as they stood, and as they should be at the checkpoints they stood at.
pub(super) struct Fold {
    pub live: Rows,
    pub folded: BTreeMap<RowName, Hash>,
}

impl Fold {
    fn checkpoint(&self, log: LogId) -> u64 {
        self.live.positions.get(&log).copied().unwrap_or(0)
    }
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
        let mut buildings = States::new(building_row, folds.buildings.checkpoint(log));
        let mut others = Others::new();
        let mut alerts = States::new(alert_row, folds.alerts.checkpoint(log));
        database
            .each_event(log, |event| {
                if share_of(event, shares) != share {
                    return Ok(());
                }
                let changes = match &*event.aggregate_type {
                    Building::TYPE => buildings.take(event),
                    Alert::TYPE => alerts.take(event),
                    _ => claims_of(&mut others, event),
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
        folds.buildings.folded.extend(buildings.into_rows());
        folds.alerts.folded.extend(alerts.into_rows());
    }
    let held = holders
        .into_iter()
        .filter_map(|(claim, (_, owner))| Some((claim, owner?)));
    Ok(held.collect())
}

/// Aggregates whose read models aren't judged here, by type and id.
type Others = HashMap<(Box<str>, Box<str>), Box<dyn aggregates::Fold>>;

fn claims_of(others: &mut Others, event: &RecordedEvent) -> Result<Vec<ClaimChange>, String> {
    let named = Aggregate::named(&event.aggregate_type)
        .ok_or_else(|| format!("unknown aggregate type {:?}", event.aggregate_type))?;
    let key = (named.name.into(), event.aggregate_id.clone());
    let state = others.entry(key).or_insert_with(named.fresh);
    let (kind, version) = (&event.event_type, &event.event_version);
    state
        .take(kind, version, event.payload_str())
        .map_err(|error| error.to_string())
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
