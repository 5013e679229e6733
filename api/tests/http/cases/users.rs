//! One's own things, and the people of an organization.

use serde_json::{Value, json};

use super::Foreign::Nobodys;
use super::{Case, VIEWER, case};

pub fn cases() -> Vec<Case> {
    own()
}

/// A person's own, whatever its organization.
fn own() -> Vec<Case> {
    const PROFILE: &str = "/api/v1/users/profile";
    vec![
        case("get", PROFILE, VIEWER, Nobodys, Value::Null),
        case("put", PROFILE, VIEWER, Nobodys, json!({"unknown": 1})),
    ]
}
