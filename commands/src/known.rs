//! What this process remembers of aggregates. A stale memory can do no harm: it only loses the
//! optimistic lock.

use std::any::Any;
use std::sync::Arc;

use flowgrid_domain::Decider;
use quick_cache::sync::Cache;

use crate::Loaded;

/// Aggregates and claims by name, bounded in number.
pub(crate) struct Known {
    aggregates: Cache<(&'static str, String), Arc<dyn Any + Send + Sync>>,
    claims: Cache<String, String>,
}

impl Known {
    pub fn new(most: usize) -> Self {
        Self {
            aggregates: Cache::new(most),
            claims: Cache::new(most),
        }
    }

    pub fn get<A: Decider>(&self, qualified_id: &str) -> Option<Loaded<A>> {
        let found = self.aggregates.get(&(A::TYPE, qualified_id.to_owned()))?;
        found.downcast_ref::<Loaded<A>>().cloned()
    }

    pub fn put<A: Decider>(&self, qualified_id: String, loaded: Loaded<A>) {
        self.aggregates
            .insert((A::TYPE, qualified_id), Arc::new(loaded));
    }

    /// Who is thought to hold a claim.
    pub fn owner(&self, claim: &str) -> Option<String> {
        self.claims.get(claim)
    }

    pub fn put_owner(&self, claim: String, owner: String) {
        self.claims.insert(claim, owner);
    }

    pub fn forget_owner(&self, claim: &str) {
        self.claims.remove(claim);
    }
}
