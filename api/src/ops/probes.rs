//! Looks at what we depend on, at most once a second however often it is asked.

use std::sync::Arc;
use std::time::{Duration, Instant};

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
    /// Seconds behind, of the one that is furthest.
    pub projection_lag_s: f64,
    /// Why, for those that aren't ok; for operators, without addresses or secrets.
    pub remarks: Vec<String>,
    pub statuses: Vec<ProjectionStatus>,
}

/// Where to look.
#[derive(Clone)]
pub struct Probes(Arc<Inner>);

struct Inner {
    read: ReadModels,
    store: LogStore,
    tails: Arc<Tails>,
    bus: Bus,
    projections: ProjectionAdmin,
    lag_limit_s: f64,
    latest: Mutex<Option<(Instant, Arc<Findings>)>>,
}

impl Probes {
    /// A projection further behind than `lag_limit_s` seconds is degraded.
    pub fn new(
        read: ReadModels,
        store: LogStore,
        tails: Arc<Tails>,
        bus: Bus,
        projections: ProjectionAdmin,
        lag_limit_s: f64,
    ) -> Self {
        Self(Arc::new(Inner {
            read,
            store,
            tails,
            bus,
            projections,
            lag_limit_s,
            latest: Mutex::new(None),
        }))
    }

    /// The latest findings, at most a second old. Who comes while somebody looks waits for that
    /// look, which is bounded.
    pub async fn findings(&self) -> Arc<Findings> {
        let mut latest = self.0.latest.lock().await;
        if let Some((at, findings)) = &*latest
            && at.elapsed() < FRESH
        {
            return Arc::clone(findings);
        }
        let findings = Arc::new(self.0.look().await);
        *latest = Some((Instant::now(), Arc::clone(&findings)));
        findings
    }
}

impl Inner {
    async fn look(&self) -> Findings {
        let (database, bus, statuses, relay) = tokio::join!(
            timeout(LIMIT, self.read.ping()),
            timeout(LIMIT, self.bus.ping(LIMIT)),
            timeout(LIMIT, self.projections.status()),
            timeout(LIMIT, relay_lags(&self.store, &self.tails)),
        );
        let mut remarks = Vec::new();
        let database = level("database", matches!(database, Ok(Ok(()))), &mut remarks);
        let bus = level("bus", matches!(bus, Ok(Ok(()))), &mut remarks);
        let statuses = statuses.ok().and_then(Result::ok);
        let (projections, lag) = self.projections_level(statuses.as_deref(), &mut remarks);
        Findings {
            database,
            bus,
            projections,
            relay: relay.ok().and_then(Result::ok).unwrap_or_default(),
            projection_lag_s: lag,
            remarks,
            statuses: statuses.unwrap_or_default(),
        }
    }

    fn projections_level(
        &self,
        statuses: Option<&[ProjectionStatus]>,
        remarks: &mut Vec<String>,
    ) -> (Level, f64) {
        let Some(statuses) = statuses else {
            remarks.push("projections: their positions can't be read".to_owned());
            return (Level::Down, 0.0);
        };
        let mut worst = Level::Ok;
        let mut furthest = 0.0_f64;
        for status in statuses {
            let lags = status.logs.iter().map(|log| log.lag_seconds);
            let lag = lags.fold(0.0, f64::max);
            furthest = furthest.max(lag);
            let level = match status.state {
                "stopped" | "filling" => Level::Down,
                _ if lag > self.lag_limit_s => Level::Degraded,
                _ => Level::Ok,
            };
            if level > Level::Ok {
                remarks.push(format!(
                    "projection {}: {}, {lag:.1} s behind",
                    status.name, status.state
                ));
            }
            worst = worst.max(level);
        }
        (worst, furthest)
    }
}

fn level(name: &str, ok: bool, remarks: &mut Vec<String>) -> Level {
    if ok {
        return Level::Ok;
    }
    remarks.push(format!("{name}: no answer within 1 s"));
    Level::Down
}
