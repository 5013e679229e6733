//! What the document shows of requests. They are read by the domain and by [`crate::request`].

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

/// Which security events.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes requests")]
pub struct SecurityEventQuery {
    /// `login`, `login-failed`, …; also `eventType`.
    #[param(rename = "type")]
    kind: Option<String>,
    /// Whom it is about.
    #[param(rename = "userId")]
    user_id: Option<String>,
    /// Recorded at or after this time.
    from: Option<DateTime<Utc>>,
    /// Recorded before this time.
    to: Option<DateTime<Utc>>,
    /// From exactly this network address.
    #[param(rename = "ipAddress")]
    ip_address: Option<String>,
    #[param(rename = "updatedSince")]
    updated_since: Option<DateTime<Utc>>,
    /// `timestamp`, or `-timestamp` for the newest first.
    #[param(default = "-timestamp")]
    sort: Option<String>,
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Also `skip`, or `page` from 1.
    #[param(maximum = 1_000_000, default = 0)]
    offset: Option<u32>,
}

/// Which threats.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes requests")]
pub struct ThreatQuery {
    /// `open` or `dismissed`; all without it.
    status: Option<String>,
    /// `info`, `low`, `medium`, `high` or `critical`.
    severity: Option<String>,
    /// `brute-force-account`, `brute-force-address`, `brute-force-spread`, `token-reuse`,
    /// `privilege-probing` or `unusual-address`; also `type`.
    #[param(rename = "threatType")]
    threat_type: Option<String>,
    #[param(rename = "updatedSince")]
    updated_since: Option<DateTime<Utc>>,
    /// `createdAt`, `-createdAt` for the newest first, or `-updatedAt`.
    #[param(default = "-createdAt")]
    sort: Option<String>,
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Also `skip`, or `page` from 1.
    #[param(maximum = 1_000_000, default = 0)]
    offset: Option<u32>,
}

/// Something to record. Who says it, from where and when is added.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only describes requests")]
pub struct SecurityLogInput {
    /// A name of one's own: letters, digits, `-` and `_`.
    #[schema(max_length = 63)]
    event_type: String,
    /// At most 4 KB as JSON. Kept sealed, as it may name people.
    details: Option<Map<String, Value>>,
}
