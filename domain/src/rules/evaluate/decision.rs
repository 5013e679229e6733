//! What follows for a source.

use chrono::{DateTime, Utc};

/// An alert is to be raised, or what it was about is over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Decision {
    Raise {
        /// When it began to be wrong: together with rule and source it names the alert.
        since: DateTime<Utc>,
        /// When it had been wrong for long enough.
        at: DateTime<Utc>,
        /// It goes up and down so often that its alert stays until it is calm.
        flapping: bool,
    },
    Clear {
        /// The same as when it was raised.
        since: DateTime<Utc>,
        at: DateTime<Utc>,
    },
}

/// None, one or two, in this order: a silence that ends may be noticed only then.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Decisions([Option<Decision>; 2]);

impl Decisions {
    pub(super) fn then(mut self, next: Option<Decision>) -> Self {
        let free = self.0.iter_mut().find(|place| place.is_none());
        if let Some(free) = free {
            *free = next;
        }
        self
    }

    pub fn iter(&self) -> impl Iterator<Item = Decision> {
        self.0.into_iter().flatten()
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }
}

impl From<Option<Decision>> for Decisions {
    fn from(one: Option<Decision>) -> Self {
        Self::default().then(one)
    }
}
