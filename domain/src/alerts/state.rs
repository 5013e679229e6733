//! An alert's life: not raised, open, acknowledged, resolved or withdrawn.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    AlertEvent, Changed, Commented, OPEN_ALERT, Place, Raised, RaisedAgain, Severity, Source,
};
use crate::ClaimChange;

/// An alert in one phase of its life.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Alert {
    #[default]
    NotRaised,
    Open(Facts),
    /// Somebody has seen it; it is as open as before to everything else.
    Acknowledged(Facts),
    Resolved(Facts),
    Withdrawn(Facts),
}

/// What is known about an alert.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    pub source: Source,
    pub alert_type: String,
    pub severity: Severity,
    pub building_id: Option<String>,
    pub node_id: Option<String>,
    pub title: String,
    pub message: Option<String>,
    /// How often it has been raised: 1, 2, 3…
    pub count: u64,
    pub first_occurred_at: DateTime<Utc>,
    pub last_occurred_at: DateTime<Utc>,
    pub acknowledgement: Option<Mark>,
    pub resolution: Option<Mark>,
    pub assignee: Option<String>,
    pub snoozed_until: Option<DateTime<Utc>>,
    /// In the order in which they were written, at most [`super::MAX_COMMENTS`].
    pub comments: Vec<Comment>,
}

/// Who did it, when, and what they noted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub by: String,
    pub at: DateTime<Utc>,
    pub note: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    pub id: String,
    pub by: String,
    pub text: String,
    pub at: DateTime<Utc>,
}

impl Alert {
    /// What is known about it, in whatever phase.
    pub fn facts(&self) -> Option<&Facts> {
        match self {
            Self::NotRaised => None,
            Self::Open(facts)
            | Self::Acknowledged(facts)
            | Self::Resolved(facts)
            | Self::Withdrawn(facts) => Some(facts),
        }
    }

    /// Open or acknowledged: it holds the claim of its source and type.
    pub fn is_open(&self) -> bool {
        match self {
            Self::Open(_) | Self::Acknowledged(_) => true,
            Self::NotRaised | Self::Resolved(_) | Self::Withdrawn(_) => false,
        }
    }

    fn facts_mut(&mut self) -> Option<&mut Facts> {
        match self {
            Self::NotRaised => None,
            Self::Open(facts)
            | Self::Acknowledged(facts)
            | Self::Resolved(facts)
            | Self::Withdrawn(facts) => Some(facts),
        }
    }

    /// The same alert in another phase.
    fn enter(&mut self, phase: fn(Facts) -> Self) {
        match std::mem::take(self) {
            Self::NotRaised => {}
            Self::Open(facts)
            | Self::Acknowledged(facts)
            | Self::Resolved(facts)
            | Self::Withdrawn(facts) => *self = phase(facts),
        }
    }

    pub(super) fn fold(&mut self, event: &AlertEvent) {
        if let AlertEvent::Raised(raised) = event {
            *self = Self::Open(raised.into());
            return;
        }
        let Some(facts) = self.facts_mut() else {
            return;
        };
        match event {
            AlertEvent::Raised(_) => {}
            AlertEvent::RaisedAgain(again) => facts.count_up(again),
            AlertEvent::Changed(changed) => facts.reword(changed),
            AlertEvent::Assigned(assigned) => facts.assignee.clone_from(&assigned.assignee),
            AlertEvent::Commented(commented) => facts.comments.push(commented.into()),
            AlertEvent::Snoozed(snoozed) => facts.snoozed_until = Some(snoozed.until),
            AlertEvent::Acknowledged(seen) => {
                facts.acknowledgement = Some(Mark::new(&seen.by, seen.at, seen.note.as_deref()));
                self.enter(Self::Acknowledged);
            }
            AlertEvent::Resolved(over) => {
                facts.resolution = Some(Mark::new(&over.by, over.at, over.note.as_deref()));
                self.enter(Self::Resolved);
            }
            AlertEvent::Withdrawn(_) => self.enter(Self::Withdrawn),
        }
    }

    /// The claim is taken by the first raise and released by whatever closes an open alert. What
    /// closes a closed one releases nothing: the claim may be another alert's by then.
    pub(super) fn claims_of(&self, event: &AlertEvent) -> Vec<ClaimChange> {
        match event {
            AlertEvent::Raised(raised) => {
                let key = claim_key(&raised.source, &raised.alert_type);
                vec![ClaimChange::take(OPEN_ALERT, key)]
            }
            AlertEvent::Resolved(_) | AlertEvent::Withdrawn(_) => match self {
                Self::Open(facts) | Self::Acknowledged(facts) => {
                    vec![ClaimChange::release(OPEN_ALERT, facts.claim_key())]
                }
                Self::NotRaised | Self::Resolved(_) | Self::Withdrawn(_) => Vec::new(),
            },
            AlertEvent::RaisedAgain(_)
            | AlertEvent::Changed(_)
            | AlertEvent::Acknowledged(_)
            | AlertEvent::Assigned(_)
            | AlertEvent::Commented(_)
            | AlertEvent::Snoozed(_) => Vec::new(),
        }
    }
}

impl Facts {
    /// Key of the claim `open-alert`.
    pub fn claim_key(&self) -> String {
        claim_key(&self.source, &self.alert_type)
    }

    /// How bad and where, for its events.
    pub fn place(&self) -> Place {
        Place {
            severity: self.severity,
            building_id: self.building_id.clone(),
            node_id: self.node_id.clone(),
        }
    }

    fn move_to(&mut self, place: &Place) {
        self.severity = place.severity;
        self.building_id.clone_from(&place.building_id);
        self.node_id.clone_from(&place.node_id);
    }

    fn count_up(&mut self, again: &RaisedAgain) {
        self.move_to(&again.place);
        if let Some(title) = &again.title {
            self.title.clone_from(title);
        }
        again.message.apply(&mut self.message);
        self.count = again.count;
        // Sources have clocks of their own: a late report doesn't turn time back.
        self.last_occurred_at = self.last_occurred_at.max(again.occurred_at);
    }

    fn reword(&mut self, changed: &Changed) {
        self.move_to(&changed.place);
        if let Some(title) = &changed.title {
            self.title.clone_from(title);
        }
        changed.message.apply(&mut self.message);
    }
}

impl Mark {
    fn new(by: &str, at: DateTime<Utc>, note: Option<&str>) -> Self {
        Self {
            by: by.to_owned(),
            at,
            note: note.map(str::to_owned),
        }
    }
}

/// Neither kind nor type can hold a slash, so two keys are never the same by accident.
fn claim_key(source: &Source, alert_type: &str) -> String {
    format!("{}/{}/{alert_type}", source.kind, source.id)
}

impl From<&Raised> for Facts {
    fn from(raised: &Raised) -> Self {
        let raised = raised.clone();
        Self {
            source: raised.source,
            alert_type: raised.alert_type,
            severity: raised.place.severity,
            building_id: raised.place.building_id,
            node_id: raised.place.node_id,
            title: raised.title,
            message: raised.message,
            count: 1,
            first_occurred_at: raised.occurred_at,
            last_occurred_at: raised.occurred_at,
            ..Self::default()
        }
    }
}

impl From<&Commented> for Comment {
    fn from(commented: &Commented) -> Self {
        Self {
            id: commented.comment_id.clone(),
            by: commented.by.clone(),
            text: commented.text.clone(),
            at: commented.at,
        }
    }
}
