//! What is looked up when somebody scrapes.

use prometheus::{GaugeVec, IntGauge, IntGaugeVec, Opts, Registry};

/// Set by `/metrics` just before it answers.
pub struct Gauges {
    pub append_waiting: IntGaugeVec,
    pub log_head: IntGaugeVec,
    pub relay_lag_events: IntGaugeVec,
    pub relay_lag_seconds: GaugeVec,
    pub projection_position: IntGaugeVec,
    pub projection_lag_events: IntGaugeVec,
    pub projection_lag_seconds: GaugeVec,
    pub projection_stopped: IntGaugeVec,
    pub resident_bytes: IntGauge,
}

impl Gauges {
    /// # Errors
    /// When a name is malformed or taken.
    pub fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let whole = |name: &str, help: &str, labels: &[&str]| {
            let gauge = IntGaugeVec::new(Opts::new(name, help), labels)?;
            registry.register(Box::new(gauge.clone()))?;
            Ok::<_, prometheus::Error>(gauge)
        };
        let real = |name: &str, help: &str, labels: &[&str]| {
            let gauge = GaugeVec::new(Opts::new(name, help), labels)?;
            registry.register(Box::new(gauge.clone()))?;
            Ok::<_, prometheus::Error>(gauge)
        };
        let resident = IntGauge::new("flowgrid_resident_memory_bytes", "Resident memory")?;
        registry.register(Box::new(resident.clone()))?;
        let by_model = ["projection", "log"];
        Ok(Self {
            append_waiting: whole(
                "flowgrid_append_waiting_commands",
                "Commands that wait to be written",
                &["log"],
            )?,
            log_head: whole("flowgrid_log_head", "Newest position of a log", &["log"])?,
            relay_lag_events: whole(
                "flowgrid_relay_lag_events",
                "Events that are not in the stream yet",
                &["log"],
            )?,
            relay_lag_seconds: real(
                "flowgrid_relay_lag_seconds",
                "Age of the oldest event that is not in the stream yet",
                &["log"],
            )?,
            projection_position: whole(
                "flowgrid_projection_position",
                "Up to where a projection has read",
                &by_model,
            )?,
            projection_lag_events: whole(
                "flowgrid_projection_lag_events",
                "Events that are not projected yet",
                &by_model,
            )?,
            projection_lag_seconds: real(
                "flowgrid_projection_lag_seconds",
                "Age of the oldest event that is not projected yet",
                &by_model,
            )?,
            projection_stopped: whole(
                "flowgrid_projection_stopped",
                "1 when a projection stands still at a gap or a poison event",
                &["projection"],
            )?,
            resident_bytes: resident,
        })
    }
}
