//! What may happen to an alert.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Acknowledged, Alert, AlertChange, AlertCommand, AlertEvent, Assigned, Changed, Commented,
    Facts, MAX_COMMENTS, Place, Raise, Raised, RaisedAgain, Resolved, Snoozed, Source, Withdrawn,
};
use crate::values::whole_micros;
use crate::{ClaimChange, Decider, LogKind, Patch, Rejection};

/// Nobody means to keep an alert quiet for longer.
const LONGEST_SNOOZE: TimeDelta = TimeDelta::days(366);

type Decision = Result<Vec<AlertEvent>, Rejection>;

impl Decider for Alert {
    const TYPE: &'static str = "alert";
    const LOG: LogKind = LogKind::Domain;
    type Command = AlertCommand;
    type Event = AlertEvent;

    fn decide(&self, command: &AlertCommand) -> Decision {
        match command {
            AlertCommand::Raise(raise) => self.raise(raise),
            AlertCommand::Change(change) => Ok(self.open()?.change(change)),
            AlertCommand::Acknowledge { by, at, note } => {
                let mark = (by.as_str(), *at, note.clone().map(Into::into));
                self.acknowledge(mark)
            }
            AlertCommand::Assign { assignee, by, at } => {
                let assignee = assignee.clone().map(Into::into);
                Ok(self.open()?.assign(assignee, by.as_str(), *at))
            }
            AlertCommand::Comment {
                comment_id,
                by,
                text,
                at,
            } => self.shown()?.comment(Commented {
                place: self.shown()?.place(),
                comment_id: comment_id.clone(),
                by: by.clone().into(),
                text: text.clone().into(),
                at: whole_micros(*at),
            }),
            AlertCommand::Snooze { until, by, at } => self.open()?.snooze(*until, by.as_str(), *at),
            AlertCommand::Resolve { by, at, note } => {
                let mark = (by.as_str(), *at, note.clone().map(Into::into));
                self.resolve(mark)
            }
            AlertCommand::Withdraw { by, at } => Ok(vec![AlertEvent::Withdrawn(Withdrawn {
                place: self.shown()?.place(),
                by: by.clone().into(),
                at: whole_micros(*at),
            })]),
        }
    }

    fn evolve(&mut self, event: &AlertEvent) {
        self.fold(event);
    }

    fn claims(&self, event: &AlertEvent) -> Vec<ClaimChange> {
        self.claims_of(event)
    }
}

/// By whom, when, with which note.
type By<'a> = (&'a str, DateTime<Utc>, Option<String>);

impl Alert {
    /// What anybody can still see: raised and not withdrawn.
    fn shown(&self) -> Result<&Facts, Rejection> {
        match self {
            Self::NotRaised | Self::Withdrawn(_) => Err(Rejection::NotFound),
            Self::Open(facts) | Self::Acknowledged(facts) | Self::Resolved(facts) => Ok(facts),
        }
    }

    /// What isn't over yet.
    fn open(&self) -> Result<&Facts, Rejection> {
        match self {
            Self::NotRaised | Self::Withdrawn(_) => Err(Rejection::NotFound),
            Self::Open(facts) | Self::Acknowledged(facts) => Ok(facts),
            Self::Resolved(_) => Err(Rejection::Conflict {
                code: "alert-resolved",
                detail: "the alert is resolved".to_owned(),
            }),
        }
    }

    fn raise(&self, raise: &Raise) -> Decision {
        match self {
            Self::NotRaised => Ok(vec![AlertEvent::Raised(raise.into())]),
            Self::Open(facts) | Self::Acknowledged(facts) => facts.raise_again(raise),
            Self::Resolved(_) | Self::Withdrawn(_) => Err(Rejection::Conflict {
                code: "alert-closed",
                detail: "the alert is closed; raise a new one".to_owned(),
            }),
        }
    }

    fn acknowledge(&self, (by, at, note): By<'_>) -> Decision {
        let facts = self.open()?;
        if let Self::Acknowledged(_) = self {
            return Ok(Vec::new());
        }
        Ok(vec![AlertEvent::Acknowledged(Acknowledged {
            place: facts.place(),
            by: by.to_owned(),
            at: whole_micros(at),
            note,
        })])
    }

