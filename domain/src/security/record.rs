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
    Written(Box<Recorded>),
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
    /// At least 1.
    pub count: u32,
    /// What a member said who reports it; `None` where the system saw it itself.
    pub said: Option<Sealed>,
    pub traces: Traces,
}

/// Keyed hashes by which records are found that have something in common. They can't be turned
/// back, and say nothing without the key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traces {
    /// Of the e-mail address that a login was for.
    pub account: Option<String>,
    /// Of the network address.
    pub address: Option<String>,
    /// Of the network that the address lies in.
    pub network: Option<String>,
}

impl SecurityRecord {
    /// What was written; `None` before.
    pub fn recorded(&self) -> Option<&Recorded> {
        match self {
            Self::Unwritten => None,
            Self::Written(recorded) => Some(recorded),
        }
    }
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
        *self = Self::Written(Box::new(recorded.clone()));
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
            count: record.count.max(1),
            reported: record.said.is_some(),
            said: record.said.clone(),
            account: record.traces.account.clone(),
            address: record.traces.address.clone(),
            network: record.traces.network.clone(),
        }
    }
}
