//! The organization, its members and invitations. Tokens of these tests are for organizations that
//! nobody has founded; `invitations.rs`, `members.rs` and `organization.rs` try founded ones.

use serde_json::{Value, json};

use super::Foreign::{Empty, NotFound};
use super::{ADMIN, Case, case};

pub fn cases() -> Vec<Case> {
    let none = || Value::Null;
    const INVITATIONS: &str = "/api/v1/organization/invitations";
    const INVITATION: &str = "/api/v1/organization/invitations/{id}";
    const RESEND: &str = "/api/v1/organization/invitations/{id}/resend";
    let ben = || json!({"email": "ben@example.org"});
    vec![
        case("get", INVITATIONS, ADMIN, Empty, none()),
        case("post", INVITATIONS, ADMIN, NotFound, ben()),
        case("delete", INVITATION, ADMIN, NotFound, none()),
        case("post", RESEND, ADMIN, NotFound, none()),
    ]
}
