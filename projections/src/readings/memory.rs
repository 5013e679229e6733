//! What the projector of a telemetry log remembers of sensors between its transactions: meters report again and
//! again, and each time their day's row is written anew.
//!
//! The tables stay the truth. It holds what the last transactions read and wrote, and is forgotten when one of them
//! fails, when another process has moved the checkpoint, with the generation, and when the other log's projector
//! has derived rows anew (its turn, `write/turn.rs`).

use std::collections::HashMap;

use super::meaning::Meaning;
use super::tail::Tail;
use crate::read_model;
use crate::staged::RowKey;

/// About 20,000 sensors. What was used longest ago goes first.
const MOST_BYTES: usize = 64 * 1024 * 1024;
/// What a sensor takes beside its days, about.
const SENSOR_BYTES: usize = 256;

/// What is known of a sensor.
pub(super) struct Known {
    pub meaning: Meaning,
    pub tail: Tail,
}

/// What is known of sensors: of those used lately, and of those before them.
#[derive(Default)]
pub(crate) struct Memory {
    turn: Option<i64>,
    lately: HashMap<RowKey, Known>,
    before: HashMap<RowKey, Known>,
    /// Of those used lately.
    bytes: usize,
}

impl Memory {
    /// Forgets all that it holds from another turn.
    pub(super) fn begin(&mut self, turn: i64) {
        if self.turn != Some(turn) {
            read_model::Memory::forget(self);
        }
        self.turn = Some(turn);
    }

    /// What is known of a sensor; it has to be kept again.
    pub(super) fn take(&mut self, key: &RowKey) -> Option<Known> {
        let Some(known) = self.lately.remove(key) else {
            return self.before.remove(key);
        };
        self.bytes = self.bytes.saturating_sub(known.bytes());
        Some(known)
    }

    /// Keeps what was read and written of a sensor; nothing where it has no rows, so that a sensor whose
    /// meaning becomes known before its first reading makes nobody forget anything.
    pub(super) fn keep(&mut self, key: &RowKey, known: Known) {
        if known.tail.is_empty() {
            return;
        }
        self.bytes += known.bytes();
        self.lately.insert(key.clone(), known);
        if self.bytes > MOST_BYTES / 2 {
            self.before = std::mem::take(&mut self.lately);
            self.bytes = 0;
        }
    }
}

impl read_model::Memory for Memory {
    fn forget(&mut self) {
        *self = Self::default();
    }
}

impl Known {
    fn bytes(&self) -> usize {
        self.tail.bytes() + SENSOR_BYTES
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chrono::NaiveDate;
    use uuid::Uuid;

    use super::super::Point;
    use super::super::day::Day;
    use super::*;
    use flowgrid_domain::readings::Quality;

    fn key(n: i64) -> RowKey {
        (Uuid::nil(), format!("meter-{n}").into())
    }

    fn known() -> Known {
        let mut tail = Tail::of(NaiveDate::MIN, NaiveDate::MAX, true, &BTreeMap::new());
        let point = |at_ms| Point {
            at_ms,
            value: std::f64::consts::PI,
            quality: Quality::Measured,
        };
        let day = Day {
            points: (0..1_000).map(point).collect(),
            ..Day::default()
        };
        tail.lay(NaiveDate::default(), Some(day.encode()));
        Known {
            meaning: Meaning::UNKNOWN,
            tail,
        }
    }

    #[test]
    fn what_was_used_longest_ago_goes_first() {
        let mut memory = Memory::default();
        let fit = (MOST_BYTES / known().bytes()) as i64;
        for n in 0..3 * fit {
            memory.keep(&key(n), known());
            let first = memory.take(&key(0)).expect("it is used all the time");
            memory.keep(&key(0), first);
            assert!(memory.bytes <= MOST_BYTES / 2);
        }
        assert!((memory.lately.len() + memory.before.len()) as i64 <= fit + 2);
        assert!(memory.take(&key(1)).is_none());
        assert!(memory.take(&key(3 * fit - 1)).is_some());
    }

    #[test]
    fn another_turn_makes_it_forget() {
        let mut memory = Memory::default();
        memory.begin(1);
        memory.keep(&key(1), known());
        memory.begin(1);
        assert!(memory.take(&key(1)).is_some());
        memory.keep(&key(1), known());
        memory.begin(2);
        assert!(memory.take(&key(1)).is_none());
    }

    #[test]
    fn a_sensor_without_rows_is_not_remembered() {
        let (mut memory, mut none) = (Memory::default(), known());
        none.tail.lay(NaiveDate::default(), None);
        memory.keep(&key(1), none);
        assert!(memory.take(&key(1)).is_none());
    }
}
