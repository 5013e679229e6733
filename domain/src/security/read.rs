//! Reports of members, read from JSON bodies with camelCase names.

use serde_json::{Map, Value};

use crate::values::Token;
use crate::{FieldError, Fields};

/// The most that a member may say, as JSON, in bytes.
const LARGEST_DETAILS: usize = 4 * 1024;

/// Something that a member reports.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    pub event_type: Token,
    pub details: Map<String, Value>,
}

/// Who reports it, from where and when is known better by whoever receives it: those fields are not
/// looked at.
///
/// # Errors
/// With everything that is wrong: missing, of another type, out of bounds, unknown.
pub fn read_report(body: &Map<String, Value>) -> Result<Report, Vec<FieldError>> {
    let mut fields = Fields::of(body);
    let event_type = fields.required("eventType");
    let details = fields.object("details").cloned().unwrap_or_default();
    // A map of JSON values always serializes.
    let size = serde_json::to_string(&details).map_or(usize::MAX, |text| text.len());
    if size > LARGEST_DETAILS {
        let detail = format!("must be at most {LARGEST_DETAILS} bytes as JSON");
        fields.wrong("details", detail);
    }
    fields.read_only(&["id", "userId", "ipAddress", "userAgent", "timestamp"]);
    fields.finish(event_type.map(|event_type| Report {
        event_type,
        details,
    }))
}
