//! Revocations in memory.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::{Bearer, Revoked};

/// How many are remembered.
pub(super) const MOST: usize = 100_000;

/// When what was revoked. Bounded: when there are too many, every token issued until then is refused,
/// which costs its holder a refresh.
#[derive(Default)]
pub(super) struct Memory {
    revoked: HashMap<Revoked, DateTime<Utc>>,
    floor: Option<DateTime<Utc>>,
}

impl Memory {
    pub(super) fn refuses(&self, bearer: &Bearer) -> bool {
        let until = |at: &DateTime<Utc>| bearer.issued_at <= *at;
        if self.floor.as_ref().is_some_and(until) {
            return true;
        }
        !self.revoked.is_empty()
            && bearer
                .ended_by()
                .any(|one| self.revoked.get(&one).is_some_and(until))
    }

    pub(super) fn len(&self) -> usize {
        self.revoked.len()
    }

    pub(super) fn knows(&self, revoked: Revoked, at: DateTime<Utc>) -> bool {
        self.revoked.get(&revoked).is_some_and(|known| *known >= at)
    }

    pub(super) fn add(&mut self, revoked: Revoked, at: DateTime<Utc>) {
        if self.revoked.len() >= MOST && !self.revoked.contains_key(&revoked) {
            let newest = self.revoked.values().max().copied();
            self.refuse_until(newest.map_or(at, |newest| newest.max(at)));
            return;
        }
        let known = self.revoked.entry(revoked).or_insert(at);
        *known = at.max(*known);
    }

    /// Refuses every token issued until then.
    pub(super) fn refuse_until(&mut self, at: DateTime<Utc>) {
        self.revoked.clear();
        self.floor = self.floor.max(Some(at));
    }

    /// Starts afresh with what is in the database: what ended there is forgotten.
    pub(super) fn replace(&mut self, all: Vec<(Revoked, DateTime<Utc>)>) {
        self.revoked.clear();
        for (revoked, at) in all {
            self.add(revoked, at);
        }
    }
}
