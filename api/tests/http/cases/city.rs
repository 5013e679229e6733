//! Buildings.

use serde_json::{Value, json};

use super::Foreign::{Empty, ItsOwn, NotFound};
use super::{Case, MANAGER, USER, VIEWER, case};

pub fn cases() -> Vec<Case> {
    let none = || Value::Null;
    vec![
        case("get", "/api/v1/citypulse/buildings", VIEWER, Empty, none()),
        case(
            "post",
            "/api/v1/citypulse/buildings",
            USER,
            ItsOwn,
            json!({"name": "B", "id": "b"}),
        ),
        case(
            "get",
            "/api/v1/citypulse/buildings/{id}",
            VIEWER,
            NotFound,
            none(),
        ),
        case(
            "put",
            "/api/v1/citypulse/buildings/{id}",
            USER,
            NotFound,
            json!({"name": "C"}),
        ),
        case(
            "delete",
            "/api/v1/citypulse/buildings/{id}",
            MANAGER,
            NotFound,
            none(),
        ),
    ]
}
