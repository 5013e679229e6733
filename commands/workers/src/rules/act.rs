//! Does what was decided. Each deed may be done again: it then finds itself done.

use chrono::{DateTime, TimeDelta, Utc};
use flowgrid_bus::Role;
use flowgrid_commands::{Caller, CommandError, Commands, Idempotency, Outcome, Request};
use flowgrid_domain::alerts::{
    Alert, AlertChange, AlertCommand, Message, Note, OPEN_ALERT, PersonId, Raise, SourceRef, Title,
};
use flowgrid_domain::rules::{Escalation, RuleKind, SOURCE_KIND};
use flowgrid_domain::values::{Invalid, Slug, Token};
use flowgrid_domain::{LogKind, Rejection};
use flowgrid_log::LogStore;

use super::RulesError;
use super::deed::{Deed, Task, Words};
use super::tell::{News, Teller};

/// Who raises and resolves, in the events' metadata.
const ACTOR: &str = "flowgrid";

/// A deed that follows, and when it is due.
pub(super) type Next = Option<(Task, DateTime<Utc>)>;

#[derive(Clone)]
pub(super) struct Actor {
    pub commands: Commands,
    pub store: LogStore,
    pub teller: Teller,
}

impl Actor {
    /// # Errors
    /// When it can't be done now. What the domain refuses will never be done, and counts as done.
    pub async fn act(&self, task: &Task, now: DateTime<Utc>) -> Result<Next, RulesError> {
        let done = match &task.deed {
            Deed::Raise { .. } => self.raise(task).await,
            Deed::Clear {
                since,
                at,
                alert_type,
                note,
            } => {
                let over = (*at, note.as_str());
                self.clear(task, *since, alert_type.as_deref(), over)
                    .await
                    .map(|()| None)
            }
            Deed::Escalate {
                alert_id,
                words,
                escalation,
            } => {
                self.escalate(task, (alert_id, words), escalation, now)
                    .await
            }
        };
        match done {
            Err(RulesError::Command(CommandError::Rejected(rejection))) => {
                let (organization, rule) = (&task.tenant, &task.rule);
                tracing::warn!(%organization, rule, %rejection, "a rule's alert was refused");
                Ok(None)
            }
            other => other,
        }
    }

