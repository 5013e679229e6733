//! The headers and query parameters that routes have in common, as the document shows them. They
//! are read by [`crate::request`].

use chrono::{DateTime, Utc};
use utoipa::IntoParams;

/// Headers of a command.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only describes requests")]
pub struct CommandHeaders {
    /// 1 to 255 visible ASCII characters: the same key and request within 24 h get the first
    /// answer again; another request under it gets 422.
    #[param(
        rename = "Idempotency-Key",
        required = false,
        min_length = 1,
        max_length = 255
    )]
    idempotency_key: String,
    /// `"<revision>"`: 412 when the thing moved on.
    #[param(
        rename = "If-Match",
        required = false,
        pattern = r#"^(\*|"[0-9]{1,19}(\.[^"]*)?")$"#
    )]
    if_match: String,
    /// Kept or made, and returned.
    #[param(rename = "X-Request-Id", required = false)]
    request_id: String,
    /// The frontend that calls. flov7 and chronicles get their answers in snake_case.
    #[param(rename = "X-Frontend-Source", required = false, max_length = 64)]
    frontend: String,
    /// W3C Trace Context; goes on into the events.
    #[param(rename = "traceparent", required = false)]
    traceparent: String,
}

/// Headers of readings.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only describes requests")]
pub struct DeliveryHeaders {
    /// 1 to 255 visible ASCII characters: the same key and request within 24 h get the first
    /// answer again; another request under it gets 422.
    #[param(
        rename = "Idempotency-Key",
        required = false,
        min_length = 1,
        max_length = 255
    )]
    idempotency_key: String,
    /// `gzip`, when the body is compressed.
    #[param(rename = "Content-Encoding", required = false)]
    content_encoding: String,
    /// Kept or made, and returned.
    #[param(rename = "X-Request-Id", required = false)]
    request_id: String,
    /// The frontend that calls. flov7 and chronicles get their answers in snake_case.
    #[param(rename = "X-Frontend-Source", required = false, max_length = 64)]
    frontend: String,
    /// W3C Trace Context; goes on into the events.
    #[param(rename = "traceparent", required = false)]
    traceparent: String,
}

/// Headers of a query.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only describes requests")]
pub struct QueryHeaders {
    /// A position that a command answered: waits until the read model is there, at most 5 s.
    #[param(
        rename = "X-Min-Position",
        required = false,
        pattern = "^[0-9]{1,5}-[0-9a-f]{8}-[0-9]{1,18}$"
    )]
    min_position: String,
    /// An ETag: 304 when nothing changed.
    #[param(rename = "If-None-Match", required = false)]
    if_none_match: String,
    /// The frontend that calls. flov7 and chronicles get their answers in snake_case.
    #[param(rename = "X-Frontend-Source", required = false, max_length = 64)]
    frontend: String,
}

/// Which buildings.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes requests")]
pub struct BuildingQuery {
    kind: Option<String>,
    /// `active` or `retired`; all without it.
    status: Option<String>,
    /// Anywhere in name, address or id; also `q`, `search`.
    text: Option<String>,
    /// `west,south,east,north` in degrees.
    #[param(example = "8.9,48.3,9.1,48.4")]
    bbox: Option<String>,
    #[param(rename = "updatedSince")]
    updated_since: Option<DateTime<Utc>>,
    /// `id`, `name`, `kind`, `status`, `area`, `createdAt`, `updatedAt`; `-` before it for
    /// descending.
    sort: Option<String>,
    /// `json` or `geojson`.
    format: Option<String>,
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Also `skip`, or `page` from 1.
    #[param(maximum = 1_000_000, default = 0)]
    offset: Option<u32>,
}

/// Which alerts.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes requests")]
pub struct AlertQuery {
    /// `open`, `acknowledged` or `resolved`; all without it.
    status: Option<String>,
    /// Also `type`.
    severity: Option<String>,
    /// A kind of sources, or one of them: `rule`, `rule/overheat`.
    source: Option<String>,
    /// Id of a building; also `buildingId`.
    building: Option<String>,
    /// Id of a grid node; also `nodeId`.
    node: Option<String>,
    assignee: Option<String>,
    /// Anywhere in title, message or alert type; also `q`, `search`.
    text: Option<String>,
    #[param(rename = "updatedSince")]
    updated_since: Option<DateTime<Utc>>,
    /// `id`, `title`, `alertType`, `severity`, `status`, `count`, `firstOccurredAt`,
    /// `lastOccurredAt`, `createdAt`, `updatedAt`; `-` before it for descending.
    sort: Option<String>,
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Also `skip`, or `page` from 1.
    #[param(maximum = 1_000_000, default = 0)]
    offset: Option<u32>,
}

/// Which events.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes requests")]
pub struct EventQuery {
    /// A position token: begin after it. Also `after`.
    cursor: Option<String>,
    /// A pattern over `<aggregate type>.<id>.<event>` with NATS's wildcards.
    #[param(example = "building.*.registered")]
    subject: Option<String>,
    /// `domain` (the default), `telemetry` or `identity`.
    log: Option<String>,
    /// `json` or `ndjson`; without it, `Accept` decides.
    format: Option<String>,
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
}

/// Which part of a history.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes requests")]
pub struct HistoryQuery {
    /// A revision, or a time in RFC 3339: answers the state then.
    at: Option<String>,
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Counts revisions.
    #[param(maximum = 1_000_000, default = 0)]
    offset: Option<u32>,
}
