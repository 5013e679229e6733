//! Whether the log may accept commands: log and stream are compared before the first one, and
//! whenever Postgres comes back.

use std::fmt;

use sqlx::PgConnection;

use crate::integrity::{Agreement, compare};
use crate::store::head;
use crate::{Bus, LogError, LogInfo};

/// Why a log refuses commands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The stream holds events that Postgres has lost.
    StreamAhead { log: u64, stream: u64 },
    /// The log ends before an event that this process has acknowledged.
    LogLostTail { acknowledged: u64 },
    /// Both hold different events at the same position.
    Diverged { position: u64 },
    /// The stream belongs to another life of the log.
    ForeignStream { stream_epoch: String },
    /// Postgres changed hands while NATS can't be reached, so they can't be compared.
    NotCompared,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StreamAhead { log, stream } => write!(
                f,
                "the log ends at {log}, the stream at {stream}: Postgres has lost its tail; run `flowgrid log heal`"
            ),
            Self::LogLostTail { acknowledged } => {
                write!(
                    f,
                    "the log ends before {acknowledged}, which was acknowledged; run `flowgrid log heal`"
                )
            }
            Self::Diverged { position } => {
                write!(
                    f,
                    "log and stream hold different events at {position}; see `flowgrid log check`"
                )
            }
            Self::ForeignStream { stream_epoch } => {
                write!(
                    f,
                    "the stream belongs to another life of this log (epoch {stream_epoch})"
                )
            }
            Self::NotCompared => {
                write!(
                    f,
                    "Postgres changed hands and NATS can't be reached, so log and stream can't be compared"
                )
            }
        }
    }
}

/// What the appender knows of log and stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GateState {
    /// Compared, in agreement.
    Open,
    /// Not yet compared since Postgres came (back).
    Unverified,
    Refused(Refusal),
}

/// Which Postgres this is: a promoted replica has another timeline, a new cluster another identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ServerIdentity {
    system: i64,
    timeline: i32,
}

pub(super) async fn identity(connection: &mut PgConnection) -> Result<ServerIdentity, LogError> {
    let (system, timeline) = sqlx::query_as(
        "select s.system_identifier, c.timeline_id from pg_control_system() s, pg_control_checkpoint() c",
    )
    .fetch_one(connection)
    .await?;
    Ok(ServerIdentity { system, timeline })
}

/// Compares, and says whether commands may be accepted, and from which position on.
/// `acknowledged` is the newest position this process has answered for; `compared_with` the
/// server it last compared on.
pub(super) async fn verify(
    connection: &mut PgConnection,
    bus: &Bus,
    info: LogInfo,
    acknowledged: u64,
    compared_with: Option<ServerIdentity>,
) -> Result<(GateState, u64, Option<ServerIdentity>), LogError> {
    let server = identity(connection).await?;
    let head = head(&mut *connection, info.id).await?;
    if head < acknowledged {
        return Ok((
            GateState::Refused(Refusal::LogLostTail { acknowledged }),
            head,
            compared_with,
        ));
    }
    match compare(connection, bus, info).await {
        Ok(agreement) => Ok((gate(agreement), head, Some(server))),
        // While NATS is down the appender goes on if it has compared since Postgres changed hands.
        Err(LogError::Bus(_)) if compared_with == Some(server) => {
            Ok((GateState::Open, head, Some(server)))
        }
        Err(LogError::Bus(_)) => Ok((
            GateState::Refused(Refusal::NotCompared),
            head,
            compared_with,
        )),
        Err(other) => Err(other),
    }
}

fn gate(agreement: Agreement) -> GateState {
    match agreement {
        // A damaged or missing stream is made anew from the log by the relay: no harm to commands.
        Agreement::Agree { .. } | Agreement::NoStream | Agreement::StreamDamaged { .. } => {
            GateState::Open
        }
        Agreement::StreamAhead { log, stream } => {
            GateState::Refused(Refusal::StreamAhead { log, stream })
        }
        Agreement::Diverged { position } => GateState::Refused(Refusal::Diverged { position }),
        Agreement::ForeignStream { stream_epoch } => {
            GateState::Refused(Refusal::ForeignStream { stream_epoch })
        }
    }
}
