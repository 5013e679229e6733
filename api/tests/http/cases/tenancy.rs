//! The organization, its members and invitations. Tokens of these tests are for organizations that
//! nobody has founded; `invitations.rs`, `members.rs` and `organization.rs` try founded ones.

use serde_json::{Value, json};

use super::Foreign::{Empty, NotFound};
use super::{ADMIN, Case, VIEWER, case};

pub fn cases() -> Vec<Case> {
    let none = || Value::Null;
    const ORGANIZATION: &str = "/api/v1/organization";
    const PLAN: &str = "/api/v1/organization/plan";
    const KEEP: &str = "/api/v1/organization/keep";
    const MEMBERS: &str = "/api/v1/organization/members";
    const MEMBER: &str = "/api/v1/organization/members/{id}";
    const INVITATIONS: &str = "/api/v1/organization/invitations";
    const INVITATION: &str = "/api/v1/organization/invitations/{id}";
    const RESEND: &str = "/api/v1/organization/invitations/{id}/resend";
    let ben = || json!({"email": "ben@example.org"});
    let name = || json!({"name": "Another"});
    vec![
        case("get", ORGANIZATION, VIEWER, NotFound, none()),
        case("put", ORGANIZATION, ADMIN, NotFound, name()),
        case("delete", ORGANIZATION, ADMIN, NotFound, none()),
        case("post", KEEP, ADMIN, NotFound, none()),
        case("put", PLAN, ADMIN, NotFound, json!({"plan": "pro"})),
        case("get", MEMBERS, ADMIN, Empty, none()),
        case("delete", MEMBER, ADMIN, NotFound, none()),
        case("get", INVITATIONS, ADMIN, Empty, none()),
        case("post", INVITATIONS, ADMIN, NotFound, ben()),
        case("delete", INVITATION, ADMIN, NotFound, none()),
        case("post", RESEND, ADMIN, NotFound, none()),
    ]
}
