//! Every route of the document, with who may call it and what another organization gets.

use flowgrid_bus::Role;
use serde_json::{Value, json};

use crate::call::tomorrow;

/// The least that a caller must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    Nothing,
    Member(Role),
    Operator,
}

/// What a member of another organization gets for the things of this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// 404, and nothing happens.
    NotFound,
    /// A list without them.
    Empty,
    /// A thing of its own, under the same id if one is given.
    ItsOwn,
    /// The route belongs to no organization.
    Nobodys,
}

pub struct Case {
    pub method: &'static str,
    pub path: &'static str,
    pub needs: Needs,
    pub foreign: Foreign,
    pub body: Value,
}

const VIEWER: Needs = Needs::Member(Role::Viewer);
const USER: Needs = Needs::Member(Role::User);
const MANAGER: Needs = Needs::Member(Role::Manager);
const ADMIN: Needs = Needs::Member(Role::Admin);

fn case(
    method: &'static str,
    path: &'static str,
    needs: Needs,
    foreign: Foreign,
    body: Value,
) -> Case {
    Case {
        method,
        path,
        needs,
        foreign,
        body,
    }
}

pub fn cases() -> Vec<Case> {
    use Foreign::{Empty, ItsOwn, Nobodys, NotFound};
    let none = || Value::Null;
    let mut cases = vec![
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
    ];
    let until = || json!({"until": tomorrow()});
    cases.extend([
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
    ]);
    cases.extend(auth());
    cases
}

/// Signing in, where frontends look for it. A body that says nothing is refused before anything else
/// is.
fn auth() -> Vec<Case> {
    const SHARED: [(&str, &str, Needs); 14] = [
        ("post", "register", Needs::Nothing),
        ("post", "login", Needs::Nothing),
        ("post", "logout", VIEWER),
        ("post", "refresh", Needs::Nothing),
        ("get", "me", VIEWER),
        ("get", "verify", VIEWER),
        ("post", "change-password", VIEWER),
        ("post", "forgot-password", Needs::Nothing),
        ("post", "reset-password", Needs::Nothing),
        ("post", "verify-email", Needs::Nothing),
        ("post", "2fa/setup", VIEWER),
        ("post", "2fa/verify", Needs::Nothing),
        ("post", "2fa/disable", VIEWER),
        ("get", "sessions", VIEWER),
    ];
    const CANONICAL: [(&str, &str, Needs); 7] = [
        ("post", "api-keys", USER),
        ("get", "api-keys", USER),
        ("delete", "api-keys/{id}", USER),
        ("post", "refresh-token", Needs::Nothing),
        ("get", "organizations", VIEWER),
        ("post", "switch-organization", VIEWER),
        ("delete", "sessions/{id}", VIEWER),
    ];
    let below = |prefix: &'static str| {
        move |(method, path, needs): (&'static str, &'static str, Needs)| {
            let path: &'static str = format!("{prefix}/{path}").leak();
            // A person's own, whatever its organization; `people.rs` tries another person's.
            case(method, path, needs, Foreign::Nobodys, json!({"unknown": 1}))
        }
    };
    let canonical = SHARED
        .into_iter()
        .chain(CANONICAL)
        .map(below("/api/v1/auth"));
    canonical
        .chain(SHARED.into_iter().map(below("/auth")))
        .collect()
}
