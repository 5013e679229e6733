//! Commands to organizations, read from JSON bodies with camelCase names.

use serde_json::{Map, Value};

use super::OrganizationChange;
use crate::values::Plan;
use crate::{FieldError, Fields};

/// Fields of the resource that a body may hold because it was read so.
const READ_ONLY: &[&str] = &[
    "id",
    "slug",
    "status",
    "closesAt",
    "limits",
    "usage",
    "createdAt",
    "updatedAt",
    "revision",
    "position",
];

/// # Errors
/// With everything that is wrong: of another type, out of bounds, unknown.
pub fn read_organization_change(
    body: &Map<String, Value>,
) -> Result<OrganizationChange, Vec<FieldError>> {
    let mut fields = Fields::of(body);
    let change = OrganizationChange {
        name: fields.replaced("name"),
        settings: fields.replaced("settings"),
    };
    fields.read_only(&["plan"]);
    fields.read_only(READ_ONLY);
    fields.finish(Some(change))
}

/// # Errors
/// With everything that is wrong.
pub fn read_plan_change(body: &Map<String, Value>) -> Result<Plan, Vec<FieldError>> {
    let mut fields = Fields::of(body);
    let plan = fields.required("plan");
    fields.read_only(&["name", "settings"]);
    fields.read_only(READ_ONLY);
    fields.finish(plan)
}
