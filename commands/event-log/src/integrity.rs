//! Do log and stream agree?

use async_nats::jetstream::stream::RawMessageErrorKind;
use flowgrid_bus::{RecordedEvent, decode_message, stream_name};
use sqlx::PgConnection;

use crate::heal::read_stream;
use crate::row::{COLUMNS, decode};
use crate::store::head;
use crate::stream::{self, StreamState};
use crate::{Bus, LogError, LogInfo, LogStore};

/// How many messages are read through: beyond the part of a block that a crash leaves half written.
const READ_THROUGH: u64 = 1_000;

/// How the stream stands to its log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// The stream is whole and its last message is the log's event there; the log may be ahead.
    Agree { first: u64, stream: u64, log: u64 },
    /// There is no stream (yet): the relay makes one.
    NoStream,
    /// Messages are missing or altered; the relay makes the stream anew from the log.
    StreamDamaged { reason: String },
    /// The stream holds events that Postgres has lost: `flowgrid log heal`.
    StreamAhead { log: u64, stream: u64 },
    /// Both hold a well-formed event at this position, but not the same one.
    Diverged { position: u64 },
    /// The stream mirrors another life of this log.
    ForeignStream { stream_epoch: String },
}

/// Compares the stream with the log.
///
/// # Errors
/// [`LogError::Bus`] when NATS doesn't answer, [`LogError::Database`] when Postgres doesn't.
pub(crate) async fn compare(
    connection: &mut PgConnection,
    bus: &Bus,
    info: LogInfo,
) -> Result<Agreement, LogError> {
    let Some(state) = stream::state(bus, info).await? else {
        return Ok(Agreement::NoStream);
    };
    // Only now: asked before, a log that is being written would seem behind its own mirror.
    let head = head(&mut *connection, info.id).await?;
    if !state.is_of(info.epoch) {
        return Ok(Agreement::ForeignStream {
            stream_epoch: state.epoch,
        });
    }
    if state.last > head {
        return Ok(Agreement::StreamAhead {
            log: head,
            stream: state.last,
        });
    }
    if !state.is_whole() {
        return Ok(Agreement::StreamDamaged {
            reason: format!("{state:?}"),
        });
    }
    if state.messages == 0 {
        return Ok(Agreement::Agree {
            first: state.first,
            stream: state.last,
            log: head,
        });
    }
    compare_last(connection, bus, info, head, &state).await
}

async fn compare_last(
    connection: &mut PgConnection,
    bus: &Bus,
    info: LogInfo,
    head: u64,
    state: &StreamState,
) -> Result<Agreement, LogError> {
    let ours = event_at(connection, info, state.last).await?;
    let theirs = match message_at(bus, info, state.last).await {
        Ok(event) => event,
        Err(LogError::Corrupt(reason)) => return Ok(Agreement::StreamDamaged { reason }),
        Err(other) => return Err(other),
    };
    // An archived event can't be compared; the stream's word stands.
    let Some(ours) = ours else {
        return Ok(Agreement::Agree {
            first: state.first,
            stream: state.last,
            log: head,
        });
    };
    if ours.event_id != theirs.event_id {
        return Ok(Agreement::Diverged {
            position: state.last,
        });
    }
    if ours.payload != theirs.payload {
        return Ok(Agreement::StreamDamaged {
            reason: format!("message {} was altered", state.last),
        });
    }
    Ok(Agreement::Agree {
        first: state.first,
        stream: state.last,
        log: head,
    })
}

/// Reads the stream's newest messages one by one: what a stream says of itself doesn't tell that
/// one of them was altered on disk. `found` becomes [`Agreement::StreamDamaged`] where one is
/// missing or isn't the log's event.
///
/// # Errors
/// As [`compare`].
pub(crate) async fn read_through(
    store: &LogStore,
    bus: &Bus,
    info: LogInfo,
    found: Agreement,
) -> Result<Agreement, LogError> {
    let Agreement::Agree { first, stream, .. } = found else {
        return Ok(found);
    };
    let after = stream.saturating_sub(READ_THROUGH).max(first.max(1) - 1);
    let theirs = match read_stream(bus, info, after, stream).await {
        Ok(theirs) => theirs,
        Err(LogError::Corrupt(reason)) => return Ok(Agreement::StreamDamaged { reason }),
        Err(other) => return Err(other),
    };
    let ours = store.read(info.id, after, theirs.len()).await?;
    // What was archived can't be compared; the stream's word stands.
    let differs = ours.iter().zip(&theirs).find(|(ours, theirs)| {
        ours.position == theirs.position
            && (ours.event_id != theirs.event_id || ours.payload != theirs.payload)
    });
    Ok(match differs {
        None => found,
        Some((ours, _)) => Agreement::StreamDamaged {
            reason: format!("message {} was altered", ours.position),
        },
    })
}

async fn event_at(
    connection: &mut PgConnection,
    info: LogInfo,
    at: u64,
) -> Result<Option<RecordedEvent>, LogError> {
    let sql = format!("select {COLUMNS} from events where log_id = $1 and position = $2");
    let row = sqlx::query(&sql)
        .bind(info.id.0)
        .bind(at.cast_signed())
        .fetch_optional(connection)
        .await?;
    row.map(|row| decode(info.id, &row)).transpose()
}

/// One message of the stream as the event it carries.
pub(crate) async fn message_at(
    bus: &Bus,
    info: LogInfo,
    at: u64,
) -> Result<RecordedEvent, LogError> {
    let stream = bus
        .context()
        .get_stream_no_info(stream_name(info.id))
        .await
        .map_err(|error| LogError::Bus(error.to_string()))?;
    let message = stream.get_raw_message(at).await.map_err(|error| {
        let text = format!("message {at}: {error}");
        match error.kind() {
            RawMessageErrorKind::NoMessageFound => LogError::Corrupt(text),
            // A server that doesn't answer in time says nothing of its messages.
            RawMessageErrorKind::InvalidSubject
            | RawMessageErrorKind::JetStream(_)
            | RawMessageErrorKind::Other => LogError::Bus(text),
        }
    })?;
    Ok(decode_message(
        info.id,
        at,
        Some(&message.headers),
        message.payload,
    )?)
}

/// Compares a log with its stream, for `flowgrid doctor` and `flowgrid log check`.
///
/// # Errors
/// When Postgres or NATS doesn't answer.
pub async fn check(store: &LogStore, bus: &Bus, info: LogInfo) -> Result<Agreement, LogError> {
    let mut connection = store.pool().acquire().await?;
    compare(&mut connection, bus, info).await
}
