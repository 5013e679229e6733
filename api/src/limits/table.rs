//! The callers that this process remembers.

use std::convert::Infallible;
use std::sync::Arc;

use parking_lot::Mutex;
use quick_cache::sync::Cache;
use tokio::sync::Notify;

use super::caller::{LocalKeys, SharedKey, shared_key};
use super::count::{Count, Shared, span_ms};
use super::{Caller, Class, Decision, Limit};

/// Callers remembered; who has asked least of late is forgotten, and found again in Postgres.
const REMEMBERED: usize = 65_536;
/// Callers whose requests wait to be told to the others. Of one that finds no room only this process
/// knows until there is some.
const MOST_WAITING: usize = 16_384;

/// One caller in one class.
pub struct Cell {
    pub key: SharedKey,
    pub span_ms: u64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    count: Count,
    /// Waits in the list already.
    listed: bool,
}

/// All of them.
pub struct Table {
    keys: LocalKeys,
    cells: Cache<(u64, u64), Arc<Cell>>,
    waiting: Mutex<Vec<Arc<Cell>>>,
    /// Somebody asks so often that the others should hear of it now.
    pub hurry: Notify,
}

impl Table {
    pub fn new() -> Self {
        Self {
            keys: LocalKeys::new(),
            cells: Cache::new(REMEMBERED),
            waiting: Mutex::new(Vec::new()),
            hurry: Notify::new(),
        }
    }

    /// One more request of a caller.
    pub fn take(&self, class: Class, caller: Caller<'_>, limit: Limit, now_ms: u64) -> Decision {
        let key = self.keys.of(class, caller);
        let cell = self.cell(key, limit, || shared_key(class, caller));
        self.take_of(&cell, limit, now_ms)
    }

    /// The same under a key that is shared already, while Postgres can't be asked.
    pub fn take_alone(&self, shared: SharedKey, limit: Limit, now_ms: u64) -> Decision {
        let cell = self.cell(self.keys.of_shared(&shared), limit, || shared);
        let mut state = cell.state.lock();
        state.count.take(limit, now_ms)
    }

    fn cell(&self, key: (u64, u64), limit: Limit, shared: impl FnOnce() -> SharedKey) -> Arc<Cell> {
        if let Some(known) = self.cells.get(&key) {
            return known;
        }
        let make = || {
            Ok::<_, Infallible>(Arc::new(Cell {
                key: shared(),
                span_ms: span_ms(limit),
                state: Mutex::default(),
            }))
        };
        match self.cells.get_or_insert_with(&key, make) {
            Ok(cell) => cell,
            Err(never) => match never {},
        }
    }

    fn take_of(&self, cell: &Arc<Cell>, limit: Limit, now_ms: u64) -> Decision {
        let mut state = cell.state.lock();
        let decision = state.count.take(limit, now_ms);
        let unsent = state.count.unsent();
        if unsent > 0 && !state.listed {
            state.listed = self.list(cell);
        }
        // The others may let through as many before they hear of these.
        if decision.allowed && unsent == hurried(limit) {
            self.hurry.notify_one();
        }
        decision
    }

    /// Whether there was room.
    fn list(&self, cell: &Arc<Cell>) -> bool {
        let mut waiting = self.waiting.lock();
        let room = waiting.len() < MOST_WAITING;
        if room {
            waiting.push(Arc::clone(cell));
        }
        room
    }

    /// Who has asked since the last time.
    pub fn waiting(&self) -> Vec<Arc<Cell>> {
        std::mem::take(&mut *self.waiting.lock())
    }

    pub fn len(&self) -> usize {
        self.cells.len()
    }
}

impl Cell {
    /// How many requests the others don't know yet; from now on they count as sent.
    pub fn send(&self) -> u32 {
        let mut state = self.state.lock();
        state.listed = false;
        state.count.send()
    }

    pub fn learn(&self, shared: Shared) {
        self.state.lock().count.learn(shared);
    }
}

impl Table {
    /// It did not get there; it is sent with the next.
    pub fn take_back(&self, cell: &Arc<Cell>, sent: u32) {
        let mut state = cell.state.lock();
        state.count.take_back(sent);
        if !state.listed {
            state.listed = self.list(cell);
        }
    }
}

/// After how many requests nobody waits for the next exchange.
fn hurried(limit: Limit) -> u32 {
    (limit.quota / 8).max(4)
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};
    use std::time::Duration;

    use super::*;

    const LIMIT: Limit = Limit::new(3, Duration::from_secs(60));

    fn stranger(number: u32) -> Caller<'static> {
        Caller::at(Some(IpAddr::V4(Ipv4Addr::from(number))))
    }

    #[test]
    fn each_caller_and_class_counts_for_itself() {
        let table = Table::new();
        let take = |class, number| table.take(class, stranger(number), LIMIT, 0).allowed;
        for _ in 0..3 {
            assert!(take(Class::Anonymous, 1));
        }
        assert!(!take(Class::Anonymous, 1));
        assert!(take(Class::Anonymous, 2) && take(Class::Rest, 1));
        let member = |tenant, subject| Caller::Member {
            tenant: uuid::Uuid::from_u128(tenant),
            subject,
        };
        let take = |caller| table.take(Class::Rest, caller, LIMIT, 0).remaining;
        assert_eq!((take(member(1, "anna")), take(member(2, "anna"))), (2, 2));
        assert_eq!((take(member(1, "bert")), take(member(1, "anna"))), (2, 1));
    }

    #[test]
    fn a_million_addresses_fill_no_memory() {
        let table = Table::new();
        for number in 0..1_000_000 {
            assert!(
                table
                    .take(Class::Anonymous, stranger(number), LIMIT, 0)
                    .allowed
            );
        }
        assert!(table.len() <= REMEMBERED);
        let waiting = table.waiting();
        assert_eq!(waiting.len(), MOST_WAITING);
        assert!(waiting.iter().all(|cell| cell.send() == 1));
        assert!(table.waiting().is_empty());
    }

    #[test]
    fn nobody_waits_twice_in_the_list() {
        let table = Table::new();
        for _ in 0..3 {
            table.take(Class::Rest, stranger(1), LIMIT, 0);
        }
        let waiting = table.waiting();
        assert_eq!(waiting.len(), 1);
        let sent = waiting[0].send();
        assert_eq!(sent, 3);
        table.take_back(&waiting[0], sent);
        assert_eq!(table.waiting()[0].send(), 3);
    }
}
