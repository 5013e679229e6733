//! Comparing what is kept beside a log with what the log implies.

use std::collections::BTreeMap;

use crate::Kept;

impl<K: Ord, V: PartialEq> Kept<K, V> {
    /// What is stored and shouldn't be, or is another.
    pub(super) fn surplus(&self) -> impl Iterator<Item = (&K, &'static str)> {
        let implied = &self.implied;
        self.stored
            .iter()
            .filter_map(move |(name, value)| match implied.get(name) {
                None => Some((name, "follows from no event")),
                Some(expected) if expected != value => Some((name, "is another than follows")),
                Some(_) => None,
            })
    }

    /// What should be stored and isn't.
    pub(super) fn missing(&self) -> impl Iterator<Item = (&K, &V)> {
        let stored: &BTreeMap<K, V> = &self.stored;
        self.implied
            .iter()
            .filter(move |(name, _)| !stored.contains_key(*name))
    }
}
