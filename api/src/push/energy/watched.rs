//! What is to be told of buildings.

use std::collections::HashSet;
use std::sync::Arc;

use flowgrid_bus::RecordedEvent;
use uuid::Uuid;

use crate::push::index::Index;
use crate::push::subscription::Subscription;

/// Buildings that may wait to be told of; the next readings of those beyond it bring them up again.
const MOST: usize = 10_000;

/// What has to be told, until it is taken. As many newcomers as there may be subscriptions.
#[derive(Debug, Default)]
pub struct Watched {
    /// Buildings of which readings have come, each with its organization.
    pub changed: HashSet<(Uuid, Box<str>)>,
    /// Whoever wasn't told anything yet.
    pub newcomers: Vec<Arc<Subscription>>,
}

impl Watched {
    /// Notes readings, which stand with their building, if anybody watches it.
    pub fn hear(&mut self, index: &Index, event: &RecordedEvent) {
        let building = event.local_id();
        let heard = event.aggregate_type == "readings" && index.watches(building);
        if heard && self.changed.len() < MOST {
            self.changed.insert((event.tenant_id, building.into()));
        }
    }

    pub fn greet(&mut self, subscription: &Arc<Subscription>) {
        if subscription.channel.shows_the_latest() {
            self.newcomers.push(Arc::clone(subscription));
        }
    }

    pub fn merge(&mut self, other: Self) {
        self.changed.extend(other.changed);
        self.newcomers.extend(other.newcomers);
    }
}
