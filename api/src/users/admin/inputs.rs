//! The bodies and parameters of these routes, as the document shows them. They are read elsewhere,
//! which checks more than a schema can say.

use utoipa::ToSchema;

/// Another role.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only describes requests")]
pub struct RoleInput {
    /// `viewer`, `user`, `manager` or `admin`; Flov7's `premium` is a user with a personal pro plan.
    #[schema(example = "manager")]
    role: String,
}

/// Whether it may come in; one of the two says it.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only describes requests")]
pub struct StatusInput {
    /// `active` or `deactivated`, also `inactive`.
    #[schema(example = "deactivated")]
    status: Option<String>,
    is_active: Option<bool>,
}
