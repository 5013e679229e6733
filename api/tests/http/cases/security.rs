//! Security events and threats.

use serde_json::{Value, json};

use super::Foreign::{Empty, NotFound};
use super::{ADMIN, Case, USER, case};

pub fn cases() -> Vec<Case> {
    let events = |path| case("get", path, ADMIN, Empty, Value::Null);
    let threats = |path| case("get", path, ADMIN, Empty, Value::Null);
    // Nothing can be kept of a person of whom the organization has no key.
    let log = |path| case("post", path, USER, NotFound, json!({"eventType": "ODD"}));
    vec![
        events("/api/v1/security/events"),
        events("/api/security/events"),
        log("/api/v1/security/log"),
        log("/api/security/log"),
        threats("/api/v1/security/threats"),
        threats("/api/security/threats"),
        case(
            "post",
            "/api/v1/security/threats/{id}/dismiss",
            ADMIN,
            NotFound,
            json!({}),
        ),
    ]
}
