//! Probes, documents and keys.

use super::Foreign::Nobodys;
use super::{Case, Needs, case};

pub fn cases() -> Vec<Case> {
    let none = || serde_json::Value::Null;
    vec![
        case("get", "/health", Needs::Nothing, Nobodys, none()),
        case("get", "/health/live", Needs::Nothing, Nobodys, none()),
        case("get", "/health/ready", Needs::Nothing, Nobodys, none()),
        case("get", "/api/v1/info", Needs::Nothing, Nobodys, none()),
        case("get", "/openapi.json", Needs::Nothing, Nobodys, none()),
        case("get", "/api-docs", Needs::Nothing, Nobodys, none()),
        case("get", "/docs", Needs::Nothing, Nobodys, none()),
        case(
            "get",
            "/.well-known/jwks.json",
            Needs::Nothing,
            Nobodys,
            none(),
        ),
        // Signs in by its first message as well; push tries that.
        case("get", "/ws", Needs::Nothing, Nobodys, none()),
        case("get", "/metrics", Needs::Operator, Nobodys, none()),
    ]
}
