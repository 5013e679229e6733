//! Starting and ending the projectors of a process.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use flowgrid_bus::LogId;
use flowgrid_log::{LogStore, Tails};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::projector::Projector;
use super::stats::Counters;
use super::{Client, Context, Kicks, ProjectorStats};
use crate::alert_rules::AlertRules;
use crate::alerts::Alerts;
use crate::buildings::Buildings;
use crate::integrations::Integrations;
use crate::invitations::Invitations;
use crate::keys::Keys;
use crate::members::Members;
use crate::notifications::Notifications;
use crate::read_model::ReadModel;
use crate::readings::Readings;
use crate::rebuild::supervise;
use crate::security_events::SecurityEvents;
use crate::sensors::Sensors;
use crate::tariffs::Tariffs;
use crate::threats::Threats;
use crate::{ModelName, Positions, ReadError};

/// What an operator may set.
#[derive(Clone, Copy, Debug)]
pub struct RuntimeOptions {
    /// How long the tables of a generation stay after it was swapped out.
    pub grace: Duration,
    /// How long those of one that was cancelled, failed or differs stay: so long it can be resumed
    /// or looked into.
    pub keep_unfinished: Duration,
    /// How many rows a rebuild merges in memory before it writes them (some 500 bytes each).
    pub rebuild_rows: usize,
}

impl Default for RuntimeOptions {
    fn default() -> Self {
        Self {
            grace: Duration::from_secs(60),
            keep_unfinished: Duration::from_secs(3_600),
            rebuild_rows: 1 << 17,
        }
    }
}

/// The projectors of this process. Dropping it ends them at once; better tell `shutdown` and
/// [`join`](Self::join).
pub struct ProjectionRuntime {
    positions: Positions,
    kicks: Kicks,
    counters: Vec<(ModelName, LogId, Arc<Counters>)>,
    tasks: JoinSet<()>,
}

impl ProjectionRuntime {
    /// Starts a projector for each model and domain log, and for each model the supervisor of its
    /// rebuilds, which also makes the first generation. They run until `shutdown` turns true and
    /// survive that Postgres or NATS is away.
    ///
    /// # Errors
    /// When `url` is no Postgres URL.
    pub fn start(
        url: &str,
        store: LogStore,
        tails: Arc<Tails>,
        models: &[ModelName],
        options: RuntimeOptions,
        shutdown: &watch::Receiver<bool>,
    ) -> Result<Self, ReadError> {
        let positions = Positions::new();
        let kicks = Kicks::new(models);
        let context = Arc::new(Context {
            client: Client::new(url)?,
            store,
            tails: Some(tails),
            positions: positions.clone(),
            options,
            kicks: kicks.clone(),
        });
        let mut runtime = Self {
            positions,
            kicks,
            counters: Vec::new(),
            tasks: JoinSet::new(),
        };
        for model in models {
            match model {
                ModelName::Buildings => runtime.spawn::<Buildings>(&context, shutdown),
                ModelName::Alerts => runtime.spawn::<Alerts>(&context, shutdown),
                ModelName::Members => runtime.spawn::<Members>(&context, shutdown),
                ModelName::Integrations => runtime.spawn::<Integrations>(&context, shutdown),
                ModelName::Invitations => runtime.spawn::<Invitations>(&context, shutdown),
                ModelName::Keys => runtime.spawn::<Keys>(&context, shutdown),
                ModelName::Notifications => runtime.spawn::<Notifications>(&context, shutdown),
                ModelName::AlertRules => runtime.spawn::<AlertRules>(&context, shutdown),
                ModelName::Sensors => runtime.spawn::<Sensors>(&context, shutdown),
                ModelName::SecurityEvents => runtime.spawn::<SecurityEvents>(&context, shutdown),
                ModelName::Threats => runtime.spawn::<Threats>(&context, shutdown),
                ModelName::Tariffs => runtime.spawn::<Tariffs>(&context, shutdown),
                ModelName::Readings => runtime.spawn::<Readings>(&context, shutdown),
            }
        }
        Ok(runtime)
    }

    fn spawn<M: ReadModel>(&mut self, context: &Arc<Context>, shutdown: &watch::Receiver<bool>) {
        for log in context.logs(M::NAME) {
            let counters = Arc::<Counters>::default();
            self.counters.push((M::NAME, log, Arc::clone(&counters)));
            let projector = Projector::<M> {
                context: Arc::clone(context),
                log,
                counters,
                model: PhantomData,
            };
            self.tasks.spawn(projector.run(shutdown.clone()));
        }
        self.tasks
            .spawn(supervise::<M>(Arc::clone(context), shutdown.clone()));
    }

    /// The positions of its projectors, for [`ReadModels::with_local`](crate::ReadModels::with_local).
    pub fn positions(&self) -> Positions {
        self.positions.clone()
    }

    /// What its projectors have counted so far.
    pub fn stats(&self) -> Vec<ProjectorStats> {
        self.counters
            .iter()
            .map(|(model, log, counters)| counters.snapshot(*model, *log))
            .collect()
    }

    /// A handle to the same counters that outlives a borrow of the runtime, for metrics.
    pub fn stats_source(&self) -> impl Fn() -> Vec<ProjectorStats> + Send + Sync + 'static {
        let counters = self.counters.clone();
        move || {
            counters
                .iter()
                .map(|(model, log, counters)| counters.snapshot(*model, *log))
                .collect()
        }
    }

    pub(crate) fn kicks(&self) -> Kicks {
        self.kicks.clone()
    }

    /// Waits until all have ended, after `shutdown` turned true; what takes longer than `limit` is
    /// broken off, which loses nothing.
    pub async fn join(mut self, limit: Duration) {
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(limit, all).await.is_err() {
            self.tasks.shutdown().await;
        }
    }
}
