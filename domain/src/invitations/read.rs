//! Invitations, read from JSON bodies with camelCase names.

use serde_json::{Map, Value};

use crate::values::{Email, Frontends, Role};
use crate::{FieldError, Fields};

/// Whom to invite as what. The address is still in clear: the vault seals it before it becomes a
/// command.
#[derive(Clone, Debug, PartialEq)]
pub struct InvitationRequest {
    pub email: Email,
    pub role: Role,
    pub frontends: Frontends,
}

/// A member is a viewer unless the invitation says more, and may use any frontend unless it says
/// less.
///
/// # Errors
/// With everything that is wrong: missing, of another type, out of bounds, unknown.
pub fn read_invitation(body: &Map<String, Value>) -> Result<InvitationRequest, Vec<FieldError>> {
    let mut fields = Fields::of(body);
    let email = fields.required("email");
    let role = fields.optional("role").unwrap_or(Role::Viewer);
    let frontends = fields.optional("frontends").unwrap_or_default();
    fields.finish(email.map(|email| InvitationRequest {
        email,
        role,
        frontends,
    }))
}
