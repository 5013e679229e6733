//! A batch of events, merged in memory to at most one write per row.

use std::hash::{BuildHasher, RandomState};

use flowgrid_bus::RecordedEvent;
use hashbrown::HashTable;
use uuid::Uuid;

use crate::read_model::Batch;

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
    /// The patch sets every column, whether or not the row is there.
    Put(P),
    Update(P),
    Delete,
    /// It came and went.
    Nothing,
}

/// The writes of a batch. The order of the events is kept per row; between rows it doesn't matter,
/// because they become visible together.
///
/// Rows stand in a list and the table holds their places: it stays small enough for the caches, and
/// a key is copied only when its row is new.
pub(crate) struct Staged<P> {
    rows: Vec<(RowKey, Change<P>)>,
    places: HashTable<u32>,
    hasher: RandomState,
}

/// The writes of a batch by kind, each in the order of the primary key: pages are touched in
/// order, and two writers can't deadlock.
pub(crate) struct Writes<P> {
    pub inserts: Vec<(RowKey, P)>,
    /// Rows that may be there or not.
    pub puts: Vec<(RowKey, P)>,
    pub updates: Vec<(RowKey, P)>,
    pub deletes: Vec<RowKey>,
}

impl<P> Writes<P> {
    /// Rows written or removed.
    pub(crate) fn len(&self) -> usize {
        self.inserts.len() + self.puts.len() + self.updates.len() + self.deletes.len()
    }
}

impl<P> Default for Staged<P> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            places: HashTable::new(),
            hasher: RandomState::new(),
        }
    }
}

/// The row that an event is about.
pub(crate) fn row_key(event: &RecordedEvent) -> RowKey {
    (event.tenant_id, event.local_id().into())
}

impl<P: Patch> Staged<P> {
    /// The event makes its row.
    pub(crate) fn insert(&mut self, event: &RecordedEvent, row: P) -> Result<(), String> {
        match self.change(event) {
            None => self.add(event, Change::Insert(row)),
            Some(_) => Err("the aggregate began before".into()),
        }
    }

    /// The event sets every column of its row, which may be there from an earlier life.
    pub(crate) fn put(&mut self, event: &RecordedEvent, row: P) -> Result<(), String> {
        match self.change(event) {
            None => self.add(event, Change::Put(row)),
            Some(Change::Insert(earlier) | Change::Put(earlier)) => {
                earlier.merge(row);
                Ok(())
            }
            Some(change @ Change::Update(_)) => {
                *change = Change::Put(row);
                Ok(())
            }
            Some(Change::Delete | Change::Nothing) => Err("the row was removed before".into()),
        }
    }

    /// The event changes its row.
    pub(crate) fn update(&mut self, event: &RecordedEvent, patch: P) -> Result<(), String> {
        match self.change(event) {
            None => self.add(event, Change::Update(patch)),
            Some(Change::Insert(earlier) | Change::Put(earlier) | Change::Update(earlier)) => {
                earlier.merge(patch);
                Ok(())
            }
            Some(Change::Delete | Change::Nothing) => Err("the row was removed before".into()),
        }
    }

    /// The event removes its row.
    pub(crate) fn delete(&mut self, event: &RecordedEvent) -> Result<(), String> {
        match self.change(event) {
            None => self.add(event, Change::Delete),
            Some(change @ Change::Insert(_)) => {
                *change = Change::Nothing;
                Ok(())
            }
            Some(change @ (Change::Update(_) | Change::Put(_))) => {
                *change = Change::Delete;
                Ok(())
            }
            Some(Change::Delete | Change::Nothing) => Err("the row was removed before".into()),
        }
    }

    /// What the batch does to the event's row so far.
    fn change(&mut self, event: &RecordedEvent) -> Option<&mut Change<P>> {
        let key = (event.tenant_id, event.local_id());
        let rows = &self.rows;
        let place = self.places.find(self.hasher.hash_one(key), |place| {
            rows.get(*place as usize)
                .is_some_and(|((tenant, id), _)| (*tenant, &**id) == key)
        })?;
        let (_, change) = self.rows.get_mut(*place as usize)?;
        Some(change)
    }

    fn add(&mut self, event: &RecordedEvent, change: Change<P>) -> Result<(), String> {
        let place = u32::try_from(self.rows.len()).map_err(|_| "the batch is too large")?;
        self.rows.push((row_key(event), change));
        let (rows, hasher) = (&self.rows, &self.hasher);
        let hash = |place: &u32| {
            rows.get(*place as usize)
                .map_or(0, |((tenant, id), _)| hasher.hash_one((*tenant, &**id)))
        };
        self.places.insert_unique(hash(&place), place, hash);
        Ok(())
    }
}

impl<P: Patch + 'static> Batch for Staged<P> {
    type Writes = Writes<P>;

    /// Rows touched.
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn into_writes(self) -> Writes<P> {
        let mut writes = Writes {
            inserts: Vec::new(),
            puts: Vec::new(),
            updates: Vec::new(),
            deletes: Vec::new(),
        };
        // Sorted by place: rows are large and moved once.
        let mut rows: Vec<_> = self.rows.into_iter().map(Some).collect();
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_unstable_by(|a, b| {
            let key = |place: usize| {
                rows.get(place)
                    .and_then(|row| row.as_ref().map(|(key, _)| key))
            };
            key(*a).cmp(&key(*b))
        });
        for place in order {
            match rows.get_mut(place).and_then(Option::take) {
                Some((key, Change::Insert(row))) => writes.inserts.push((key, row)),
                Some((key, Change::Put(row))) => writes.puts.push((key, row)),
                Some((key, Change::Update(patch))) => writes.updates.push((key, patch)),
                Some((key, Change::Delete)) => writes.deletes.push(key),
                Some((_, Change::Nothing)) | None => {}
            }
        }
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
