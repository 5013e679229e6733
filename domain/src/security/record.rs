//! A security record: written once.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Recorded, SecurityRecordEvent};
use crate::values::{Line, Sealed, Token, whole_micros};
use crate::{Decider, LogKind, Rejection};

/// The most that `details` may take as JSON, in bytes.
const LARGEST_DETAILS: usize = 4 * 1024;

/// A security record, or none yet.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum SecurityRecord {
    #[default]
    Unwritten,
    Written(Recorded),
}

/// The one command to a security record.
#[derive(Clone, Debug, PartialEq)]
pub enum RecordCommand {
    Record(RecordSecurityEvent),
}

/// What is to be recorded. Address and user agent come sealed.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordSecurityEvent {
    pub user_id: Option<Line<128>>,
    pub event_type: Token,
    /// At most 4 KB as JSON.
    pub details: Map<String, Value>,
    pub ip_address: Option<Sealed>,
    pub user_agent: Option<Sealed>,
    pub at: DateTime<Utc>,
}

impl Decider for SecurityRecord {
    const TYPE: &'static str = "security";
    const LOG: LogKind = LogKind::Identity;
    type Command = RecordCommand;
    type Event = SecurityRecordEvent;

    fn decide(&self, command: &RecordCommand) -> Result<Vec<SecurityRecordEvent>, Rejection> {
        let RecordCommand::Record(record) = command;
        match self {
            Self::Unwritten => {
                check_size(&record.details)?;
                Ok(vec![SecurityRecordEvent::Recorded(record.into())])
            }
            Self::Written(_) => Err(Rejection::AlreadyExists {
                detail: "a record of this id was written".to_owned(),
            }),
        }
    }

    fn evolve(&mut self, event: &SecurityRecordEvent) {
        let SecurityRecordEvent::Recorded(recorded) = event;
        *self = Self::Written(recorded.clone());
    }
}

fn check_size(details: &Map<String, Value>) -> Result<(), Rejection> {
    // A map of JSON values always serializes.
    let size = serde_json::to_string(details).map_or(usize::MAX, |text| text.len());
    if size > LARGEST_DETAILS {
        let detail = format!("must be at most {LARGEST_DETAILS} bytes as JSON");
        return Err(Rejection::field("/details", detail));
    }
    Ok(())
}

impl From<&RecordSecurityEvent> for Recorded {
    fn from(record: &RecordSecurityEvent) -> Self {
        Self {
            user_id: record.user_id.clone().map(Into::into),
            event_type: record.event_type.clone().into(),
            details: record.details.clone(),
            ip_address: record.ip_address.clone(),
            user_agent: record.user_agent.clone(),
            occurred_at: whole_micros(record.at),
        }
    }
}
