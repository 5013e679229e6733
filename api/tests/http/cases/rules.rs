//! Alert rules, under both of their paths.

use serde_json::{Value, json};

use super::Foreign::{Empty, ItsOwn, NotFound};
use super::{Case, MANAGER, VIEWER, case};

pub fn cases() -> Vec<Case> {
    // Of the building and the sensor that the cases of the city have made.
    let rule = || {
        json!({"name": "R", "kind": "threshold", "condition": {"above": 80},
            "target": {"sensorId": "s"}})
    };
    let of = |path: &'static str, one: &'static str, test: &'static str| {
        vec![
            case("get", path, VIEWER, Empty, Value::Null),
            case("post", path, MANAGER, ItsOwn, rule()),
            case("get", one, VIEWER, NotFound, Value::Null),
            case("put", one, MANAGER, NotFound, json!({"name": "S"})),
            case("post", test, MANAGER, NotFound, json!({})),
            case("delete", one, MANAGER, NotFound, Value::Null),
        ]
    };
    let mut all = of(
        "/api/v1/citypulse/alert-rules",
        "/api/v1/citypulse/alert-rules/{id}",
        "/api/v1/citypulse/alert-rules/{id}/test",
    );
    all.extend(of(
        "/api/v1/alert-rules",
        "/api/v1/alert-rules/{id}",
        "/api/v1/alert-rules/{id}/test",
    ));
    all
}
