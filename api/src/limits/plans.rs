//! The plans of organizations that have changed lately: limits follow them at once, and not when the
//! tokens do.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use flowgrid_bus::RecordedEvent;
use flowgrid_commands::Commands;
use flowgrid_domain::organizations::Organization;
use flowgrid_domain::values::Plan;
use flowgrid_log::{Follower, LogStore, Tail};
use quick_cache::sync::Cache;
use tokio::sync::watch;
use uuid::Uuid;

use crate::auth::{Member, Principal};
use crate::error::ApiError;

/// How many changed organizations are remembered; of those forgotten, the tokens tell.
const REMEMBERED: usize = 10_000;
/// How far back changes are looked for at the start, in positions.
const READ_AGAIN: u64 = 20_000;
const MOST_EVENTS: usize = 500;
const PAUSE: Duration = Duration::from_secs(2);
/// What may change a plan, or whether members may have plans of their own.
const TYPES: [&str; 2] = ["organization.plan-changed", "organization.changed"];

/// What has changed. Clones share it.
#[derive(Clone)]
pub struct Plans(Arc<Cache<Uuid, Changed>>);

#[derive(Clone, Copy)]
struct Changed {
    plan: Plan,
    /// Whether members may have plans of their own.
    personal: bool,
    at: DateTime<Utc>,
}

impl Default for Plans {
    fn default() -> Self {
        Self(Arc::new(Cache::new(REMEMBERED)))
    }
}

impl Plans {
    /// By which plan somebody's limits go. Neither waits nor fails.
    pub fn of(&self, principal: &Principal) -> Plan {
        match principal.member() {
            Some(member) => self.of_member(member),
            None => Plan::Free,
        }
    }

    fn of_member(&self, member: &Member) -> Plan {
        if self.0.is_empty() {
            return member.plan;
        }
        match self.0.get(&member.tenant.id()) {
            // What it has of its own, only its next token says.
            Some(changed) if changed.at > member.issued_at && changed.personal => {
                changed.plan.max(member.plan)
            }
            Some(changed) if changed.at > member.issued_at => changed.plan,
            Some(_) | None => member.plan,
        }
    }
}

/// Learns of changes from one identity log.
pub struct Learner {
    pub plans: Plans,
    pub commands: Commands,
    pub store: LogStore,
    pub tail: Arc<Tail>,
}

impl Learner {
    /// Until the sender is dropped. What can't be read is tried again.
    pub async fn run(self, mut gone: watch::Receiver<()>) {
        loop {
            tokio::select! {
                _ = gone.changed() => return,
                Err(error) = self.follow() => {
                    tracing::warn!(log = %self.tail.log(), ?error, "limits don't follow plans");
                }
            }
            tokio::select! {
                _ = gone.changed() => return,
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }

    async fn follow(&self) -> Result<(), ApiError> {
        let log = self.tail.log();
        let head = self.store.head(log).await?;
        let archived = self.store.archived_until(log).await?;
        let begin = head.saturating_sub(READ_AGAIN).max(archived);
        let mut follower = Follower::new(self.store.clone(), Arc::clone(&self.tail), begin);
        loop {
            for event in follower.next(MOST_EVENTS).await? {
                if TYPES.contains(&&*event.event_type) {
                    self.learn(&event).await?;
                }
            }
        }
    }

    async fn learn(&self, event: &RecordedEvent) -> Result<(), ApiError> {
        let tenant = flowgrid_bus::Tenant::from_slug(event.tenant_slug());
        let tenant = tenant.map_err(ApiError::internal)?;
        let organization = self
            .commands
            .load::<Organization>(&tenant, tenant.slug(), None)
            .await?;
        if let Some(facts) = organization.as_ref().and_then(|one| one.state.facts()) {
            let changed = Changed {
                plan: facts.plan,
                personal: facts.allows_personal_plans(),
                at: event.recorded_at,
            };
            self.plans.0.insert(tenant.id(), changed);
        }
        Ok(())
    }
}
