//! The bodies and parameters of these routes, as the document shows them. They are read elsewhere,
//! which checks more than a schema can say.

use chrono::{DateTime, Utc};
use flowgrid_bus::Role;
use flowgrid_domain::values::Plan;
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

/// What becomes different about the organization.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only describes requests")]
pub struct OrganizationInput {
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    name: Option<String>,
    /// Texts by name, for frontends: all of them, at most 50 and together 8 KB. Two mean something
    /// here: `personalPlans` (`true` lets members have plans of their own) and `language` (`de` or
    /// `en`, of mails to all members).
    #[schema(nullable = false)]
    settings: Option<std::collections::BTreeMap<String, String>>,
}

/// Another plan.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only describes requests")]
pub struct PlanInput {
    plan: Plan,
}

/// Which members.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes requests")]
pub struct MemberQuery {
    /// `viewer`, `user`, `manager` or `admin`; all without it.
    role: Option<String>,
    /// `active` or `deactivated`; both without it.
    status: Option<String>,
    /// Anywhere in name or address; also `q`, `search`. At most 5,000 members are searched: narrow by
    /// role or status where there are more.
    text: Option<String>,
    #[param(rename = "updatedSince")]
    updated_since: Option<DateTime<Utc>>,
    /// `createdAt`, `updatedAt`, `id`, `name`, `email`, `lastLogin`; `-` before it for descending.
    sort: Option<String>,
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Also `skip`, or `page` from 1.
    #[param(maximum = 1_000_000, default = 0)]
    offset: Option<u32>,
}
