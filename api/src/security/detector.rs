//! Finds threats in what was recorded.
//!
//! It follows the identity log and keeps a window of it in memory. What it finds it notices with a
//! command under a key that follows from the record that completed it ([`super::alarm`]): so any number
//! of processes may run one, and each may read the same again after a crash, and a threat is still
//! noticed once. A threat that is open already takes the new evidence (its claim is followed); one that
//! somebody has dealt with is not opened again by old records.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use flowgrid_bus::RecordedEvent;
use flowgrid_domain::Event;
use flowgrid_domain::alerts::Severity;
use flowgrid_domain::security::{Recorded, SecurityRecordEvent, ThreatKind};
use flowgrid_log::{Follower, LogStore, Tail};
use flowgrid_projections::ReadError;
use tokio::sync::watch;

use super::alarm::{Alarm, Found, Trigger};
use super::usual::Usual;
use super::window::{Failed, Guessing, Record, Refused, Window};
use crate::error::ApiError;

/// How many positions of the log are read again at the start: what a crash may have left undone.
const READ_AGAIN: u64 = 20_000;
/// The same for logins, each of which asks the read model.
const LOGINS_AGAIN: u64 = 1_000;
/// What is older isn't: receipts of what was noticed are kept longer than that.
const TOO_OLD: chrono::TimeDelta = chrono::TimeDelta::hours(12);
const MOST_EVENTS: usize = 500;
const PAUSE: Duration = Duration::from_secs(2);

/// Follows one identity log.
pub struct Detector {
    pub store: LogStore,
    pub tail: Arc<Tail>,
    pub alarm: Alarm,
    pub usual: Usual,
}