    fn resolve(&self, (by, at, note): By<'_>) -> Decision {
        let facts = self.shown()?;
        if let Self::Resolved(_) = self {
            return Ok(Vec::new());
        }
        Ok(vec![AlertEvent::Resolved(Resolved {
            place: facts.place(),
            by: by.to_owned(),
            at: whole_micros(at),
            note,
        })])
    }
}

impl Facts {
    /// The latest raise has the last word on severity and texts. An alert that knows its place
    /// keeps it; one that doesn't learns it.
    fn raise_again(&self, raise: &Raise) -> Decision {
        if !self.is_of(raise) {
            return Err(Rejection::AlreadyExists {
                detail: "an alert of this id exists for another source or type".to_owned(),
            });
        }
        let learnt = |known: &Option<String>, told: Option<String>| known.clone().or(told);
        let place = Place {
            severity: raise.severity,
            building_id: learnt(&self.building_id, raise.building_id.clone().map(Into::into)),
            node_id: learnt(&self.node_id, raise.node_id.clone().map(Into::into)),
        };
        let message = raise.message.clone();
        let message = message.map_or(Patch::Absent, |text| Patch::Set(text.into()));
        Ok(vec![AlertEvent::RaisedAgain(RaisedAgain {
            place,
            title: Some(raise.title.as_str().to_owned()).filter(|title| *title != self.title),
            message: message.unless_same(self.message.as_ref()),
            occurred_at: whole_micros(raise.at),
            count: self.count.saturating_add(1),
        })])
    }

    fn is_of(&self, raise: &Raise) -> bool {
        self.source.kind == raise.source.kind.as_str()
            && self.source.id == raise.source.id
            && self.alert_type == raise.alert_type.as_str()
    }

    fn change(&self, change: &AlertChange) -> Vec<AlertEvent> {
        let title = change.title.clone().map(String::from);
        let message = change.message.clone().map(String::from);
        let changed = Changed {
            place: Place {
                severity: change.severity.unwrap_or(self.severity),
                ..self.place()
            },
            title: title.filter(|title| *title != self.title),
            message: message.unless_same(self.message.as_ref()),
        };
        let same_texts = changed.title.is_none() && changed.message.is_absent();
        if same_texts && changed.place.severity == self.severity {
            return Vec::new();
        }
        vec![AlertEvent::Changed(changed)]
    }

    fn assign(&self, assignee: Option<String>, by: &str, at: DateTime<Utc>) -> Vec<AlertEvent> {
        if assignee == self.assignee {
            return Vec::new();
        }
        vec![AlertEvent::Assigned(Assigned {
            place: self.place(),
            assignee,
            by: by.to_owned(),
            at: whole_micros(at),
        })]
    }

    /// Also after the end: that is when people write what they learnt.
    fn comment(&self, commented: Commented) -> Decision {
        let written = |id: &str| self.comments.iter().any(|comment| comment.id == id);
        if written(&commented.comment_id) {
            return Ok(Vec::new());
        }
        if self.comments.len() >= MAX_COMMENTS {
            return Err(Rejection::Refused {
                code: "too-many-comments",
                detail: format!("an alert holds at most {MAX_COMMENTS} comments"),
            });
        }
        Ok(vec![AlertEvent::Commented(commented)])
    }

    fn snooze(&self, until: DateTime<Utc>, by: &str, at: DateTime<Utc>) -> Decision {
        let (until, at) = (whole_micros(until), whole_micros(at));
        if until <= at || until - at > LONGEST_SNOOZE {
            let detail = "must be in the future, at most 366 days away";
            return Err(Rejection::field("/until", detail));
        }
        if self.snoozed_until == Some(until) {
            return Ok(Vec::new());
        }
        Ok(vec![AlertEvent::Snoozed(Snoozed {
            place: self.place(),
            until,
            by: by.to_owned(),
            at,
        })])
    }
}

impl From<&Raise> for Raised {
    fn from(raise: &Raise) -> Self {
        Self {
            place: Place {
                severity: raise.severity,
                building_id: raise.building_id.clone().map(Into::into),
                node_id: raise.node_id.clone().map(Into::into),
            },
            alert_type: raise.alert_type.clone().into(),
            source: Source {
                kind: raise.source.kind.clone().into(),
                id: raise.source.id.clone(),
            },
            title: raise.title.clone().into(),
            message: raise.message.clone().map(Into::into),
            occurred_at: whole_micros(raise.at),
        }
    }
}