    async fn raise(&self, task: &Task) -> Result<Next, RulesError> {
        let Deed::Raise {
            since,
            at,
            words,
            building_id,
            notify,
            escalation,
        } = &task.deed
        else {
            return Ok(None);
        };
        let raise = raise(task, words, building_id.as_deref(), *at).map_err(refused)?;
        let key = task.key("raise", *since);
        let request = Request {
            follow_claim: true,
            idempotency: Some(Idempotency {
                fingerprint: key.clone(),
                key,
            }),
            status: 201,
            ..request(task.alert_id(*since), AlertCommand::Raise(raise))
        };
        let outcome = match self.execute(task, request).await {
            Ok(outcome) => outcome,
            // Raised before, and over since.
            Err(CommandError::Rejected(Rejection::Conflict { .. })) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        // One that was open already has been told of.
        let first = outcome.state.facts().is_some_and(|facts| facts.count == 1);
        if !first {
            return Ok(None);
        }
        let news = News {
            alert_id: &outcome.id,
            words,
            since: *since,
            escalated: false,
        };
        self.teller.tell(task, notify, &news).await?;
        Ok(escalation.as_ref().map(|escalation| {
            let due = outcome.created_at + TimeDelta::minutes(escalation.after_minutes.into());
            let deed = Deed::Escalate {
                alert_id: outcome.id.clone(),
                words: words.clone(),
                escalation: escalation.clone(),
            };
            let task = Task {
                deed,
                ..task.clone()
            };
            (task, due)
        }))
    }

    async fn clear(
        &self,
        task: &Task,
        since: Option<DateTime<Utc>>,
        alert_type: Option<&str>,
        over: (DateTime<Utc>, &str),
    ) -> Result<(), RulesError> {
        if let Some(since) = since
            && self.resolve(task, task.alert_id(since), over).await?
        {
            return Ok(());
        }
        // The raise has counted up an alert that was open before.
        let any = RuleKind::ALL.map(RuleKind::as_str);
        let types = alert_type.as_ref().map_or(&any[..], std::slice::from_ref);
        for alert_type in types {
            self.clear_open(task, since, alert_type, over).await?;
        }
        Ok(())
    }

    /// Resolves what is open of the rule and its source, if it is no younger than the excursion.
    async fn clear_open(
        &self,
        task: &Task,
        since: Option<DateTime<Utc>>,
        alert_type: &str,
        over: (DateTime<Utc>, &str),
    ) -> Result<(), RulesError> {
        let (tenant, source) = (&task.tenant, task.source_id());
        let log = self.store.place(tenant, LogKind::Domain).await?;
        let key = format!("{SOURCE_KIND}/{source}/{alert_type}");
        let owner = self
            .store
            .claim_owner(log.id, tenant.id(), OPEN_ALERT, &key);
        let Some(owner) = owner.await? else {
            return Ok(());
        };
        let loaded = self.commands.load::<Alert>(tenant, &owner, None).await?;
        let facts = loaded.as_ref().and_then(|loaded| loaded.state.facts());
        let its = |since| facts.is_some_and(|facts| facts.first_occurred_at <= since);
        if since.is_none_or(its) {
            self.resolve(task, owner, over).await?;
        }
        Ok(())
    }

    /// Whether there is such an alert.
    async fn resolve(
        &self,
        task: &Task,
        id: String,
        (at, note): (DateTime<Utc>, &str),
    ) -> Result<bool, RulesError> {
        let resolve = AlertCommand::Resolve {
            by: PersonId::parse(ACTOR).map_err(refused)?,
            at,
            note: Note::parse(note).ok(),
        };
        match self.execute(task, request(id, resolve)).await {
            Ok(_) => Ok(true),
            Err(CommandError::Rejected(Rejection::NotFound)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    async fn escalate(
        &self,
        task: &Task,
        (alert_id, words): (&str, &Words),
        escalation: &Escalation,
        now: DateTime<Utc>,
    ) -> Result<Next, RulesError> {
        let loaded = self
            .commands
            .load::<Alert>(&task.tenant, alert_id, None)
            .await?;
        let Some(Alert::Open(facts)) = loaded.map(|loaded| loaded.state) else {
            return Ok(None);
        };
        // It is to keep quiet until then.
        if let Some(until) = facts.snoozed_until.filter(|until| *until > now) {
            return Ok(Some((task.clone(), until)));
        }
        if let Some(severity) = escalation.severity {
            let change = AlertChange {
                severity: Some(severity),
                ..AlertChange::default()
            };
            let request = request(alert_id.to_owned(), AlertCommand::Change(change));
            self.execute(task, request).await?;
        }
        let severity = escalation.severity.unwrap_or(words.severity);
        let words = Words {
            severity,
            ..words.clone()
        };
        let news = News {
            alert_id,
            words: &words,
            since: facts.first_occurred_at,
            escalated: true,
        };
        self.teller.tell(task, &escalation.notify, &news).await?;
        Ok(None)
    }

    async fn execute(
        &self,
        task: &Task,
        request: Request<AlertCommand>,
    ) -> Result<Outcome<Alert>, CommandError> {
        let caller = Caller {
            tenant: task.tenant.clone(),
            actor: ACTOR.to_owned(),
            role: Role::Admin,
            request_id: None,
            traceparent: None,
            frontend: None,
        };
        self.commands.execute::<Alert>(&caller, request).await
    }
}

fn request(id: String, command: AlertCommand) -> Request<AlertCommand> {
    Request {
        id,
        command,
        if_match: None,
        idempotency: None,
        status: 200,
        follow_claim: false,
    }
}

fn raise(
    task: &Task,
    words: &Words,
    building: Option<&str>,
    at: DateTime<Utc>,
) -> Result<Raise, Invalid> {
    Ok(Raise {
        source: SourceRef {
            kind: Token::parse(SOURCE_KIND)?,
            id: task.source_id(),
        },
        alert_type: Token::parse(&words.alert_type)?,
        severity: words.severity,
        title: Title::parse(&words.title)?,
        message: Some(Message::parse(&words.message)?),
        building_id: building.map(Slug::parse).transpose()?,
        node_id: None,
        at,
    })
}

fn refused(invalid: Invalid) -> RulesError {
    CommandError::Rejected(Rejection::field("", invalid.0)).into()
}
