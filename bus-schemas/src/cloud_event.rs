//! CloudEvents 1.0, binary mode, on NATS: attributes are headers `ce-…`, the payload is the body.
//! (CloudEvents NATS Protocol Binding 1.0.2, section 3.1.)
//!
//! Ours beyond the standard's: `ce-tenantid`, `ce-sequence`, `ce-eventversion`, `ce-metadata`.

use async_nats::HeaderMap;
use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use uuid::Uuid;

use crate::{Epoch, LogId, RecordedEvent, intern};

const TYPE_PREFIX: &str = "io.flowgrid.";

/// Made once: a name given as text is checked and copied for each message.
mod name {
    use async_nats::HeaderName;

    pub const CONTENT_TYPE: HeaderName = HeaderName::from_static("content-type");
    pub const SPEC_VERSION: HeaderName = HeaderName::from_static("ce-specversion");
    pub const ID: HeaderName = HeaderName::from_static("ce-id");
    pub const TYPE: HeaderName = HeaderName::from_static("ce-type");
    pub const SOURCE: HeaderName = HeaderName::from_static("ce-source");
    pub const SUBJECT: HeaderName = HeaderName::from_static("ce-subject");
    pub const TIME: HeaderName = HeaderName::from_static("ce-time");
    pub const TENANT: HeaderName = HeaderName::from_static("ce-tenantid");
    pub const SEQUENCE: HeaderName = HeaderName::from_static("ce-sequence");
    pub const EVENT_VERSION: HeaderName = HeaderName::from_static("ce-eventversion");
    pub const METADATA: HeaderName = HeaderName::from_static("ce-metadata");
}

/// A message that the relay can't have written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("message {position} of log {log}: {what} is missing or malformed")]
pub struct HeaderError {
    pub log: LogId,
    pub position: u64,
    pub what: &'static str,
}

/// The headers of an event's message.
pub fn encode_headers(event: &RecordedEvent, epoch: Epoch) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let time = event
        .recorded_at
        .to_rfc3339_opts(SecondsFormat::Micros, true);
    headers.insert(name::CONTENT_TYPE, "application/json");
    headers.insert(name::SPEC_VERSION, "1.0");
    headers.insert(name::ID, event.event_id.to_string());
    headers.insert(name::TYPE, format!("{TYPE_PREFIX}{}", event.event_type));
    headers.insert(name::SOURCE, format!("/flowgrid/{}/{epoch}", event.log));
    headers.insert(
        name::SUBJECT,
        format!("{}/{}", event.aggregate_type, event.aggregate_id),
    );
    headers.insert(name::TIME, time);
    headers.insert(name::TENANT, event.tenant_id.to_string());
    headers.insert(name::SEQUENCE, event.sequence.to_string());
    headers.insert(name::EVENT_VERSION, &*event.event_version);
    headers.insert(name::METADATA, &*event.metadata);
    headers
}

/// The whole event again, from its message.
///
/// # Errors
/// When a header is missing or malformed.
pub fn decode_message(
    log: LogId,
    position: u64,
    headers: Option<&HeaderMap>,
    body: Bytes,
) -> Result<RecordedEvent, HeaderError> {
    let bad = |what| HeaderError {
        log,
        position,
        what,
    };
    let headers = headers.ok_or(bad("headers"))?;
    let get = |name: &'static str| headers.get(name).map(|v| v.as_str()).ok_or(bad(name));
    let uuid = |name| Uuid::parse_str(get(name)?).map_err(|_| bad(name));
    let event_type = get("ce-type")?;
    let event_type = event_type.strip_prefix(TYPE_PREFIX).ok_or(bad("ce-type"))?;
    let (aggregate_type, aggregate_id) = get("ce-subject")?
        .split_once('/')
        .ok_or(bad("ce-subject"))?;
    let time = DateTime::parse_from_rfc3339(get("ce-time")?).map_err(|_| bad("ce-time"))?;
    Ok(RecordedEvent {
        log,
        position,
        event_id: uuid("ce-id")?,
        tenant_id: uuid("ce-tenantid")?,
        aggregate_type: intern(aggregate_type),
        aggregate_id: aggregate_id.into(),
        sequence: get("ce-sequence")?
            .parse()
            .map_err(|_| bad("ce-sequence"))?,
        event_type: intern(event_type),
        event_version: intern(get("ce-eventversion")?),
        payload: body,
        metadata: get("ce-metadata")?.into(),
        recorded_at: time.with_timezone(&Utc),
    })
}
