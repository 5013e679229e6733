//! Alerts, under both of their paths.

use serde_json::{Value, json};

use super::Foreign::{Empty, ItsOwn, NotFound};
use super::{Case, MANAGER, USER, VIEWER, case};
use crate::call::tomorrow;

pub fn cases() -> Vec<Case> {
    let none = || Value::Null;
    let until = || json!({"until": tomorrow()});
    vec![
        case("get", "/api/v1/citypulse/alerts", VIEWER, Empty, none()),
        case(
            "post",
            "/api/v1/citypulse/alerts",
            USER,
            ItsOwn,
            json!({"title": "A"}),
        ),
        case(
            "get",
            "/api/v1/citypulse/alerts/{id}",
            VIEWER,
            NotFound,
            none(),
        ),
        case(
            "put",
            "/api/v1/citypulse/alerts/{id}",
            USER,
            NotFound,
            json!({"title": "B"}),
        ),
        case(
            "delete",
            "/api/v1/citypulse/alerts/{id}",
            MANAGER,
            NotFound,
            none(),
        ),
        case(
            "post",
            "/api/v1/citypulse/alerts/{id}/acknowledge",
            USER,
            NotFound,
            json!({}),
        ),
        case(
            "post",
            "/api/v1/citypulse/alerts/{id}/assign",
            USER,
            NotFound,
            json!({"assignee": "x"}),
        ),
        case(
            "post",
            "/api/v1/citypulse/alerts/{id}/comments",
            USER,
            NotFound,
            json!({"text": "x"}),
        ),
        case(
            "post",
            "/api/v1/citypulse/alerts/{id}/resolve",
            USER,
            NotFound,
            json!({}),
        ),
        case(
            "post",
            "/api/v1/citypulse/alerts/{id}/snooze",
            USER,
            NotFound,
            until(),
        ),
        case("get", "/api/v1/alerts", VIEWER, Empty, none()),
        case(
            "post",
            "/api/v1/alerts",
            USER,
            ItsOwn,
            json!({"title": "A"}),
        ),
        case("get", "/api/v1/alerts/{id}", VIEWER, NotFound, none()),
        case(
            "put",
            "/api/v1/alerts/{id}",
            USER,
            NotFound,
            json!({"title": "B"}),
        ),
        case("delete", "/api/v1/alerts/{id}", MANAGER, NotFound, none()),
        case(
            "post",
            "/api/v1/alerts/{id}/acknowledge",
            USER,
            NotFound,
            json!({}),
        ),
        case(
            "post",
            "/api/v1/alerts/{id}/assign",
            USER,
            NotFound,
            json!({"assignee": "x"}),
        ),
        case(
            "post",
            "/api/v1/alerts/{id}/comments",
            USER,
            NotFound,
            json!({"text": "x"}),
        ),
        case(
            "post",
            "/api/v1/alerts/{id}/resolve",
            USER,
            NotFound,
            json!({}),
        ),
        case(
            "post",
            "/api/v1/alerts/{id}/snooze",
            USER,
            NotFound,
            until(),
        ),
    ]
}
