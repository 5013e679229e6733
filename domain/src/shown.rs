//! What callers see of an aggregate.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::Decider;

/// An aggregate that has a shape for callers.
pub trait Shown: Decider {
    /// The thing as the API shows it.
    type Resource: Serialize;

    /// `None` while there is none. Times are those of its first and last event in the log.
    fn resource(
        &self,
        id: &str,
        created_at: DateTime<Utc>,
        updated_at: DateTime<Utc>,
        revision: u64,
    ) -> Option<Self::Resource>;
}
