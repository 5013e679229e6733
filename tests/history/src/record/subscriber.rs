//! What a subscriber writes of what it hears.

use std::io;

use flowgrid_bus::{Position, Role};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::file::Lines;
use super::line::SubscriberLine;
use crate::hash::of_text;

/// The file of one subscriber.
///
/// It resumes after the last position it has seen or was told, never from an older one: what it
/// would be sent again would count as heard twice.
#[derive(Debug)]
pub struct SubscriberLog {
    lines: Lines,
    last: Option<Position>,
}

/// The fields of the server's messages that matter here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message<'t> {
    #[serde(rename = "type")]
    kind: String,
    position: Option<Position>,
    resume: Option<Position>,
    recovered: Option<bool>,
    event: Option<String>,
    aggregate_type: Option<String>,
    aggregate_id: Option<String>,
    revision: Option<u64>,
    #[serde(borrow)]
    data: Option<&'t RawValue>,
}

impl SubscriberLog {
    pub(super) fn new(mut lines: Lines, org: &str, role: Role, channel: &str) -> io::Result<Self> {
        lines.write(&SubscriberLine::Follows {
            org: org.to_owned(),
            role,
            channel: channel.to_owned(),
        })?;
        Ok(Self { lines, last: None })
    }

    /// Where to resume: the last position seen, or told by an answer; `None` the first time.
    pub fn last(&self) -> Option<Position> {
        self.last
    }

    /// A `subscribe` is about to be sent. Answers the position to send as its `after`.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn subscribing(&mut self) -> io::Result<Option<Position>> {
        let after = self.last;
        self.lines.write(&SubscriberLine::Subscribing { after })?;
        Ok(after)
    }

    /// A message of this subscription came, as its JSON text. Those that tell no position are let
    /// by.
    ///
    /// # Errors
    /// When the text is no such message, or the file can't be written.
    pub fn heard(&mut self, text: &str) -> io::Result<()> {
        let message: Message = serde_json::from_str(text)?;
        match (&*message.kind, message.position) {
            ("subscribed", Some(position)) => {
                let recovered = message.recovered;
                // After a recovery everything since the position that was sent is still to come.
                if recovered != Some(true) {
                    self.last = Some(position);
                }
                self.lines.write(&SubscriberLine::Subscribed {
                    position,
                    recovered,
                })
            }
            ("event", Some(position)) => {
                let line = seen(message, position).ok_or(io::ErrorKind::InvalidData)?;
                self.last = Some(position);
                self.lines.write(&line)
            }
            // Last words: nothing up to there is missing, says the server.
            ("position", Some(standing)) => {
                self.stands_at(standing);
                Ok(())
            }
            ("lagged", None) => {
                self.stands_at(message.resume.ok_or(io::ErrorKind::InvalidData)?);
                Ok(())
            }
            ("subscribed" | "event", None) => Err(io::ErrorKind::InvalidData.into()),
            _ => Ok(()),
        }
    }

    /// Never back: what was seen already would come again.
    fn stands_at(&mut self, told: Position) {
        if self.last.is_none_or(|last| last.n < told.n) {
            self.last = Some(told);
        }
    }

    /// The connection is gone, whoever closed it.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn disconnected(&mut self) -> io::Result<()> {
        self.lines.write(&SubscriberLine::Disconnected)
    }

    /// It leaves before the end of the run: what comes later it need not have seen. Whoever doesn't
    /// leave must have seen everything when the evidence is collected.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn left(&mut self) -> io::Result<()> {
        self.lines.write(&SubscriberLine::Left)
    }
}

fn seen(message: Message<'_>, position: Position) -> Option<SubscriberLine> {
    Some(SubscriberLine::Seen {
        position,
        event: message.event?,
        aggregate_type: message.aggregate_type?,
        id: message.aggregate_id?,
        revision: message.revision?,
        data: of_text(message.data?.get()),
    })
}
