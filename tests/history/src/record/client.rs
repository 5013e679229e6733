//! What a client writes of its commands.

use std::io;

use flowgrid_bus::Position;

use super::file::Lines;
use super::line::ClientLine;

/// A command that is about to be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Its own in the whole run ([`ClientLog::mark`]); travels as `X-Request-Id`, by which the log
    /// tells which command wrote an event. A retry bears the mark of the first attempt.
    pub mark: String,
    pub org: String,
    /// `building`, `alert`
    pub aggregate_type: String,
    /// Local id; `None` while the server chooses it.
    pub aggregate_id: Option<String>,
    /// For whoever reads an objection: `register`, `change`…
    pub action: String,
    /// The `Idempotency-Key`. Only a command with a key may be sent again under its mark.
    pub key: Option<String>,
    /// It may find nothing to do (retiring what is retired): its acknowledgement then needs no
    /// event of its own, but must tell the aggregate's present.
    pub may_change_nothing: bool,
}

/// An attempt that waits for its answer. One that never gets any is unknown.
#[must_use = "the answer belongs in the record too"]
#[derive(Debug)]
pub struct Op(u64);

/// The file of one client, which has one command under way at a time.
#[derive(Debug)]
pub struct ClientLog {
    name: Box<str>,
    lines: Lines,
    marks: u64,
    attempts: u64,
}

impl ClientLog {
    pub(super) fn new(name: &str, lines: Lines) -> Self {
        Self {
            name: name.into(),
            lines,
            marks: 0,
            attempts: 0,
        }
    }

    /// A fresh mark: `<client>-<n>`.
    pub fn mark(&mut self) -> String {
        self.marks += 1;
        format!("{}-{}", self.name, self.marks)
    }

    /// To be called before the request is sent. A retry is another sending of the same mark.
    ///
    /// # Errors
    /// When the file can't be written: the request must not be sent then.
    pub fn sending(&mut self, sent: &Sent) -> io::Result<Op> {
        self.attempts += 1;
        let sent = sent.clone();
        self.lines.write(&ClientLine::Sending {
            n: self.attempts,
            mark: sent.mark,
            org: sent.org,
            aggregate_type: sent.aggregate_type,
            id: sent.aggregate_id,
            action: sent.action,
            key: sent.key,
            may_change_nothing: sent.may_change_nothing,
        })?;
        Ok(Op(self.attempts))
    }

    /// The server said yes. `position` is the answer's `X-Event-Position`, `revision` and
    /// `aggregate_id` (local) are the resource's.
    ///
    /// # Errors
    /// When `position` is no position token, or the file can't be written.
    pub fn acknowledged(
        &mut self,
        op: Op,
        position: &str,
        revision: u64,
        aggregate_id: &str,
    ) -> io::Result<()> {
        let position: Position = position
            .parse()
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        self.lines.write(&ClientLine::Acknowledged {
            n: op.0,
            position,
            revision,
            id: aggregate_id.to_owned(),
        })
    }

    /// It may have happened or not, or may happen yet: a time-out, a broken connection, an answer
    /// that doesn't say.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn unknown(&mut self, op: Op, why: &str) -> io::Result<()> {
        self.lines.write(&ClientLine::Unknown {
            n: op.0,
            why: why.chars().take(200).collect(),
        })
    }

    /// A definite no: this attempt wrote nothing and never will.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn refused(&mut self, op: Op, status: u16, code: &str) -> io::Result<()> {
        self.lines.write(&ClientLine::Refused {
            n: op.0,
            status,
            code: code.to_owned(),
        })
    }
}
