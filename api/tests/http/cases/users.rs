//! One's own things, and the people of an organization.

use flowgrid_bus::Role;
use serde_json::{Value, json};

use super::Foreign::{Empty, ItsOwn, Nobodys, NotFound};
use super::{ADMIN, Case, Needs, USER, VIEWER, case};

pub fn cases() -> Vec<Case> {
    let all = [
        own(),
        of_others().into(),
        admin(),
        notifications(),
        integrations(),
    ];
    all.into_iter().flatten().collect()
}

/// Of an organization that nobody has founded; `admin.rs` tries founded ones.
fn admin() -> Vec<Case> {
    const USERS: &str = "/api/v1/users/admin/users";
    const ROLE: &str = "/api/v1/users/admin/users/{id}/role";
    const STATUS: &str = "/api/v1/users/admin/users/{id}/status";
    const SESSIONS: &str = "/api/v1/users/admin/users/{id}/sessions";
    const STATISTICS: &str = "/api/v1/users/admin/statistics";
    let off = || json!({"status": "deactivated"});
    vec![
        case("get", USERS, ADMIN, Empty, Value::Null),
        case("put", ROLE, ADMIN, NotFound, json!({"role": "user"})),
        case("put", STATUS, ADMIN, NotFound, off()),
        case("delete", SESSIONS, ADMIN, NotFound, Value::Null),
        case("get", STATISTICS, ADMIN, Empty, Value::Null),
    ]
}

/// What is another person's; `avatars.rs` and `personal_data.rs` try real ones.
fn of_others() -> [Case; 2] {
    const AVATAR: &str = "/api/v1/users/{id}/avatar";
    const DATA: &str = "/api/v1/users/{id}/personal-data";
    let eraser = Needs::MemberOrOperator(Role::Admin);
    [
        case("get", AVATAR, VIEWER, NotFound, Value::Null),
        case("delete", DATA, eraser, NotFound, Value::Null),
    ]
}

/// A person's own, whatever its organization.
fn own() -> Vec<Case> {
    const PROFILE: &str = "/api/v1/users/profile";
    const SUBSCRIPTION: &str = "/api/v1/users/subscription";
    const AVATAR: &str = "/api/v1/users/avatar";
    const ME: &str = "/api/v1/users/me/personal-data";
    vec![
        case("put", AVATAR, VIEWER, Nobodys, json!({"unknown": 1})),
        case("delete", AVATAR, VIEWER, Nobodys, Value::Null),
        case("get", ME, VIEWER, Nobodys, Value::Null),
        case("delete", ME, VIEWER, Nobodys, Value::Null),
        case("get", SUBSCRIPTION, VIEWER, Nobodys, Value::Null),
        case("put", SUBSCRIPTION, VIEWER, Nobodys, json!({"unknown": 1})),
        case("get", PROFILE, VIEWER, Nobodys, Value::Null),
        case("put", PROFILE, VIEWER, Nobodys, json!({"unknown": 1})),
    ]
}

/// What another person of the same organization gets, `notifications.rs` tries.
fn notifications() -> Vec<Case> {
    let case = |method, path, foreign| case(method, path, VIEWER, foreign, Value::Null);
    vec![
        case("get", "/api/v1/users/notifications", Empty),
        case("get", "/api/v1/shared/notifications", Empty),
        case("put", "/api/v1/users/notifications/read-all", Nobodys),
        case("put", "/api/v1/users/notifications/{id}/read", NotFound),
    ]
}

/// What another person of the same organization gets, `integrations.rs` tries.
fn integrations() -> Vec<Case> {
    const LIST: &str = "/api/v1/users/integrations";
    const ONE: &str = "/api/v1/users/integrations/{id}";
    const TEST: &str = "/api/v1/users/integrations/{id}/test";
    let new = json!({"service": "github"});
    vec![
        case("get", LIST, USER, Empty, Value::Null),
        case("post", LIST, USER, ItsOwn, new),
        case("get", ONE, USER, NotFound, Value::Null),
        case("put", ONE, USER, NotFound, json!({"name": "Theirs"})),
        case("delete", ONE, USER, NotFound, Value::Null),
        case("post", TEST, USER, NotFound, Value::Null),
    ]
}
