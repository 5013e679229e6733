//! A batch of events, merged in memory to at most one write per row.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use flowgrid_bus::RecordedEvent;
use uuid::Uuid;

/// What names a row: organization and local id.
pub(crate) type RowKey = (Uuid, Box<str>);

/// The columns that a batch sets, each absent where it stays.
pub(crate) trait Patch: Default + Send + Sync {
    /// Lays `newer` over this patch.
    fn merge(&mut self, newer: Self);
}

/// What a batch does to one row.
enum Change<P> {
    /// The patch sets every column.
    Insert(P),
    Update(P),
    Delete,
}

/// The writes of a batch. The order of the events is kept per row; between rows it doesn't matter,
/// because they become visible together.
pub(crate) struct Staged<P> {
    rows: HashMap<RowKey, Change<P>>,
}

/// The writes of a batch by kind, each in the order of the primary key: pages are touched in
/// order, and two writers can't deadlock.
pub(crate) struct Writes<P> {
    pub inserts: Vec<(RowKey, P)>,
    pub updates: Vec<(RowKey, P)>,
    pub deletes: Vec<RowKey>,
}

impl<P> Writes<P> {
    /// Rows written or removed.
    pub(crate) fn len(&self) -> usize {
        self.inserts.len() + self.updates.len() + self.deletes.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<P> Default for Staged<P> {
    fn default() -> Self {
        Self {
            rows: HashMap::new(),
        }
    }
}

/// The row that an event is about.
pub(crate) fn row_key(event: &RecordedEvent) -> RowKey {
    (event.tenant_id, event.local_id().into())
}

impl<P: Patch> Staged<P> {
    /// Rows touched.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(crate) fn insert(&mut self, key: RowKey, row: P) {
        self.rows.insert(key, Change::Insert(row));
    }

    pub(crate) fn update(&mut self, key: RowKey, patch: P) {
        match self.rows.entry(key) {
            Entry::Occupied(mut entry) => match entry.get_mut() {
                Change::Insert(earlier) | Change::Update(earlier) => earlier.merge(patch),
                // Impossible in a log that the domain wrote; the write of it would find no row.
                Change::Delete => {
                    entry.insert(Change::Update(patch));
                }
            },
            Entry::Vacant(entry) => {
                entry.insert(Change::Update(patch));
            }
        }
    }

    pub(crate) fn delete(&mut self, key: RowKey) {
        match self.rows.entry(key) {
            Entry::Occupied(entry) if matches!(entry.get(), Change::Insert(_)) => {
                entry.remove();
            }
            Entry::Occupied(mut entry) => {
                entry.insert(Change::Delete);
            }
            Entry::Vacant(entry) => {
                entry.insert(Change::Delete);
            }
        }
    }

    pub(crate) fn into_writes(self) -> Writes<P> {
        let mut writes = Writes {
            inserts: Vec::new(),
            updates: Vec::new(),
            deletes: Vec::new(),
        };
        for (key, change) in self.rows {
            match change {
                Change::Insert(row) => writes.inserts.push((key, row)),
                Change::Update(patch) => writes.updates.push((key, patch)),
                Change::Delete => writes.deletes.push(key),
            }
        }
        writes.inserts.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        writes.updates.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        writes.deletes.sort_unstable();
        writes
    }
}

/// Lays a newer column over an older one.
pub(crate) fn over<T>(column: &mut Option<T>, newer: Option<T>) {
    if newer.is_some() {
        *column = newer;
    }
}

/// A nullable column as a domain patch leaves it: `None` stays, `Some(None)` is cleared.
pub(crate) fn nullable<T>(patch: flowgrid_domain::Patch<T>) -> Option<Option<T>> {
    match patch {
        flowgrid_domain::Patch::Absent => None,
        flowgrid_domain::Patch::Clear => Some(None),
        flowgrid_domain::Patch::Set(value) => Some(Some(value)),
    }
}
