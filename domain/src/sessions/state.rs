//! A session's life: not begun, running, ended.

use serde::{Deserialize, Serialize};

use super::{Began, Begin, EndReason, Ended, SessionCommand, SessionEvent, SignIn};
use crate::values::Sealed;
use crate::{Decider, LogKind, Rejection};

/// A session in one phase of its life.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Session {
    #[default]
    NotBegun,
    Running(Facts),
    Ended(Facts, EndReason),
}

/// What is known about a session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    pub person_id: String,
    pub method: SignIn,
    pub second_factor: bool,
    pub remember: bool,
    pub device: Option<Sealed>,
    pub address: Option<Sealed>,
}

impl Decider for Session {
    const TYPE: &'static str = "session";
    const LOG: LogKind = LogKind::Identity;
    type Command = SessionCommand;
    type Event = SessionEvent;

    fn decide(&self, command: &SessionCommand) -> Result<Vec<SessionEvent>, Rejection> {
        match command {
            SessionCommand::Begin(begin) => self.begin(begin),
            SessionCommand::End { reason } => self.end(*reason),
        }
    }

    fn evolve(&mut self, event: &SessionEvent) {
        match event {
            SessionEvent::Began(began) => *self = Self::Running(began.into()),
            SessionEvent::Ended(ended) => {
                if let Self::Running(facts) = self {
                    *self = Self::Ended(facts.clone(), ended.reason);
                }
            }
        }
    }
}

impl Session {
    /// What is known about it, in whatever phase.
    pub fn facts(&self) -> Option<&Facts> {
        match self {
            Self::NotBegun => None,
            Self::Running(facts) | Self::Ended(facts, _) => Some(facts),
        }
    }

    fn begin(&self, begin: &Begin) -> Result<Vec<SessionEvent>, Rejection> {
        match self {
            Self::NotBegun => Ok(vec![SessionEvent::Began(begin.into())]),
            Self::Running(_) | Self::Ended(..) => Err(Rejection::AlreadyExists {
                detail: "a session of this id exists".to_owned(),
            }),
        }
    }

    fn end(&self, reason: EndReason) -> Result<Vec<SessionEvent>, Rejection> {
        match self {
            Self::NotBegun => Err(Rejection::NotFound),
            Self::Running(_) => Ok(vec![SessionEvent::Ended(Ended { reason })]),
            Self::Ended(..) => Ok(Vec::new()),
        }
    }
}

impl From<&Begin> for Began {
    fn from(begin: &Begin) -> Self {
        let begin = begin.clone();
        Self {
            person_id: begin.person.into(),
            method: begin.method,
            second_factor: begin.second_factor,
            remember: begin.remember,
            device: begin.device,
            address: begin.address,
        }
    }
}

impl From<&Began> for Facts {
    fn from(began: &Began) -> Self {
        let began = began.clone();
        Self {
            person_id: began.person_id,
            method: began.method,
            second_factor: began.second_factor,
            remember: began.remember,
            device: began.device,
            address: began.address,
        }
    }
}
