//! Notices threats, and tells the admins of the organization: once for each.

use chrono::{DateTime, Utc};
use flowgrid_bus::{RecordedEvent, Role, Tenant};
use flowgrid_commands::{Caller, CommandError, Commands, Idempotency, Outcome, Request};
use flowgrid_domain::alerts::Severity;
use flowgrid_domain::memberships::Membership;
use flowgrid_domain::notifications::Send;
use flowgrid_domain::organizations::Organization;
use flowgrid_domain::security::{Notice, Threat, ThreatCommand, ThreatFacts, ThreatKind};
use flowgrid_domain::values::{Line, Text, Token};
use serde_json::json;

use crate::Ids;
use crate::error::ApiError;

/// Who notices.
const ACTOR: &str = "system";
/// What the notification is about.
const KIND: &str = "security-threat";

/// The way from what was found into the log.
pub struct Alarm {
    pub commands: Commands,
    pub ids: Ids,
}

/// A threat to notice in one organization.
pub(super) struct Found<'f> {
    pub kind: ThreatKind,
    pub subject: &'f str,
    pub severity: Severity,
    pub description: String,
    pub evidence: Vec<String>,
    /// How often it was seen where it is new.
    pub count: u64,
    /// What is added where it is known.
    pub newest: u64,
}

impl<'f> Found<'f> {
    /// What a single record is enough for.
    pub(super) fn one(kind: ThreatKind, subject: &'f str, event: &RecordedEvent) -> Self {
        Self {
            kind,
            subject,
            severity: Severity::Low,
            description: String::new(),
            evidence: vec![event.local_id().to_owned()],
            count: 1,
            newest: 1,
        }
    }
}

/// The record that completes it.
pub(super) struct Trigger {
    pub id: String,
    pub at: DateTime<Utc>,
}

impl Alarm {
    /// Opens the threat, or adds to the one that is open. Again for the same trigger, it is nothing
    /// to do.
    ///
    /// # Errors
    /// When the log can't be written. What the domain refuses is only logged: it would be refused
    /// for ever, and nothing that comes after it would be found.
    pub(super) async fn notice(
        &self,
        tenant: &str,
        found: Found<'_>,
        trigger: &Trigger,
    ) -> Result<(), ApiError> {
        let tenant = Tenant::from_slug(tenant).map_err(ApiError::internal)?;
        let (kind, severity) = (found.kind.as_str(), found.severity);
        let request = self.request(found, trigger)?;
        match self
            .commands
            .execute::<Threat>(&caller(&tenant), request)
            .await
        {
            // Its first event: this trigger opened it, now or before a crash.
            Ok(outcome) if outcome.revision == 1 => self.tell(&tenant, &outcome).await,
            // Another process was faster, again and again: it has noticed it.
            Ok(_) | Err(CommandError::Contended) => Ok(()),
            Err(CommandError::Rejected(rejection)) => {
                tracing::warn!(kind, ?severity, ?rejection, "a threat could not be noticed");
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    fn request(
        &self,
        found: Found<'_>,
        trigger: &Trigger,
    ) -> Result<Request<ThreatCommand>, ApiError> {
        let key = format!("{}/{}", found.kind.as_str(), trigger.id);
        let notice = Notice {
            kind: found.kind,
            subject: Line::parse(found.subject).map_err(ApiError::internal)?,
            severity: found.severity,
            description: Line::parse(&found.description).map_err(ApiError::internal)?,
            evidence: found.evidence,
            count: found.count,
            newest: found.newest,
            at: trigger.at,
        };
        Ok(Request {
            id: self.ids.uuid_v7(trigger.at).to_string(),
            command: ThreatCommand::Notice(notice),
            if_match: None,
            idempotency: Some(Idempotency {
                fingerprint: key.clone(),
                key,
            }),
            status: 201,
            follow_claim: true,
        })
    }

    /// Each admin, and the member whom it is about, once for each threat.
    async fn tell(&self, tenant: &Tenant, outcome: &Outcome<Threat>) -> Result<(), ApiError> {
        let Some((facts, _)) = outcome.state.facts() else {
            return Ok(());
        };
        let organization = self
            .commands
            .load::<Organization>(tenant, tenant.slug(), None)
            .await?;
        // Guesses at addresses that nobody has are no organization's.
        let admins = organization.and_then(|one| Some(one.state.facts()?.admins.clone()));
        let admins = admins.unwrap_or_default();
        for admin in &admins {
            self.notify(tenant, outcome, facts, admin, title(facts.kind))
                .await?;
        }
        match own_title(facts.kind) {
            // An admin has been told, and reads whom it is about.
            Some(title) if !admins.contains(&facts.subject) => {
                self.tell_member(tenant, outcome, facts, title).await
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Where the subject is a person at all: of a login it may be an address that nobody has.
    async fn tell_member(
        &self,
        tenant: &Tenant,
        outcome: &Outcome<Threat>,
        facts: &ThreatFacts,
        title: &str,
    ) -> Result<(), ApiError> {
        let member = self
            .commands
            .load::<Membership>(tenant, &facts.subject, None)
            .await?;
        if member.and_then(|one| one.state.active_role()).is_none() {
            return Ok(());
        }
        self.notify(tenant, outcome, facts, &facts.subject, title)
            .await
    }

    async fn notify(
        &self,
        tenant: &Tenant,
        outcome: &Outcome<Threat>,
        facts: &ThreatFacts,
        person: &str,
        title: &str,
    ) -> Result<(), ApiError> {
        let data = json!({
            "threatId": outcome.id, "threatType": facts.kind, "severity": facts.severity,
            "subject": facts.subject,
        });
        let send = Send {
            user_id: Line::parse(person).map_err(ApiError::internal)?,
            kind: Token::parse(KIND).map_err(ApiError::internal)?,
            title: Line::parse(title).map_err(ApiError::internal)?,
            message: Some(Text::parse(&facts.description).map_err(ApiError::internal)?),
            data: data.as_object().cloned(),
        };
        self.commands.notify(tenant, &outcome.id, send).await?;
        Ok(())
    }
}

/// What admins read first.
fn title(kind: ThreatKind) -> &'static str {
    match kind {
        ThreatKind::BruteForceAccount => "Somebody is guessing a member's password",
        ThreatKind::BruteForceAddress => "Passwords are being guessed from one address",
        ThreatKind::BruteForceSpread => "Passwords of many accounts are being guessed",
        ThreatKind::TokenReuse => "A stolen refresh token was used",
        ThreatKind::PrivilegeProbing => "A member asks again and again for what it may not",
        ThreatKind::UnusualAddress => "A member signed in from an unusual network",
    }
}

/// What the member whom it is about reads; `None` where it knows, is mailed, or isn't to be warned.
fn own_title(kind: ThreatKind) -> Option<&'static str> {
    match kind {
        ThreatKind::BruteForceAccount => Some("Somebody is guessing your password"),
        ThreatKind::UnusualAddress => Some("You signed in from a network that is new for you"),
        ThreatKind::BruteForceAddress
        | ThreatKind::BruteForceSpread
        | ThreatKind::TokenReuse
        | ThreatKind::PrivilegeProbing => None,
    }
}

fn caller(tenant: &Tenant) -> Caller {
    Caller {
        tenant: tenant.clone(),
        actor: ACTOR.to_owned(),
        role: Role::Admin,
        request_id: None,
        traceparent: None,
        frontend: None,
    }
}
