//! When commands were acknowledged and when none was, anywhere.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// Shorter ones are no outage.
const LEAST: Duration = Duration::from_millis(100);
/// More than a run of many hours has.
const MOST: usize = 100_000;

/// A time in which no command was acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Gap {
    pub(crate) from: Instant,
    pub(crate) to: Instant,
}

impl Gap {
    pub(crate) fn length(&self) -> Duration {
        self.to - self.from
    }
}

/// Hears of every acknowledgement.
#[derive(Debug)]
pub(crate) struct Service(Mutex<State>);

#[derive(Debug)]
struct State {
    last: Instant,
    gaps: Vec<Gap>,
}

impl Service {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(State {
            last: Instant::now(),
            gaps: Vec::new(),
        }))
    }

    pub(crate) fn acknowledged(&self) {
        let mut state = self.0.lock();
        let now = Instant::now();
        let gap = Gap {
            from: state.last,
            to: now,
        };
        if gap.length() >= LEAST && state.gaps.len() < MOST {
            state.gaps.push(gap);
        }
        state.last = now;
    }

    /// The load stood still because we told it to: that was no outage.
    pub(crate) fn forgive(&self) {
        self.0.lock().last = Instant::now();
    }

    pub(crate) fn gaps(&self) -> Vec<Gap> {
        self.0.lock().gaps.clone()
    }
}
