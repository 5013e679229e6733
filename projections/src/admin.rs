//! What operators ask of projections, from any process.

use std::sync::Arc;
use std::time::Duration;

use flowgrid_bus::Tenant;
use flowgrid_log::LogStore;
use tokio::sync::watch;

use crate::alert_rules::AlertRules;
use crate::alerts::Alerts;
use crate::buildings::Buildings;
use crate::closed::forget;
use crate::generation::{newest_unfinished, request};
use crate::integrations::Integrations;
use crate::invitations::Invitations;
use crate::keys::Keys;
use crate::members::Members;
use crate::notifications::Notifications;
use crate::read_model::ReadModel;
use crate::readings::Readings;
use crate::rebuild::{self, run_pending};
use crate::runtime::{Client, Context, Kicks};
use crate::security_events::SecurityEvents;
use crate::sensors::Sensors;
use crate::status::{RebuildStatus, rebuild_of, status_of};
use crate::tariffs::Tariffs;
use crate::threats::Threats;
use crate::verify::VerifyReport;
use crate::{ModelName, Positions, ProjectionRuntime, ProjectionStatus, ReadError, RuntimeOptions};

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// A rebuild of this projection is under way already.
    #[error("a rebuild of {0} is under way")]
    UnderWay(ModelName),
    /// There is no rebuild to cancel or resume.
    #[error("there is no rebuild of {0} to {1}")]
    NothingTo(ModelName, &'static str),
    /// While it was folded: an event that can't be read.
    #[error("the log can't be folded: {0}")]
    Unreadable(String),
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl From<sqlx::Error> for AdminError {
    fn from(error: sqlx::Error) -> Self {
        Self::Read(error.into())
    }
}

/// Status, rebuild and verification. Cheap to clone.
#[derive(Clone)]
pub struct ProjectionAdmin {
    client: Client,
    store: LogStore,
    kicks: Kicks,
}

impl ProjectionAdmin {
    /// # Errors
    /// When `url` is no Postgres URL.
    pub fn open(url: &str, store: LogStore) -> Result<Self, ReadError> {
        Ok(Self {
            client: Client::new(url)?,
            store,
            kicks: Kicks::default(),
        })
    }

    /// Lets the projectors of this process know at once; others look every second.
    #[must_use]
    pub fn with_runtime(mut self, runtime: &ProjectionRuntime) -> Self {
        self.kicks = runtime.kicks();
        self
    }

    /// How all projections stand.
    ///
    /// # Errors
    /// When Postgres can't be reached.
    pub async fn status(&self) -> Result<Vec<ProjectionStatus>, ReadError> {
        let mut all = Vec::new();
        for model in ModelName::ALL {
            all.push(status_of(model, self.client.pool(), &self.store).await?);
        }
        Ok(all)
    }

    /// Asks for a rebuild, which a projector process does beside the live generation. `force` swaps
    /// even where the new rows differ from the live ones.
    ///
    /// # Errors
    /// [`AdminError::UnderWay`] while another one is.
    pub async fn request_rebuild(
        &self,
        model: ModelName,
        force: bool,
    ) -> Result<RebuildStatus, AdminError> {
        if request(model, force, self.client.pool()).await?.is_none() {
            return Err(AdminError::UnderWay(model));
        }
        self.kicks.kick(model);
        self.rebuild(model, "find").await
    }

    /// Breaks the rebuild under way off. Its tables stay for a while, so it can be resumed.
    ///
    /// # Errors
    /// [`AdminError::NothingTo`] when there is none.
    pub async fn cancel_rebuild(&self, model: ModelName) -> Result<RebuildStatus, AdminError> {
        if !rebuild::cancel(model, self.client.pool()).await? {
            return Err(AdminError::NothingTo(model, "cancel"));
        }
        self.rebuild(model, "cancel").await
    }

    /// Goes on with the rebuild that was cancelled or failed last, from where it stood.
    ///
    /// # Errors
    /// [`AdminError::NothingTo`] when there is none, or its tables are gone;
    /// [`AdminError::UnderWay`] while another one is.
    pub async fn resume_rebuild(&self, model: ModelName) -> Result<RebuildStatus, AdminError> {
        if newest_unfinished(model, self.client.pool())
            .await?
            .is_some()
        {
            return Err(AdminError::UnderWay(model));
        }
        if !rebuild::resume(model, Duration::ZERO, self.client.pool()).await? {
            return Err(AdminError::NothingTo(model, "resume"));
        }
        self.kicks.kick(model);
        self.rebuild(model, "resume").await
    }

    /// Does the rebuild that was asked for in this process, unless another is at it; for the
    /// command line where no projector runs.
    ///
    /// # Errors
    /// When Postgres can't be reached.
    pub async fn run_rebuild_here(
        &self,
        model: ModelName,
        shutdown: watch::Receiver<bool>,
    ) -> Result<(), AdminError> {
        let context = Arc::new(Context {
            client: self.client.clone(),
            store: self.store.clone(),
            tails: None,
            positions: Positions::new(),
            options: RuntimeOptions::default(),
            kicks: self.kicks.clone(),
        });
        match model {
            ModelName::Buildings => run_pending::<Buildings>(&context, &shutdown).await?,
            ModelName::Alerts => run_pending::<Alerts>(&context, &shutdown).await?,
            ModelName::Members => run_pending::<Members>(&context, &shutdown).await?,
            ModelName::Integrations => run_pending::<Integrations>(&context, &shutdown).await?,
            ModelName::Invitations => run_pending::<Invitations>(&context, &shutdown).await?,
            ModelName::Keys => run_pending::<Keys>(&context, &shutdown).await?,
            ModelName::Notifications => run_pending::<Notifications>(&context, &shutdown).await?,
            ModelName::AlertRules => run_pending::<AlertRules>(&context, &shutdown).await?,
            ModelName::Sensors => run_pending::<Sensors>(&context, &shutdown).await?,
            ModelName::SecurityEvents => run_pending::<SecurityEvents>(&context, &shutdown).await?,
            ModelName::Threats => run_pending::<Threats>(&context, &shutdown).await?,
            ModelName::Tariffs => run_pending::<Tariffs>(&context, &shutdown).await?,
            ModelName::Readings => run_pending::<Readings>(&context, &shutdown).await?,
        }
        Ok(())
    }

    /// Folds the log independently and compares with the live rows.
    ///
    /// # Errors
    /// [`AdminError::Unreadable`] when an event can't be folded; else when Postgres can't be reached.
    pub async fn verify(&self, model: ModelName) -> Result<VerifyReport, AdminError> {
        match model {
            ModelName::Buildings => Buildings::verify(&self.client, &self.store).await,
            ModelName::Alerts => Alerts::verify(&self.client, &self.store).await,
            ModelName::Members => Members::verify(&self.client, &self.store).await,
            ModelName::Integrations => Integrations::verify(&self.client, &self.store).await,
            ModelName::Invitations => Invitations::verify(&self.client, &self.store).await,
            ModelName::Keys => Keys::verify(&self.client, &self.store).await,
            ModelName::Notifications => Notifications::verify(&self.client, &self.store).await,
            ModelName::AlertRules => AlertRules::verify(&self.client, &self.store).await,
            ModelName::Sensors => Sensors::verify(&self.client, &self.store).await,
            ModelName::SecurityEvents => SecurityEvents::verify(&self.client, &self.store).await,
            ModelName::Threats => Threats::verify(&self.client, &self.store).await,
            ModelName::Tariffs => Tariffs::verify(&self.client, &self.store).await,
            ModelName::Readings => Readings::verify(&self.client, &self.store).await,
        }
    }

    /// Drops all rows of an organization that is closed for good; answers how many there were. From
    /// now on rebuilds and verifications leave it out. Call it again a while later: what was under way
    /// meanwhile goes then.
    ///
    /// # Errors
    /// When Postgres can't be reached.
    pub async fn forget(&self, tenant: &Tenant) -> Result<u64, ReadError> {
        forget(tenant, self.client.pool()).await
    }

    async fn rebuild(
        &self,
        model: ModelName,
        what: &'static str,
    ) -> Result<RebuildStatus, AdminError> {
        rebuild_of(model, self.client.pool())
            .await?
            .ok_or(AdminError::NothingTo(model, what))
    }
}
