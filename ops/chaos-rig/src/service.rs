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
    /// Nobody is to send: that nothing is acknowledged then says nothing.
    at_rest: bool,
}

impl State {
    /// Something was acknowledged, or need not be from now on.
    fn note(&mut self) {
        let now = Instant::now();
        let gap = Gap {
            from: self.last,
            to: now,
        };
        if gap.length() >= LEAST && self.gaps.len() < MOST && !self.at_rest {
            self.gaps.push(gap);
        }
        self.last = now;
    }
}

/// Until it is dropped, the load stands still because we told it to: that is no outage.
#[derive(Debug)]
pub(crate) struct Rest<'s>(&'s Service);

impl Drop for Rest<'_> {
    fn drop(&mut self) {
        let mut state = self.0.0.lock();
        state.at_rest = false;
        state.last = Instant::now();
    }
}

impl Service {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(State {
            last: Instant::now(),
            gaps: Vec::new(),
            at_rest: false,
        }))
    }

    pub(crate) fn acknowledged(&self) {
        self.0.lock().note();
    }

    /// The load is told to stand still.
    pub(crate) fn rest(&self) -> Rest<'_> {
        let mut state = self.0.lock();
        // An outage that had begun counts up to now.
        state.note();
        state.at_rest = true;
        Rest(self)
    }

    pub(crate) fn gaps(&self) -> Vec<Gap> {
        self.0.lock().gaps.clone()
    }
}
