//! How far the projectors of this process have got.

use std::collections::BTreeMap;
use std::sync::Arc;

use flowgrid_bus::LogId;
use parking_lot::RwLock;
use tokio::sync::watch;

use crate::ModelName;

/// The positions up to which the live rows of each read model are visible to new transactions.
/// Cheap to clone; all clones are the same.
#[derive(Clone, Default)]
pub struct Positions(Arc<RwLock<Senders>>);

type Senders = BTreeMap<(ModelName, LogId), watch::Sender<u64>>;

impl Positions {
    pub fn new() -> Self {
        Self::default()
    }

    /// The position of a model on a log, 0 where no projector of this process has told any.
    pub fn get(&self, model: ModelName, log: LogId) -> u64 {
        self.0
            .read()
            .get(&(model, log))
            .map_or(0, |sender| *sender.borrow())
    }

    /// Until the model is at `position` or beyond.
    pub async fn reached(&self, model: ModelName, log: LogId, position: u64) {
        let mut receiver = self.sender(model, log).subscribe();
        // The sender is kept by the map, so waiting can't fail.
        let _ = receiver.wait_for(|now| *now >= position).await;
    }

    /// Tells a position. It may go back, when Postgres came back with less.
    pub(crate) fn tell(&self, model: ModelName, log: LogId, position: u64) {
        self.sender(model, log).send_replace(position);
    }

    fn sender(&self, model: ModelName, log: LogId) -> watch::Sender<u64> {
        if let Some(sender) = self.0.read().get(&(model, log)) {
            return sender.clone();
        }
        self.0
            .write()
            .entry((model, log))
            .or_insert_with(|| watch::Sender::new(0))
            .clone()
    }
}
