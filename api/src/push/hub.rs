//! One per process: the feeds of all logs, and everybody who is connected.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use flowgrid_bus::LogId;
use flowgrid_log::{LogKind, LogStore, Tails};
use flowgrid_projections::ReadModels;
use tokio::sync::{Semaphore, watch};

use super::comeback;
use super::config::PushConfig;
use super::dismiss;
use super::energy::Teller;
use super::feed::Feed;
use super::follow::follow;
use super::frame::Ending;
use super::metrics::PushMetrics;
use super::outbox::Outbox;
use super::seats::Seats;
use super::subscription::Peer;
use crate::Clock;
use crate::auth::Tokens;

/// How often a drain looks whether everybody has left.
const DRAIN_LOOK: Duration = Duration::from_millis(20);

/// Push within one process.
pub struct Hub {
    pub(super) config: PushConfig,
    pub(super) store: LogStore,
    pub(super) tails: Arc<Tails>,
    pub(super) tokens: Tokens,
    pub(super) clock: Clock,
    pub(super) seats: Arc<Seats>,
    pub(super) replays: Semaphore,
    pub(super) metrics: Arc<PushMetrics>,
    /// What its channels of energy are read from.
    pub(super) read: OnceLock<ReadModels>,
    feeds: HashMap<LogId, Arc<Feed>>,
    numbers: AtomicU64,
}

impl Hub {
    /// Follows every log that has a tail, until `shutdown` turns true. Call [`Hub::drain`] first.
    pub fn start(
        store: LogStore,
        tails: Arc<Tails>,
        tokens: Tokens,
        clock: Clock,
        config: PushConfig,
        metrics: PushMetrics,
        shutdown: &watch::Receiver<bool>,
    ) -> Arc<Self> {
        let metrics = Arc::new(metrics);
        let mut feeds = HashMap::new();
        for tail in tails.iter() {
            let feed = Arc::new(Feed::new(tail.info(), metrics.clone()));
            tokio::spawn(follow(
                feed.clone(),
                store.clone(),
                tail.clone(),
                metrics.clone(),
                shutdown.clone(),
            ));
            feeds.insert(tail.log(), feed);
        }
        let seats = Arc::new(Seats::new(config.clone(), metrics.clone()));
        tokio::spawn(dismiss::run(
            seats.clone(),
            tokens.clone(),
            shutdown.clone(),
        ));
        Arc::new(Self {
            seats,
            replays: Semaphore::new(config.replays),
            config,
            store,
            tails,
            tokens,
            clock,
            metrics,
            read: OnceLock::new(),
            feeds,
            numbers: AtomicU64::new(1),
        })
    }

    /// Tells of energy, from these read models, until `shutdown` turns true; before that its channels are
    /// unavailable.
    pub fn tell_energy(&self, read: &ReadModels, shutdown: &watch::Receiver<bool>) {
        if self.read.set(read.clone()).is_err() {
            return;
        }
        for feed in self.feeds.values() {
            let info = self.store.info(feed.log());
            if info.is_some_and(|info| info.kind == LogKind::Telemetry) {
                let teller = Teller::new(Arc::clone(feed), read.clone(), self.clock.clone());
                tokio::spawn(teller.run(shutdown.clone()));
            }
        }
    }

    /// What `/metrics` shows.
    pub fn metrics(&self) -> &PushMetrics {
        &self.metrics
    }

    /// Tells everybody that the process goes away (what waits is written, then when to come back,
    /// then close 1012), and waits until they have left, at most `limit`. Nobody is let in from now
    /// on.
    pub async fn drain(&self, limit: Duration) {
        let peers = self.seats.drain();
        let crowd = peers.len();
        // The map's order is random, so a place in it is as good as a draw.
        for (place, peer) in peers.into_iter().enumerate() {
            let wait_ms = comeback::wait_ms(place, crowd, rand::random());
            peer.outbox.end(Ending::Drained { wait_ms });
        }
        let left = async {
            while !self.seats.is_empty() {
                tokio::time::sleep(DRAIN_LOOK).await;
            }
        };
        // Whoever is still here after the limit is cut off with the process.
        let _ = tokio::time::timeout(limit, left).await;
    }

    /// Up to where a log's events were handed out; `None` before the log could be read.
    pub fn edge(&self, log: LogId) -> Option<u64> {
        self.feed(log).and_then(|feed| feed.edge())
    }

    pub(super) fn feed(&self, log: LogId) -> Option<&Arc<Feed>> {
        self.feeds.get(&log)
    }

    /// A number that nothing else in this process has.
    pub(super) fn number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn peer(&self) -> Arc<Peer> {
        let outbox = Outbox::new(
            self.config.queue_messages,
            self.config.queue_bytes,
            self.metrics.clone(),
        );
        Arc::new(Peer::new(self.number(), outbox))
    }
}
