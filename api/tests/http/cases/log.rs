//! History, and the read models made from it.

use serde_json::Value;

use super::Foreign::{Empty, Nobodys, NotFound};
use super::{ADMIN, Case, Needs, VIEWER, case};

pub fn cases() -> Vec<Case> {
    let none = || Value::Null;
    vec![
        case("get", "/api/v1/events", VIEWER, Empty, none()),
        case(
            "get",
            "/api/v1/events/{aggregateType}/{id}",
            VIEWER,
            NotFound,
            none(),
        ),
        case("get", "/api/v1/projections", ADMIN, Nobodys, none()),
        case(
            "post",
            "/api/v1/projections/{name}/rebuild",
            Needs::Operator,
            Nobodys,
            none(),
        ),
        case(
            "delete",
            "/api/v1/projections/{name}/rebuild",
            Needs::Operator,
            Nobodys,
            none(),
        ),
        case(
            "post",
            "/api/v1/projections/{name}/rebuild/cancel",
            Needs::Operator,
            Nobodys,
            none(),
        ),
        case(
            "post",
            "/api/v1/projections/{name}/rebuild/resume",
            Needs::Operator,
            Nobodys,
            none(),
        ),
    ]
}
