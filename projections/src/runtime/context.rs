//! What the tasks of a runtime share.

use std::collections::BTreeMap;
use std::sync::Arc;

use flowgrid_bus::LogId;
use flowgrid_log::{LogInfo, LogStore, Tails};
use tokio::sync::Notify;

use super::{Client, RuntimeOptions};
use crate::{ModelName, Positions};

/// Wakes the supervisors of this process when something was asked of them.
#[derive(Clone, Default)]
pub(crate) struct Kicks(Arc<BTreeMap<ModelName, Notify>>);

impl Kicks {
    pub(crate) fn new(models: &[ModelName]) -> Self {
        Self(Arc::new(
            models.iter().map(|model| (*model, Notify::new())).collect(),
        ))
    }

    /// Wakes the supervisor of a model, if this process has it.
    pub(crate) fn kick(&self, model: ModelName) {
        if let Some(notify) = self.0.get(&model) {
            notify.notify_one();
        }
    }

    /// Until somebody kicks; for ever where this process doesn't have the model.
    pub(crate) async fn kicked(&self, model: ModelName) {
        match self.0.get(&model) {
            Some(notify) => notify.notified().await,
            None => std::future::pending().await,
        }
    }
}

/// What projectors and rebuilds work with.
pub(crate) struct Context {
    pub client: Client,
    pub store: LogStore,
    pub tails: Option<Arc<Tails>>,
    pub positions: Positions,
    pub options: RuntimeOptions,
    pub kicks: Kicks,
}

impl Context {
    /// The logs that a read model follows.
    pub(crate) fn logs(&self, model: ModelName) -> Vec<LogId> {
        logs_of(model, self.store.logs()).collect()
    }
}

/// The logs that a read model follows: those on which its aggregates live.
pub(crate) fn logs_of(model: ModelName, logs: &[LogInfo]) -> impl Iterator<Item = LogId> {
    let of_kind = move |kind| logs.iter().filter(move |log| log.kind == kind);
    model
        .log_kinds()
        .iter()
        .flat_map(move |kind| of_kind(*kind))
        .map(|log| log.id)
}
