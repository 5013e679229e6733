//! Closes organizations for good whose time to change their mind is over, and tells their members
//! before and after.
//!
//! The log comes first: from `organization.closed` the vault destroys keys and ends sessions. Then the
//! rows of read models go. An organization stays due until it was found closed once more, a pass
//! later: so nothing is left of what was under way meanwhile, or broke off.
//!
//! What members are told follows from the log as well: what they know of the end is noted beside when
//! it is due. Who changes its mind between two passes troubles nobody.

mod letters;

use std::time::Duration;

use chrono::{DateTime, Utc};
use flowgrid_bus::{Role, Tenant};
use flowgrid_commands::{Caller, CommandError, Commands, OutcomeKind, Request};
use flowgrid_domain::Rejection;
use flowgrid_domain::organizations::{Organization, OrganizationCommand};
use flowgrid_projections::{ProjectionAdmin, ReadError, ReadModels};
use flowgrid_vault::{UntoldClosing, Vault, VaultError};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use crate::mail::{MailError, Outbox};
use letters::News;

/// How often it is looked for what is due.
const EVERY: Duration = Duration::from_secs(600);
/// The most that are closed in one pass, and of which something is told.
const MOST: u16 = 100;
/// Who closes, in the events' metadata.
const ACTOR: &str = "flowgrid";

/// Why a pass broke off; the next one goes on.
#[derive(Debug, thiserror::Error)]
pub enum ClosingError {
    #[error(transparent)]
    Command(#[from] CommandError),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Rows(#[from] ReadError),
    #[error(transparent)]
    Mail(#[from] MailError),
    #[error("there is no organization of people")]
    NoHome,
}

/// Closes what is due, and tells of it. Any number may run. Cheap to clone.
#[derive(Clone)]
pub struct Closer {
    pub commands: Commands,
    pub vault: Vault,
    pub projections: ProjectionAdmin,
    pub read: ReadModels,
    pub outbox: Outbox,
}

impl Closer {
    /// Looks for what is due, every ten minutes by `now`, until `stop` turns true.
    pub async fn run(self, now: impl Fn() -> DateTime<Utc>, mut stop: watch::Receiver<bool>) {
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
            match self.close_due(now()).await {
                Ok(0) => {}
                Ok(closed) => tracing::info!(closed, "organizations were closed"),
                Err(error) => tracing::warn!(%error, "organizations can't be closed"),
            }
            if let Err(error) = self.tell_members(now()).await {
                tracing::warn!(%error, "members can't be told of the end of their organization");
            }
        }
    }

    /// One pass: closes what is due at `now`; answers how many have been closed by it.
    ///
    /// # Errors
    /// When the log, the vault or the read models can't be reached.
    pub async fn close_due(&self, now: DateTime<Utc>) -> Result<usize, ClosingError> {
        let mut closed = 0;
        for tenant in self.vault.due_closings(now, MOST).await? {
            let finished = self.finish(&tenant, now).await?;
            if finished.is_some() {
                // While the rows of its members are still there.
                self.write(&tenant, News::Closed(now), "closed").await?;
            }
            let before = match finished {
                // It is kept after all; the vault is about to hear of it.
                None => continue,
                Some(OutcomeKind::Executed) => false,
                Some(OutcomeKind::AlreadyApplied | OutcomeKind::Repeated) => true,
            };
            let rows = self.projections.forget(&tenant).await?;
            tracing::info!(organization = %tenant, rows, "an organization is closed");
            if before {
                self.vault.closing_done(&tenant).await?;
            } else {
                closed += 1;
            }
        }
        Ok(closed)
    }

    /// One pass: writes to the members of organizations that are to be closed, or are kept after all,
    /// unless they know.
    ///
    /// # Errors
    /// When the log, the vault, the read models or the outbox can't be reached. The next pass goes on.
    pub async fn tell_members(&self, now: DateTime<Utc>) -> Result<(), ClosingError> {
        for untold in self.vault.untold_closings(now, MOST).await? {
            let tenant = &untold.tenant;
            match untold {
                UntoldClosing {
                    due_at: Some(until),
                    ..
                } => {
                    let cause = format!("closing/{}", until.timestamp_micros());
                    self.write(tenant, News::Closing(until), &cause).await?;
                }
                UntoldClosing {
                    due_at: None,
                    known: Some(until),
                    ..
                } => {
                    let cause = format!("kept/{}", until.timestamp_micros());
                    self.write(tenant, News::Kept, &cause).await?;
                }
                // Nobody was told that it would be closed.
                UntoldClosing { .. } => {}
            }
            self.vault.closing_told(&untold).await?;
        }
        Ok(())
    }

    async fn finish(
        &self,
        tenant: &Tenant,
        at: DateTime<Utc>,
    ) -> Result<Option<OutcomeKind>, ClosingError> {
        let caller = Caller {
            tenant: tenant.clone(),
            actor: ACTOR.to_owned(),
            role: Role::Admin,
            request_id: None,
            traceparent: None,
            frontend: None,
        };
        let request = Request {
            id: tenant.slug().to_owned(),
            command: OrganizationCommand::FinishClosing { at },
            if_match: None,
            idempotency: None,
            status: 200,
            follow_claim: false,
        };
        let finished = self.commands.execute::<Organization>(&caller, request);
        match finished.await {
            Ok(outcome) => Ok(Some(outcome.kind)),
            Err(CommandError::Rejected(Rejection::Conflict { .. } | Rejection::NotFound)) => {
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }
}
