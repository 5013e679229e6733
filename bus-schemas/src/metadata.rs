//! What an event says about its cause.

use serde::{Deserialize, Serialize};

/// Who caused an event, through what. No secret, no personal data: `actor` is an opaque id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Metadata {
    /// Id of the person, key or worker.
    pub actor: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// W3C Trace Context of the request's span.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// Which frontend sent the command (`X-Frontend-Source`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frontend: Option<String>,
    /// The `Idempotency-Key` of the command: the receipt can be derived again from the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// Hash of method, path and body, which a repeat under the same key must equal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// The HTTP status that the first answer had.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
}
