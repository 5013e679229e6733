//! What push tells `/metrics`.

use prometheus::core::Collector;
use prometheus::{Histogram, HistogramOpts, IntCounter, IntGauge, Registry};

/// Upper bounds of the dispatch histogram, in seconds.
const DISPATCH_BUCKETS: [f64; 10] = [
    0.00001, 0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5,
];

/// Counters and gauges of one push process; cheap to touch, read at a scrape.
#[derive(Clone, Debug)]
pub struct PushMetrics {
    pub connections: IntGauge,
    pub subscriptions: IntGauge,
    /// Messages that wait in the queues of all connections.
    pub queued: IntGauge,
    pub replaying: IntGauge,
    pub delivered: IntCounter,
    /// Messages not queued, because their connection lagged.
    pub dropped: IntCounter,
    pub lagged: IntCounter,
    pub refused: IntCounter,
    /// Seconds to hand one event to the queues of all its subscribers.
    pub dispatch: Histogram,
}

impl PushMetrics {
    /// # Errors
    /// When a name is malformed, which is a mistake in this file.
    pub fn new() -> Result<Self, prometheus::Error> {
        let gauge = |name: &str, help: &str| IntGauge::new(name, help);
        let counter = |name: &str, help: &str| IntCounter::new(name, help);
        let dispatch = HistogramOpts::new(
            "flowgrid_push_dispatch_seconds",
            "Handing one event to the queues of its subscribers",
        )
        .buckets(DISPATCH_BUCKETS.to_vec());
        Ok(Self {
            connections: gauge("flowgrid_push_connections", "Open WebSocket connections")?,
            subscriptions: gauge("flowgrid_push_subscriptions", "Live subscriptions")?,
            queued: gauge("flowgrid_push_queued", "Messages waiting in all queues")?,
            replaying: gauge("flowgrid_push_replaying", "Subscriptions reading history")?,
            delivered: counter("flowgrid_push_delivered_total", "Events put into queues")?,
            dropped: counter("flowgrid_push_dropped_total", "Events a lagging peer lost")?,
            lagged: counter(
                "flowgrid_push_lagged_total",
                "Connections closed as lagging",
            )?,
            refused: counter(
                "flowgrid_push_refused_total",
                "Connections refused by a limit",
            )?,
            dispatch: Histogram::with_opts(dispatch)?,
        })
    }

    /// Shows them in `registry`.
    ///
    /// # Errors
    /// When one of the names is taken there.
    pub fn register(&self, registry: &Registry) -> Result<(), prometheus::Error> {
        let all: [Box<dyn Collector>; 9] = [
            Box::new(self.connections.clone()),
            Box::new(self.subscriptions.clone()),
            Box::new(self.queued.clone()),
            Box::new(self.replaying.clone()),
            Box::new(self.delivered.clone()),
            Box::new(self.dropped.clone()),
            Box::new(self.lagged.clone()),
            Box::new(self.refused.clone()),
            Box::new(self.dispatch.clone()),
        ];
        all.into_iter().try_for_each(|one| registry.register(one))
    }
}
