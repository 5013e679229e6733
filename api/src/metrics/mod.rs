//! What the process counts, as Prometheus text.

mod gauges;
mod mail;
mod memory;
mod response_time;

use std::time::Duration;

use flowgrid_bus::LogId;
use flowgrid_commands::{CommandError, Outcome, OutcomeKind, Recorded};
use flowgrid_log::LogObserver;
use prometheus::{
    Encoder, Histogram, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry,
    TextEncoder,
};

pub use gauges::Gauges;
pub use mail::MailMetrics;
pub use memory::{Memory, memory};
pub use response_time::ResponseTime;

/// Upper bounds in seconds, from a command alone on the machine to one that waits.
const SECONDS: [f64; 14] = [
    0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
];
/// Upper bounds of the number of commands in a batch.
const BATCH: [f64; 12] = [
    1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0, 2048.0,
];

/// Counters of the edge, and of the log as its observer.
pub struct Metrics {
    registry: Registry,
    commands: IntCounterVec,
    command_seconds: HistogramVec,
    readings: IntCounterVec,
    requests: IntCounterVec,
    request_seconds: HistogramVec,
    batch_commands: Histogram,
    append_seconds: Histogram,
    appended_events: IntCounterVec,
    relay_seconds: Histogram,
    relayed_events: IntCounterVec,
    pub connections: IntGauge,
    pub gauges: Gauges,
    pub mail: MailMetrics,
    pub response_time: ResponseTime,
}

impl Metrics {
    /// # Errors
    /// When a name is malformed or taken, which is a mistake in this room.
    pub fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let counter = |name: &str, help: &str, labels: &[&str]| {
            let counter = IntCounterVec::new(Opts::new(name, help), labels)?;
            registry.register(Box::new(counter.clone()))?;
            Ok::<_, prometheus::Error>(counter)
        };
        let histograms = |name: &str, help: &str, labels: &[&str]| {
            let options = HistogramOpts::new(name, help).buckets(SECONDS.to_vec());
            let histogram = HistogramVec::new(options, labels)?;
            registry.register(Box::new(histogram.clone()))?;
            Ok::<_, prometheus::Error>(histogram)
        };
        let histogram = |name: &str, help: &str, buckets: &[f64]| {
            let options = HistogramOpts::new(name, help).buckets(buckets.to_vec());
            let histogram = Histogram::with_opts(options)?;
            registry.register(Box::new(histogram.clone()))?;
            Ok::<_, prometheus::Error>(histogram)
        };
        let connections = IntGauge::new("flowgrid_http_connections", "Open HTTP connections")?;
        registry.register(Box::new(connections.clone()))?;
        Ok(Self {
            commands: counter(
                "flowgrid_commands_total",
                "Commands by result",
                &["command", "result"],
            )?,
            command_seconds: histograms(
                "flowgrid_command_seconds",
                "From an authorized command to its outcome",
                &["command"],
            )?,
            readings: counter(
                "flowgrid_readings_total",
                "Readings that came: accepted, or left out as they were twice in a request",
                &["result"],
            )?,
            requests: counter(
                "flowgrid_http_requests_total",
                "Requests by route and status",
                &["method", "route", "status"],
            )?,
            request_seconds: histograms(
                "flowgrid_http_request_seconds",
                "From a request's head to the answer's",
                &["method", "route"],
            )?,
            batch_commands: histogram(
                "flowgrid_append_batch_commands",
                "Commands written by one flush",
                &BATCH,
            )?,
            append_seconds: histogram(
                "flowgrid_append_seconds",
                "One flush to Postgres",
                &SECONDS,
            )?,
            appended_events: counter(
                "flowgrid_appended_events_total",
                "Events written to a log",
                &["log"],
            )?,
            relay_seconds: histogram(
                "flowgrid_relay_seconds",
                "One batch to the stream",
                &SECONDS,
            )?,
            relayed_events: counter(
                "flowgrid_relayed_events_total",
                "Events published to a log's stream",
                &["log"],
            )?,
            connections,
            gauges: Gauges::new(&registry)?,
            mail: MailMetrics::new(&registry)?,
            response_time: ResponseTime::default(),
            registry,
        })
    }

    /// Where others register what they count.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// A command has ended.
    pub fn command<A>(
        &self,
        name: &str,
        result: &Result<Outcome<A>, CommandError>,
        took: Duration,
    ) {
        let label = match result {
            Ok(outcome) => match outcome.kind {
                OutcomeKind::Executed => "executed",
                OutcomeKind::AlreadyApplied => "already-applied",
                OutcomeKind::Repeated => "repeated",
            },
            Err(error) => why(error),
        };
        self.ended(name, label, took);
    }

    /// Telemetry was written, or not.
    pub fn recording(&self, name: &str, result: &Result<Recorded, CommandError>, took: Duration) {
        let label = match result {
            Ok(recorded) if recorded.repeated => "repeated",
            Ok(_) => "executed",
            Err(error) => why(error),
        };
        self.ended(name, label, took);
    }

    /// Readings of a request that was recorded.
    pub fn readings(&self, accepted: usize, left_out: usize) {
        for (label, many) in [("accepted", accepted), ("left-out", left_out)] {
            self.readings
                .with_label_values(&[label])
                .inc_by(many as u64);
        }
    }

    fn ended(&self, name: &str, label: &str, took: Duration) {
        self.commands.with_label_values(&[name, label]).inc();
        let seconds = self.command_seconds.with_label_values(&[name]);
        seconds.observe(took.as_secs_f64());
    }

    /// A request has been answered. `route` is its pattern, so that ids make no new series.
    pub fn request(&self, method: &str, route: &str, status: &str, took: Duration) {
        let requests = self.requests.with_label_values(&[method, route, status]);
        requests.inc();
        let seconds = self.request_seconds.with_label_values(&[method, route]);
        seconds.observe(took.as_secs_f64());
        self.response_time.note(took);
    }

    /// Everything, in Prometheus's text format.
    ///
    /// # Errors
    /// When a collector breaks, which none of ours does.
    pub fn text(&self) -> Result<Vec<u8>, prometheus::Error> {
        let mut text = Vec::with_capacity(32 * 1024);
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        Ok(text)
    }
}

/// A failed command's label.
fn why(error: &CommandError) -> &'static str {
    match error {
        CommandError::Rejected(_) => "rejected",
        CommandError::VersionMismatch { .. } => "version-mismatch",
        CommandError::KeyReused => "key-reused",
        CommandError::Contended => "contended",
        CommandError::Overloaded => "overloaded",
        CommandError::Unavailable(_) | CommandError::Refused(_) => "unavailable",
        CommandError::Unknown(_) => "unknown",
        CommandError::Internal(_) => "failed",
    }
}

impl LogObserver for Metrics {
    fn appended(&self, log: LogId, commands: usize, events: usize, took: Duration) {
        self.batch_commands.observe(commands as f64);
        self.append_seconds.observe(took.as_secs_f64());
        let label = log.to_string();
        let counter = self.appended_events.with_label_values(&[&label]);
        counter.inc_by(events as u64);
    }

    fn relayed(&self, log: LogId, events: usize, took: Duration) {
        self.relay_seconds.observe(took.as_secs_f64());
        let label = log.to_string();
        let counter = self.relayed_events.with_label_values(&[&label]);
        counter.inc_by(events as u64);
    }
}
