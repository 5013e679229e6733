//! One alert's commands and the events that they cause.

use chrono::{DateTime, Utc};
use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use super::super::*;
use crate::values::{Slug, Token};

pub fn given(past: Vec<AlertEvent>) -> AggregateTestExecutor<Alert> {
    TestFramework::with(()).given(past)
}

pub fn at(minute: u32) -> DateTime<Utc> {
    let text = format!("2026-05-01T10:{minute:02}:00Z");
    DateTime::parse_from_rfc3339(&text).unwrap().to_utc()
}

pub fn by() -> PersonId {
    PersonId::parse("ada").unwrap()
}

pub fn place(severity: Severity) -> Place {
    Place {
        severity,
        building_id: Some("rathaus".to_owned()),
        node_id: None,
    }
}

pub fn raise() -> Raise {
    Raise {
        source: SourceRef::new(
            Token::parse("sensor").unwrap(),
            SourceId::parse("t-1").unwrap(),
        ),
        alert_type: Token::parse("overheating").unwrap(),
        severity: Severity::High,
        title: Title::parse("Too hot").unwrap(),
        message: Some(Message::parse("41 °C").unwrap()),
        building_id: Some(Slug::parse("rathaus").unwrap()),
        node_id: None,
        at: at(0),
    }
}

pub fn raised() -> AlertEvent {
    AlertEvent::Raised(Raised {
        place: place(Severity::High),
        alert_type: "overheating".to_owned(),
        source: Source {
            kind: "sensor".to_owned(),
            id: "t-1".to_owned(),
        },
        title: "Too hot".to_owned(),
        message: Some("41 °C".to_owned()),
        occurred_at: at(0),
    })
}

pub fn acknowledge() -> AlertCommand {
    AlertCommand::Acknowledge {
        by: by(),
        at: at(1),
        note: None,
    }
}

pub fn acknowledged() -> AlertEvent {
    AlertEvent::Acknowledged(Acknowledged {
        place: place(Severity::High),
        by: "ada".to_owned(),
        at: at(1),
        note: None,
    })
}

pub fn resolve() -> AlertCommand {
    AlertCommand::Resolve {
        by: by(),
        at: at(2),
        note: Some(Note::parse("cooled").unwrap()),
    }
}

pub fn resolved() -> AlertEvent {
    AlertEvent::Resolved(Resolved {
        place: place(Severity::High),
        by: "ada".to_owned(),
        at: at(2),
        note: Some("cooled".to_owned()),
    })
}

pub fn withdraw() -> AlertCommand {
    AlertCommand::Withdraw {
        by: by(),
        at: at(3),
    }
}

pub fn withdrawn() -> AlertEvent {
    AlertEvent::Withdrawn(Withdrawn {
        place: place(Severity::High),
        by: "ada".to_owned(),
        at: at(3),
    })
}

pub fn assign(assignee: Option<&str>) -> AlertCommand {
    AlertCommand::Assign {
        assignee: assignee.map(|id| PersonId::parse(id).unwrap()),
        by: by(),
        at: at(1),
    }
}

pub fn comment(id: &str) -> AlertCommand {
    AlertCommand::Comment {
        comment_id: id.to_owned(),
        by: by(),
        text: CommentText::parse("on my way").unwrap(),
        at: at(1),
    }
}

pub fn commented(id: &str) -> AlertEvent {
    AlertEvent::Commented(Commented {
        place: place(Severity::High),
        comment_id: id.to_owned(),
        by: "ada".to_owned(),
        text: "on my way".to_owned(),
        at: at(1),
    })
}

pub fn snooze(until: DateTime<Utc>) -> AlertCommand {
    AlertCommand::Snooze {
        until,
        by: by(),
        at: at(1),
    }
}

pub fn severity(severity: Severity) -> AlertCommand {
    AlertCommand::Change(AlertChange {
        severity: Some(severity),
        ..AlertChange::default()
    })
}
