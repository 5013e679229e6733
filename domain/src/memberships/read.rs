//! Commands to memberships, read from JSON bodies with camelCase names.

use serde_json::{Map, Value};

use crate::values::Role;
use crate::{FieldError, Fields};

/// # Errors
/// With everything that is wrong.
pub fn read_role_change(body: &Map<String, Value>) -> Result<Role, Vec<FieldError>> {
    let mut fields = Fields::of(body);
    let role = fields.required("role");
    fields.finish(role)
}
