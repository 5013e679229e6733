//! Keys of personal data that this process has used lately.

use std::sync::Arc;

use parking_lot::RwLock;
use quick_cache::sync::Cache;
use uuid::Uuid;

use crate::cipher::CipherKey;

/// How many keys are remembered.
const MOST: usize = 20_000;

/// By organization and subject. Bounded: the least used make room.
pub(crate) struct KeyCache {
    keys: Cache<(Uuid, Uuid), Arc<CipherKey>>,
    /// How often keys were forgotten: what was read before the last time may be destroyed.
    forgotten: RwLock<u64>,
}

/// When reading keys from Postgres began.
#[derive(Clone, Copy)]
pub(crate) struct ReadSince(u64);

impl KeyCache {
    pub(crate) fn new() -> Self {
        Self {
            keys: Cache::new(MOST),
            forgotten: RwLock::new(0),
        }
    }

    pub(crate) fn get(&self, tenant: Uuid, subject: Uuid) -> Option<Arc<CipherKey>> {
        self.keys.get(&(tenant, subject))
    }

    pub(crate) fn reading(&self) -> ReadSince {
        ReadSince(*self.forgotten.read())
    }

    /// Remembers a key unless any was forgotten since it was read.
    pub(crate) fn put(&self, since: ReadSince, tenant: Uuid, subject: Uuid, key: &Arc<CipherKey>) {
        let forgotten = self.forgotten.read();
        if *forgotten == since.0 {
            self.keys.insert((tenant, subject), Arc::clone(key));
        }
    }

    /// Forgets what a subject has in one organization, or everywhere.
    pub(crate) fn forget(&self, subject: Uuid, tenant: Option<Uuid>) {
        let mut forgotten = self.forgotten.write();
        *forgotten += 1;
        match tenant {
            Some(tenant) => drop(self.keys.remove(&(tenant, subject))),
            None => self.keys.retain(|(_, other), _| *other != subject),
        }
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        let mut forgotten = self.forgotten.write();
        *forgotten += 1;
        self.keys.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_was_read_before_one_was_forgotten_is_not_remembered() {
        let cache = KeyCache::new();
        let (tenant, subject) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let key = Arc::new(CipherKey::default());
        let since = cache.reading();
        cache.forget(subject, None);
        cache.put(since, tenant, subject, &key);
        assert!(cache.get(tenant, subject).is_none());
        cache.put(cache.reading(), tenant, subject, &key);
        assert!(cache.get(tenant, subject).is_some());
        cache.forget(subject, None);
        assert!(cache.get(tenant, subject).is_none());
    }
}
