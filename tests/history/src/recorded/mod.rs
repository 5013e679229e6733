//! A run as its clients and subscribers have recorded it.

mod clients;
mod read;
mod subscribers;

use std::sync::Arc;

use flowgrid_bus::{Position, Role};

pub use read::{RecordingError, read_recording};

/// Everything that was recorded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recorded {
    /// Client by client, each client's in the order of their first sending.
    pub operations: Vec<Operation>,
    pub subscribers: Vec<Subscriber>,
}

/// One command with all attempts at it.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    pub client: Arc<str>,
    pub mark: Box<str>,
    pub org: Arc<str>,
    pub aggregate_type: Arc<str>,
    /// Local id; `None` where the server was to choose it.
    pub aggregate_id: Option<Box<str>>,
    pub action: Arc<str>,
    pub key: Option<Box<str>>,
    pub may_change_nothing: bool,
    /// In the order of their sending; at least one.
    pub attempts: Vec<Attempt>,
}

/// One sending of a command. Times are ns since the run began.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    pub sent: u64,
    /// `None` when no answer was recorded: it is as unknown as one recorded so.
    pub answered: Option<u64>,
    pub answer: Answer,
}

/// What a client knows of an attempt.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    Acknowledged {
        position: Position,
        revision: u64,
        /// Local id.
        aggregate_id: Box<str>,
    },
    /// It may have happened or not.
    Unknown,
    /// It wrote nothing.
    Refused { status: u16 },
}

/// What became of a command, all attempts together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Acknowledged,
    Unknown,
    Refused,
}

impl Operation {
    /// One acknowledgement is enough; a refusal counts only where no attempt is left open.
    pub fn fate(&self) -> Fate {
        let mut fate = Fate::Refused;
        for attempt in &self.attempts {
            match attempt.answer {
                Answer::Acknowledged { .. } => return Fate::Acknowledged,
                Answer::Unknown => fate = Fate::Unknown,
                Answer::Refused { .. } => {}
            }
        }
        fate
    }

    /// When it was sent first.
    pub fn first_sent(&self) -> u64 {
        self.attempts.first().map_or(0, |attempt| attempt.sent)
    }

    /// Every acknowledgement: when it came, and position, revision and local id as told.
    pub fn acknowledgements(&self) -> impl Iterator<Item = (u64, Position, u64, &str)> {
        self.attempts.iter().filter_map(|attempt| {
            let Answer::Acknowledged {
                position,
                revision,
                aggregate_id,
            } = &attempt.answer
            else {
                return None;
            };
            Some((attempt.answered?, *position, *revision, &**aggregate_id))
        })
    }
}

/// One channel of one organization, heard through reconnects.
#[derive(Clone, Debug, PartialEq)]
pub struct Subscriber {
    pub name: Arc<str>,
    pub org: Arc<str>,
    pub role: Role,
    pub channel: Box<str>,
    pub heard: Vec<Heard>,
}

/// What a subscriber did and heard, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// It asked, and was answered.
    Subscribed {
        after: Option<Position>,
        position: Position,
        recovered: Option<bool>,
    },
    Event {
        position: Position,
        event: Arc<str>,
        aggregate_type: Arc<str>,
        aggregate_id: Arc<str>,
        revision: u64,
        /// Hash of its data's text.
        data: u64,
    },
    Disconnected,
    /// It left before the end of the run.
    Left,
}
