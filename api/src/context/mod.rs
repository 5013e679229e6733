//! What a handler may reach, and only through an authorized [`Access`].
//!
//! The fields of [`AppState`] are private to this module: without an `Access` there is no way from
//! a handler to a command, a read model or the log.

mod access;
mod api_key;
mod config;
mod default_organizations;
mod erase;
mod known_sensors;
mod level;
mod meta;
mod operator;
mod record;
mod repeats;
mod run;
mod sign_in;
mod study;
mod visitor;
mod watch;
mod witness;

use std::sync::Arc;
use std::time::Instant;

use flowgrid_commands::Commands;
use flowgrid_log::{LogStore, Tails};
use flowgrid_projections::{ProjectionAdmin, ReadModels};
use flowgrid_vault::{Hasher, Vault};
use flowgrid_workers::mail::Outbox;
use flowgrid_workers::outside::Outside;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::auth::Tokens;
use crate::files::{Atelier, Files};
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::ops::{Findings, Probes, Targets};
use crate::{Clock, Ids, push};

use api_key::KeyRing;
use known_sensors::KnownSensors;
use watch::Watch;

pub use access::Access;
pub use config::{ApiConfig, BadOrigin};
pub use default_organizations::{BadDefault, DefaultOrganizations};
pub use erase::EraseRight;
pub use known_sensors::KnownSensor;
pub use level::{Admin, Level, Manager, User, Viewer, Writes};
pub use meta::{RequestId, RequestMeta};
pub use operator::Operator;
pub use visitor::Visitor;
pub use witness::{Asked, Witness};

/// What acting for people needs beside the log.
#[derive(Clone)]
pub struct People {
    pub vault: Vault,
    pub hasher: Hasher,
    pub outbox: Outbox,
    /// Where pictures are kept; `None` where nobody is served them.
    pub files: Option<Files>,
    /// Where they are drawn anew.
    pub atelier: Atelier,
    /// Calls services that people have connected.
    pub outside: Outside,
}

/// What the edge is composed of.
pub struct Parts {
    pub commands: Commands,
    pub read: ReadModels,
    pub store: LogStore,
    pub tails: Arc<Tails>,
    pub projections: ProjectionAdmin,
    pub tokens: Tokens,
    pub limits: Limits,
    /// Set where this process signs people in.
    pub people: Option<People>,
    pub clock: Clock,
    pub ids: Ids,
    pub metrics: Arc<Metrics>,
    /// Set where this process pushes.
    pub push: Option<Arc<push::Hub>>,
    pub probes: Probes,
    pub config: ApiConfig,
}

/// The edge's state, shared by all requests.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

struct Shared {
    parts: Parts,
    started: Instant,
    large_bodies: Semaphore,
    bulk_bodies: Semaphore,
    studies: Arc<Semaphore>,
    keys: KeyRing,
    watch: Watch,
    sensors: KnownSensors,
}

impl std::ops::Deref for Shared {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}

impl AppState {
    pub fn new(parts: Parts) -> Self {
        let places = |number: usize| Semaphore::new(number.min(Semaphore::MAX_PERMITS));
        Self(Arc::new(Shared {
            watch: Watch::start(&parts),
            large_bodies: places(parts.config.large_bodies),
            bulk_bodies: places(parts.config.bulk_bodies),
            studies: study::places(),
            parts,
            started: Instant::now(),
            keys: KeyRing::new(),
            sensors: KnownSensors::new(),
        }))
    }

    /// Seconds since the process came up.
    pub fn uptime_s(&self) -> u64 {
        self.0.started.elapsed().as_secs()
    }

    pub fn tokens(&self) -> &Tokens {
        &self.0.tokens
    }

    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    pub fn ids(&self) -> &Ids {
        &self.0.ids
    }

    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    pub fn config(&self) -> &ApiConfig {
        &self.0.config
    }

    /// A place to read one large body in; `None` while all are taken.
    pub fn place_for_large_body(&self) -> Option<SemaphorePermit<'_>> {
        self.0.large_bodies.try_acquire().ok()
    }

    /// A place to look at one body of readings in, as soon as there is one; `None` never comes.
    pub async fn place_for_bulk(&self) -> Option<SemaphorePermit<'_>> {
        self.0.bulk_bodies.acquire().await.ok()
    }

    /// How what we depend on is, as of at most a second ago.
    pub async fn findings(&self) -> Arc<Findings> {
        let targets = Targets {
            read: &self.0.read,
            store: &self.0.store,
            tails: &self.0.tails,
            projections: &self.0.projections,
            lag_limit_s: self.0.config.ready_lag_s,
        };
        self.0.probes.findings(&targets).await
    }

    /// The hub of this process, where it pushes.
    pub fn push(&self) -> Option<&Arc<push::Hub>> {
        self.0.push.as_ref()
    }
}
