//! A notification's life: not sent, unread, read.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{LARGEST_DATA, NotificationCommand, NotificationEvent, Read, Send, Sent};
use crate::values::whole_micros;
use crate::{Decider, LogKind, Rejection};

/// A notification in one phase of its life.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Notification {
    #[default]
    Unsent,
    Unread(Notice),
    Read(Notice, DateTime<Utc>),
}

/// What there is to know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    pub user_id: String,
    pub kind: String,
    pub title: String,
    pub message: Option<String>,
    pub data: Option<Map<String, Value>>,
}

impl Decider for Notification {
    const TYPE: &'static str = "notification";
    const LOG: LogKind = LogKind::Identity;
    type Command = NotificationCommand;
    type Event = NotificationEvent;

    fn decide(&self, command: &NotificationCommand) -> Result<Vec<NotificationEvent>, Rejection> {
        match (self, command) {
            (Self::Unsent, NotificationCommand::Send(send)) => {
                check_size(send)?;
                Ok(vec![NotificationEvent::Sent(send.into())])
            }
            (Self::Unread(_) | Self::Read(..), NotificationCommand::Send(_)) => {
                let detail = "a notification of this id was sent".to_owned();
                Err(Rejection::AlreadyExists { detail })
            }
            (Self::Unsent, NotificationCommand::MarkRead { .. }) => Err(Rejection::NotFound),
            (Self::Unread(notice), NotificationCommand::MarkRead { at }) => {
                Ok(vec![NotificationEvent::Read(Read {
                    user_id: notice.user_id.clone(),
                    at: whole_micros(*at),
                })])
            }
            (Self::Read(..), NotificationCommand::MarkRead { .. }) => Ok(Vec::new()),
        }
    }

    fn evolve(&mut self, event: &NotificationEvent) {
        match event {
            NotificationEvent::Sent(sent) => *self = Self::Unread(sent.into()),
            NotificationEvent::Read(read) => {
                if let Self::Unread(notice) = std::mem::take(self) {
                    *self = Self::Read(notice, read.at);
                }
            }
        }
    }
}

fn check_size(send: &Send) -> Result<(), Rejection> {
    // A map of JSON values always serializes.
    let size = serde_json::to_string(&send.data).map_or(usize::MAX, |text| text.len());
    if size > LARGEST_DATA {
        let detail = format!("must be at most {LARGEST_DATA} bytes as JSON");
        return Err(Rejection::field("/data", detail));
    }
    Ok(())
}

impl From<&Send> for Sent {
    fn from(send: &Send) -> Self {
        Self {
            user_id: send.user_id.clone().into(),
            kind: send.kind.clone().into(),
            title: send.title.clone().into(),
            message: send.message.clone().map(Into::into),
            data: send.data.clone(),
        }
    }
}

impl From<&Sent> for Notice {
    fn from(sent: &Sent) -> Self {
        let Sent {
            user_id,
            kind,
            title,
            message,
            data,
        } = sent.clone();
        Self {
            user_id,
            kind,
            title,
            message,
            data,
        }
    }
}
