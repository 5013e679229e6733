//! The newest events of a log once they are on its stream: one window for each log and process,
//! whoever reads.

mod consumer;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use flowgrid_bus::{LogId, RecordedEvent};
use flowgrid_domain::LogKind;
use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::time::Instant;

use self::consumer::Consumer;
pub use crate::ring::RingRange as TailRange;
use crate::{Bus, LogInfo, Ring};

/// How many events and bytes a tail holds.
const MOST_EVENTS: usize = 8_192;
const MOST_BYTES: usize = 8 * 1024 * 1024;
/// The same of telemetry, which is small events and many: some seconds of a fleet of meters.
const MOST_OF_TELEMETRY: usize = 32_768;
const BYTES_OF_TELEMETRY: usize = 24 * 1024 * 1024;
/// How long the stream is followed after another process was seen to write to it.
const OTHERS_REMEMBERED: Duration = Duration::from_secs(60);

/// A bounded window of the newest events on the stream. Readers that fall behind it read the
/// log instead, so no reader can hold up another.
pub struct Tail {
    log: LogInfo,
    ring: Ring,
    started: Mutex<bool>,
    connected: AtomicBool,
    source: watch::Sender<Source>,
}

/// Where a tail has its events from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    /// The stream, always: no relay runs in this process.
    Stream,
    /// The relay of this process, which alone writes to the stream: what it stored needn't come
    /// back over the network.
    Relay,
    /// Both, because another process writes to the stream as well.
    Both { until: Instant },
}

impl Tail {
    /// Follows the stream until `shutdown` turns true.
    pub fn start(bus: Bus, log: LogInfo, shutdown: watch::Receiver<bool>) -> Arc<Self> {
        Self::start_from(Source::Stream, bus, log, shutdown)
    }

    /// The same in a process that relays this log: give it to the relay, which hands over what it
    /// has stored. The stream is only followed while others write to it.
    pub fn start_beside_relay(
        bus: Bus,
        log: LogInfo,
        shutdown: watch::Receiver<bool>,
    ) -> Arc<Self> {
        Self::start_from(Source::Relay, bus, log, shutdown)
    }

    fn start_from(
        source: Source,
        bus: Bus,
        log: LogInfo,
        shutdown: watch::Receiver<bool>,
    ) -> Arc<Self> {
        let tail = Arc::new(Self {
            log,
            ring: ring(log.kind),
            started: Mutex::new(false),
            connected: AtomicBool::new(false),
            source: watch::Sender::new(source),
        });
        let consumer = Consumer {
            bus,
            tail: Arc::clone(&tail),
        };
        tokio::spawn(consumer.run(shutdown));
        tail
    }

    pub fn log(&self) -> LogId {
        self.log.id
    }

    pub fn info(&self) -> LogInfo {
        self.log
    }

    /// The newest position seen on the stream.
    pub fn head(&self) -> u64 {
        self.ring.head()
    }

    /// Whether it hears of what comes on the stream right now.
    pub fn is_connected(&self) -> bool {
        self.connected.load(Ordering::Relaxed)
    }

    /// Up to `max` events after a position.
    pub fn range(&self, after: u64, max: usize) -> TailRange {
        self.ring.range(after, max)
    }

    /// Until the head is beyond `after`. Cancel-safe.
    pub async fn beyond(&self, after: u64) {
        self.ring.beyond(after).await;
    }

    /// The relay of this process has stored these.
    pub(crate) fn stored(&self, events: &[Arc<RecordedEvent>]) {
        let Some(first) = events.first() else { return };
        if first.position <= self.head() + 1 {
            self.ring.push(events);
        } else {
            self.follow_stream();
        }
    }

    /// The relay of this process has agreed with the stream, which ends at `last`.
    pub(crate) fn stream_ends_at(&self, last: u64) {
        self.connected.store(true, Ordering::Relaxed);
        let mut started = self.started.lock();
        if !*started {
            self.ring.start_at(last);
            *started = true;
        } else if self.head() < last {
            self.follow_stream();
        }
    }

    /// The relay of this process stands still.
    pub(crate) fn relay_stands_still(&self) {
        if *self.source.borrow() == Source::Relay {
            self.connected.store(false, Ordering::Relaxed);
        }
    }

    /// Another process has written to the stream.
    pub(crate) fn follow_stream(&self) {
        let until = Instant::now() + OTHERS_REMEMBERED;
        self.source.send_if_modified(|source| match *source {
            Source::Stream => false,
            Source::Relay | Source::Both { .. } => {
                *source = Source::Both { until };
                true
            }
        });
    }

    /// Starts, or starts again where the stream was made anew from a later position: readers find
    /// the rest in the log.
    fn start_on(&self, first: u64, last: u64) {
        let mut started = self.started.lock();
        let head = self.head();
        if !*started || first > head + 1 {
            self.ring.start_at(last.max(head));
            *started = true;
        }
    }

    async fn stream_wanted(&self) {
        // The sender lives as long as `self`, so waiting can't fail.
        let wanted = |source: &Source| *source != Source::Relay;
        let _ = self.source.subscribe().wait_for(wanted).await;
    }

    /// Until no other process has written for a while. What one writes from then on is told by
    /// its relay's word to ours; if that is lost, by our relay's next look.
    async fn stream_no_longer_wanted(&self) {
        loop {
            let source = *self.source.borrow();
            let Source::Both { until } = source else {
                return std::future::pending().await;
            };
            tokio::time::sleep_until(until).await;
            let ended = self.source.send_if_modified(|now| {
                let over = *now == source;
                if over {
                    *now = Source::Relay;
                }
                over
            });
            if ended {
                return;
            }
        }
    }
}

fn ring(kind: LogKind) -> Ring {
    match kind {
        LogKind::Domain | LogKind::Identity => Ring::new(MOST_EVENTS, MOST_BYTES),
        LogKind::Telemetry => Ring::new(MOST_OF_TELEMETRY, BYTES_OF_TELEMETRY),
    }
}

/// The tails of all logs that a process follows.
#[derive(Default)]
pub struct Tails {
    by_log: HashMap<LogId, Arc<Tail>>,
}

impl Tails {
    pub fn new(tails: impl IntoIterator<Item = Arc<Tail>>) -> Self {
        Self {
            by_log: tails.into_iter().map(|tail| (tail.log(), tail)).collect(),
        }
    }

    pub fn get(&self, log: LogId) -> Option<Arc<Tail>> {
        self.by_log.get(&log).cloned()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Arc<Tail>> {
        self.by_log.values()
    }
}
