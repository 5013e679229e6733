//! The mean response time of the last minute.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// Looks at most so often, and remembers so long.
const EVERY: Duration = Duration::from_secs(5);
const WINDOW: Duration = Duration::from_secs(60);

/// Sums since the start, and a few earlier looks at them. Requests only touch two counters.
#[derive(Default)]
pub struct ResponseTime {
    count: AtomicU64,
    micros: AtomicU64,
    looks: Mutex<VecDeque<(Instant, u64, u64)>>,
}

impl ResponseTime {
    pub(super) fn note(&self, took: Duration) {
        self.count.fetch_add(1, Ordering::Relaxed);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// In milliseconds, over the last minute or so; 0 when nothing was asked.
    pub fn mean_ms(&self) -> f64 {
        let now = Instant::now();
        let count = self.count.load(Ordering::Relaxed);
        let micros = self.micros.load(Ordering::Relaxed);
        let mut looks = self.looks.lock();
        while looks.len() > 1 && looks.front().is_some_and(|look| now - look.0 > WINDOW) {
            looks.pop_front();
        }
        let (_, count_then, micros_then) = looks.front().copied().unwrap_or((now, 0, 0));
        if looks.back().is_none_or(|look| now - look.0 > EVERY) {
            looks.push_back((now, count, micros));
        }
        let requests = count - count_then;
        if requests == 0 {
            return 0.0;
        }
        (micros - micros_then) as f64 / requests as f64 / 1000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_is_of_what_was_asked() {
        let time = ResponseTime::default();
        assert!(time.mean_ms().abs() < f64::EPSILON);
        time.note(Duration::from_millis(10));
        time.note(Duration::from_millis(20));
        assert!((time.mean_ms() - 15.0).abs() < 0.1);
    }
}
