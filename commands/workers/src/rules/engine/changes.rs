//! What changed and is not stored yet.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use flowgrid_domain::rules::evaluate::{Seen, Watch};
use uuid::Uuid;

use super::super::deed::Task;

/// One rule at one source.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in super::super) struct StateKey {
    pub tenant: Uuid,
    pub rule: Box<str>,
    pub source: Box<str>,
}

/// The newest reading of a sensor.
pub(in super::super) struct Newest {
    pub tenant: Uuid,
    pub sensor: Box<str>,
    pub seen: Seen,
}

/// Where a source stands, and when it goes on by itself.
pub(in super::super) type State = (Watch, Option<DateTime<Utc>>);

#[derive(Default)]
pub(in super::super) struct Changes {
    /// `None` where nothing is known any more.
    pub states: HashMap<StateKey, Option<State>>,
    /// In the order in which they were decided.
    pub tasks: Vec<Task>,
    /// Sensors whose newest reading is another, by their places.
    pub(super) touched: Vec<(Uuid, usize)>,
}

impl Changes {
    /// Whether something was decided.
    pub fn is_urgent(&self) -> bool {
        !self.states.is_empty() || !self.tasks.is_empty()
    }
}
