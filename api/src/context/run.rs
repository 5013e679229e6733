//! Commands and queries in an authorized member's name.

use std::time::Instant;

use flowgrid_bus::RecordedEvent;
use flowgrid_commands::{At, Caller, Loaded, Outcome, Request};
use flowgrid_domain::Decider;
use flowgrid_log::{LogInfo, LogKind};
use flowgrid_projections::{ModelName, ProjectionAdmin, TenantTx};

use super::{Access, Admin, Level, Writes};
use crate::error::ApiError;

impl<L: Writes> Access<L> {
    /// Whom the log is told.
    pub(super) fn caller(&self) -> Caller {
        Caller {
            tenant: self.member.tenant.clone(),
            actor: self.member.subject.to_string(),
            role: self.member.role,
            request_id: self.meta.request_id.as_deref().map(str::to_owned),
            traceparent: self.meta.traceparent.clone(),
            frontend: self.meta.frontend.clone(),
        }
    }

    /// Runs one command; `name` is what metrics call it.
    pub async fn execute<A: Decider>(
        &self,
        name: &'static str,
        request: Request<A::Command>,
    ) -> Result<Outcome<A>, ApiError> {
        let caller = self.caller();
        let started = Instant::now();
        let result = self.state.0.commands.execute::<A>(&caller, request).await;
        let metrics = self.state.metrics();
        metrics.command(name, &result, started.elapsed());
        Ok(result?)
    }
}

impl<L: Level> Access<L> {
    /// A transaction over the live read models, once they hold what the caller wrote
    /// (`X-Min-Position`).
    pub async fn query(&self, models: &[ModelName]) -> Result<TenantTx, ApiError> {
        let (read, tenant) = (&self.state.0.read, &self.member.tenant);
        let Some(position) = self.min_position else {
            return Ok(read.begin(tenant, models).await?);
        };
        let limit = self.state.config().wait_limit;
        Ok(read.begin_after(tenant, models, position, limit).await?)
    }

    /// The same for what stands beside what was asked for: it waits only for what the caller wrote onto the
    /// log of this kind.
    pub async fn query_beside(
        &self,
        models: &[ModelName],
        kind: LogKind,
    ) -> Result<TenantTx, ApiError> {
        if let Some(position) = self.min_position
            && position.log == self.log(kind).await?.id
        {
            return self.query(models).await;
        }
        Ok(self.state.0.read.begin(&self.member.tenant, models).await?)
    }

    /// The state of one aggregate of the organization, now or at a past moment.
    pub async fn load<A: Decider>(
        &self,
        id: &str,
        at: Option<At>,
    ) -> Result<Option<Loaded<A>>, ApiError> {
        let commands = &self.state.0.commands;
        Ok(commands.load::<A>(&self.member.tenant, id, at).await?)
    }

    /// The log of this kind on which the organization lives.
    pub async fn log(&self, kind: LogKind) -> Result<LogInfo, ApiError> {
        Ok(self.state.0.store.place(&self.member.tenant, kind).await?)
    }

    /// The newest position of a log.
    pub async fn head(&self, log: &LogInfo) -> Result<u64, ApiError> {
        Ok(self.state.0.store.head(log.id).await?)
    }

    /// The organization's events after `after`, among at most `scan` positions.
    pub async fn events(
        &self,
        log: &LogInfo,
        after: u64,
        scan: u64,
        max: usize,
    ) -> Result<Vec<RecordedEvent>, ApiError> {
        let (store, tenant) = (&self.state.0.store, self.member.tenant.id());
        Ok(store
            .read_of_tenant(log.id, tenant, after, scan, max)
            .await?)
    }

    /// The events of one aggregate of the organization after its version `after`.
    pub async fn history(
        &self,
        log: &LogInfo,
        aggregate_type: &str,
        id: &str,
        after: u64,
        max: usize,
    ) -> Result<Vec<RecordedEvent>, ApiError> {
        let qualified = self.member.tenant.qualify(id);
        let store = &self.state.0.store;
        Ok(store
            .read_aggregate(log.id, aggregate_type, &qualified, after, max)
            .await?)
    }
}

impl Access<Admin> {
    pub fn projections(&self) -> &ProjectionAdmin {
        &self.state.0.projections
    }
}
