//! Looks at what we depend on, at most once a second however often it is asked.

use std::sync::Arc;
use std::time::{Duration, Instant};

use flowgrid_bus::LogId;
use flowgrid_log::relay::Relay;
use flowgrid_log::{Bus, LogStore, Tails};
use flowgrid_projections::{ProjectionAdmin, ProjectionStatus, ReadModels};
use serde::Serialize;
use tokio::sync::Mutex;
use tokio::time::timeout;
use utoipa::ToSchema;

use super::gather::{RelayLag, relay_lags};

/// How old an answer may be, and how long one look may take.
const FRESH: Duration = Duration::from_secs(1);
const LIMIT: Duration = Duration::from_secs(1);

/// How well one part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    Ok,
    Degraded,
    Down,
}

/// What one look found.
#[derive(Clone, Debug)]
pub struct Findings {
    pub database: Level,
    pub bus: Level,
    pub projections: Level,
    pub relay: Vec<RelayLag>,
    /// Why, for those that aren't ok; for operators, without addresses or secrets.
    pub remarks: Vec<String>,
    pub statuses: Vec<ProjectionStatus>,
}

/// Where to look beside the state's own stores.
#[derive(Clone)]
pub struct Probes(Arc<Inner>);

struct Inner {
    bus: Bus,
    relays: Vec<(LogId, Relay)>,
    latest: Mutex<Option<(Instant, Arc<Findings>)>>,
}

/// What a look goes over.
pub struct Targets<'a> {
    pub read: &'a ReadModels,
    pub store: &'a LogStore,
    pub tails: &'a Tails,
    pub projections: &'a ProjectionAdmin,
    /// A stream or projection further behind than this many seconds is degraded.
    pub lag_limit_s: f64,
}

impl Probes {
    /// `relays` are those of this process, if it has any.
    pub fn new(bus: Bus, relays: Vec<(LogId, Relay)>) -> Self {
        Self(Arc::new(Inner {
            bus,
            relays,
            latest: Mutex::new(None),
        }))
    }

    /// The latest findings, at most a second old. Who comes while somebody looks waits for that
    /// look, which is bounded.
    pub(crate) async fn findings(&self, targets: &Targets<'_>) -> Arc<Findings> {
        let mut latest = self.0.latest.lock().await;
        if let Some((at, findings)) = &*latest
            && at.elapsed() < FRESH
        {
            return Arc::clone(findings);
        }
        let findings = Arc::new(self.0.look(targets).await);
        *latest = Some((Instant::now(), Arc::clone(&findings)));
        findings
    }
}

impl Inner {
    async fn look(&self, targets: &Targets<'_>) -> Findings {
        let (database, bus, statuses, relay) = tokio::join!(
            timeout(LIMIT, targets.read.ping()),
            timeout(LIMIT, self.bus.ping(LIMIT)),
            timeout(LIMIT, targets.projections.status()),
            timeout(
                LIMIT,
                relay_lags(targets.store, targets.tails, &self.relays)
            ),
        );
        let mut remarks = Vec::new();
        let database = level("database", matches!(database, Ok(Ok(()))), &mut remarks);
        let mut bus = level("bus", matches!(bus, Ok(Ok(()))), &mut remarks);
        let relay = relay.ok().and_then(Result::ok).unwrap_or_default();
        for lag in &relay {
            if lag.lag_seconds > targets.lag_limit_s || lag.problem.is_some() {
                bus = bus.max(Level::Degraded);
                let problem = lag.problem.as_deref().unwrap_or("is behind");
                remarks.push(format!("relay of log {}: {problem}", lag.log));
            }
        }
        let statuses = statuses.ok().and_then(Result::ok);
        let limit = targets.lag_limit_s;
        let projections = projections_level(statuses.as_deref(), limit, &mut remarks);
        Findings {
            database,
            bus,
            projections,
            relay,
            remarks,
            statuses: statuses.unwrap_or_default(),
        }
    }
}

fn projections_level(
    statuses: Option<&[ProjectionStatus]>,
    lag_limit_s: f64,
    remarks: &mut Vec<String>,
) -> Level {
    let Some(statuses) = statuses else {
        remarks.push("projections: their positions can't be read".to_owned());
        return Level::Down;
    };
    let mut worst = Level::Ok;
    for status in statuses {
        let lags = status.logs.iter().map(|log| log.lag_seconds);
        let lag = lags.fold(0.0, f64::max);
        let level = match status.state {
            "stopped" | "filling" => Level::Down,
            _ if lag > lag_limit_s => Level::Degraded,
            _ => Level::Ok,
        };
        if level > Level::Ok {
            let (name, state) = (status.name, status.state);
            remarks.push(format!("projection {name}: {state}, {lag:.1} s behind"));
        }
        worst = worst.max(level);
    }
    worst
}

fn level(name: &str, ok: bool, remarks: &mut Vec<String>) -> Level {
    if ok {
        return Level::Ok;
    }
    remarks.push(format!("{name}: no answer within 1 s"));
    Level::Down
}
