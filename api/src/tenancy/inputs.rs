//! The bodies and parameters of these routes, as the document shows them. They are read elsewhere,
//! which checks more than a schema can say.

use chrono::{DateTime, Utc};
use flowgrid_bus::Role;
use utoipa::{IntoParams, ToSchema};

/// Somebody to invite.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only describes requests")]
pub struct InvitationInput {
    #[schema(max_length = 254, example = "ben@example.org")]
    email: String,
    /// `viewer` when absent.
    role: Option<Role>,
    /// To which the member will be limited; none at all means any.
    #[schema(example = json!(["smartgrid"]))]
    frontends: Option<Vec<String>>,
}

/// Which invitations.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes requests")]
pub struct InvitationQuery {
    /// `open`, `expired`, `accepted` or `revoked`; all without it.
    status: Option<String>,
    #[param(rename = "updatedSince")]
    updated_since: Option<DateTime<Utc>>,
    /// `createdAt`, `-createdAt` (the default), `-updatedAt` or `id`.
    sort: Option<String>,
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Also `skip`, or `page` from 1.
    #[param(maximum = 1_000_000, default = 0)]
    offset: Option<u32>,
}