impl Detector {
    /// Until the sender is dropped. What can't be done is tried again.
    pub async fn run(self, mut gone: watch::Receiver<()>) {
        loop {
            tokio::select! {
                _ = gone.changed() => return,
                Err(error) = self.follow() => {
                    tracing::warn!(log = %self.tail.log(), ?error, "threats can't be looked for");
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
        let mut window = Window::default();
        let mut newest = DateTime::<Utc>::MIN_UTC;
        loop {
            for event in follower.next(MOST_EVENTS).await? {
                newest = newest.max(event.recorded_at);
                let fresh = event.recorded_at + TOO_OLD > newest;
                if event.event_type == "security.recorded" && fresh {
                    let old_login = event.position + LOGINS_AGAIN <= head;
                    self.judge(&mut window, &event, old_login).await?;
                }
            }
        }
    }

    async fn judge(
        &self,
        window: &mut Window,
        event: &RecordedEvent,
        old_login: bool,
    ) -> Result<(), ApiError> {
        let (kind, version) = (&event.event_type, &event.event_version);
        let decoded = SecurityRecordEvent::decode(kind, version, event.payload_str());
        let SecurityRecordEvent::Recorded(recorded) = decoded.map_err(ApiError::internal)?;
        if recorded.reported {
            return Ok(());
        }
        match recorded.event_type.as_str() {
            "login-failed" | "second-factor-failed" => self.failed(window, event, recorded).await,
            "permission-denied" | "nothing-found" => self.refused(window, event, recorded).await,
            "token-reused" => self.reused(event, &recorded).await,
            "login" if !old_login => self.signed_in(event, &recorded).await,
            _ => Ok(()),
        }
    }

    async fn failed(
        &self,
        window: &mut Window,
        event: &RecordedEvent,
        recorded: Recorded,
    ) -> Result<(), ApiError> {
        let trigger = trigger(event, &recorded);
        let found = window.failed(Failed {
            at: recorded.occurred_at,
            account: recorded.user_id.or(recorded.account).unwrap_or_default(),
            address: recorded.address.unwrap_or_default(),
            count: recorded.count.into(),
            records: vec![record(event)],
        });
        for one in &found {
            self.guessed(one, event.tenant_slug(), &trigger).await?;
        }
        Ok(())
    }

    /// Each organization learns of its own records alone: when it becomes a threat, and whenever it
    /// has another record of it.
    async fn guessed(
        &self,
        guessing: &Guessing,
        concerned: &str,
        trigger: &Trigger,
    ) -> Result<(), ApiError> {
        let records = &guessing.records;
        let mut tenants: Vec<&str> = records.iter().map(|one| &*one.tenant).collect();
        tenants.sort_unstable();
        tenants.dedup();
        tenants.retain(|tenant| guessing.first || *tenant == concerned);
        for tenant in tenants {
            let own = records.iter().filter(|one| one.tenant == tenant);
            let found = Found {
                kind: guessing.kind,
                subject: &guessing.subject,
                severity: guessing.severity,
                description: format!("{} failed logins within 15 minutes", guessing.count),
                evidence: own.map(|one| one.id.clone()).collect(),
                count: guessing.count,
                newest: guessing.newest,
            };
            self.alarm.notice(tenant, found, trigger).await?;
        }
        Ok(())
    }

    async fn refused(
        &self,
        window: &mut Window,
        event: &RecordedEvent,
        recorded: Recorded,
    ) -> Result<(), ApiError> {
        let trigger = trigger(event, &recorded);
        let newest = recorded.count.into();
        let Some(member) = recorded.user_id else {
            return Ok(());
        };
        let refused = window.refused(Refused {
            at: recorded.occurred_at,
            member: member.clone(),
            count: newest,
            record: record(event),
        });
        let Some(all) = refused else { return Ok(()) };
        let count = all.iter().map(|one| one.count).sum();
        let found = Found {
            kind: ThreatKind::PrivilegeProbing,
            subject: &member,
            severity: Severity::Medium,
            description: format!("refused {count} times within 15 minutes"),
            evidence: all.into_iter().map(|one| one.record.id).collect(),
            count,
            newest,
        };
        self.alarm
            .notice(event.tenant_slug(), found, &trigger)
            .await
    }

    async fn reused(&self, event: &RecordedEvent, recorded: &Recorded) -> Result<(), ApiError> {
        let session = recorded.details.get("session");
        let subject = session.and_then(|id| id.as_str()).unwrap_or("unknown");
        let found = Found {
            severity: Severity::High,
            description: "an old refresh token came back: somebody else holds it".to_owned(),
            ..Found::one(ThreatKind::TokenReuse, subject, event)
        };
        let trigger = trigger(event, recorded);
        self.alarm
            .notice(event.tenant_slug(), found, &trigger)
            .await
    }

    /// From a network that the person never signed in from in this organization, though from others.
    async fn signed_in(&self, event: &RecordedEvent, recorded: &Recorded) -> Result<(), ApiError> {
        let (Some(person), Some(network)) = (&recorded.user_id, &recorded.network) else {
            return Ok(());
        };
        let others = match self.usual.never_from(event, person, network).await {
            Ok(Some(others)) => others,
            Ok(None) => return Ok(()),
            // A read model that stands still must not keep us from finding what is worse.
            Err(ReadError::Behind { .. } | ReadError::NotReady(_)) => {
                tracing::warn!("a login could not be compared with those before it");
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        let found = Found {
            description: format!("a login from a new network, after {others} from known ones"),
            ..Found::one(ThreatKind::UnusualAddress, person, event)
        };
        let trigger = trigger(event, recorded);
        self.alarm
            .notice(event.tenant_slug(), found, &trigger)
            .await
    }
}

fn record(event: &RecordedEvent) -> Record {
    Record {
        tenant: event.tenant_slug().to_owned(),
        id: event.local_id().to_owned(),
    }
}

fn trigger(event: &RecordedEvent, recorded: &Recorded) -> Trigger {
    Trigger {
        id: event.local_id().to_owned(),
        at: recorded.occurred_at,
    }
}
