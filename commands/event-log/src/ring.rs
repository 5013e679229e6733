//! A bounded window of the newest events of a log, in memory.

use std::collections::VecDeque;
use std::sync::Arc;

use flowgrid_bus::RecordedEvent;
use parking_lot::Mutex;
use tokio::sync::watch;

/// Contiguous positions up to the head; the oldest go when it is full. Readers that want older
/// ones are told so and read the log instead, so nobody ever waits for a slow reader.
pub struct Ring {
    window: Mutex<Window>,
    head: watch::Sender<u64>,
    most_events: usize,
    most_bytes: usize,
}

struct Window {
    /// Position just before the first event held.
    before: u64,
    events: VecDeque<Arc<RecordedEvent>>,
    bytes: usize,
}

/// What a ring has beyond a position.
#[derive(Debug)]
pub enum RingRange {
    /// At least one event, contiguous from the position asked for.
    Events(Vec<Arc<RecordedEvent>>),
    /// Older than the ring: read the log.
    Behind,
    /// Nothing newer yet.
    Nothing,
}

impl Ring {
    pub fn new(most_events: usize, most_bytes: usize) -> Self {
        Self {
            window: Mutex::new(Window {
                before: 0,
                events: VecDeque::new(),
                bytes: 0,
            }),
            head: watch::Sender::new(0),
            most_events,
            most_bytes,
        }
    }

    /// The newest position known.
    pub fn head(&self) -> u64 {
        *self.head.borrow()
    }

    /// Until the head is beyond `after`. Cancel-safe.
    pub async fn beyond(&self, after: u64) {
        // The sender lives as long as `self`, so waiting can't fail.
        let _ = self.head.subscribe().wait_for(|head| *head > after).await;
    }

    /// Takes contiguous events. Those that don't follow the head start the window anew.
    pub fn push(&self, batch: &[Arc<RecordedEvent>]) {
        let Some(last) = batch.last().map(|event| event.position) else {
            return;
        };
        let mut window = self.window.lock();
        for event in batch {
            let end = window.before + window.events.len() as u64;
            if event.position <= end {
                continue; // seen already
            }
            if event.position != end + 1 {
                window.start_at(event.position - 1);
            }
            window.bytes += event.size();
            window.events.push_back(Arc::clone(event));
        }
        while window.events.len() > self.most_events || window.bytes > self.most_bytes {
            let Some(oldest) = window.events.pop_front() else {
                break;
            };
            window.before += 1;
            window.bytes -= oldest.size();
        }
        drop(window);
        self.head.send_if_modified(|head| {
            let newer = last > *head;
            *head = last.max(*head);
            newer
        });
    }

    /// Forgets what it holds and goes on after `position`.
    pub fn start_at(&self, position: u64) {
        self.window.lock().start_at(position);
        self.head.send_replace(position);
    }

    /// Up to `max` events after a position.
    pub fn range(&self, after: u64, max: usize) -> RingRange {
        let window = self.window.lock();
        let end = window.before + window.events.len() as u64;
        if after < window.before {
            return RingRange::Behind;
        }
        if after >= end {
            // The window may have been emptied by a single oversized event: the head tells.
            return if self.head() > after {
                RingRange::Behind
            } else {
                RingRange::Nothing
            };
        }
        let skip = usize::try_from(after - window.before).unwrap_or(usize::MAX);
        RingRange::Events(window.events.iter().skip(skip).take(max).cloned().collect())
    }
}

impl Window {
    fn start_at(&mut self, position: u64) {
        self.before = position;
        self.events.clear();
        self.bytes = 0;
    }
}
