//! Closing the organization, and changing one's mind.

use axum::response::Response;
use chrono::TimeDelta;
use flowgrid_domain::organizations::OrganizationCommand;

use super::organization::{OrganizationView, command_to};
use crate::answer::{Commanded, Success};
use crate::context::{Access, Admin};
use crate::document::{CommandFailures, CommandHeaders};
use crate::error::ApiError;
use crate::request::Incoming;

/// How long one may change one's mind.
const TIME_TO_THINK: TimeDelta = TimeDelta::days(30);

/// Close the organization. Until `closesAt`, 30 days from now, everything goes on and it can be kept;
/// then its keys are destroyed, its rows dropped and its sessions ended, for ever.
#[utoipa::path(
    delete,
    path = "/api/v1/organization",
    tag = "tenancy",
    params(CommandHeaders),
    responses((status = 200, description = "To be closed", body = Success<Commanded<OrganizationView>>,
        headers(("ETag" = String), ("X-Event-Position" = String))), CommandFailures)
)]
pub async fn close_organization(
    access: Access<Admin>,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let at = access.now();
    let command = OrganizationCommand::Close {
        until: at + TIME_TO_THINK,
        at,
    };
    command_to(&access, "organization.close", command, incoming).await
}

/// Keep an organization that was to be closed.
#[utoipa::path(
    post,
    path = "/api/v1/organization/keep",
    tag = "tenancy",
    params(CommandHeaders),
    responses((status = 200, description = "It stays", body = Success<Commanded<OrganizationView>>,
        headers(("ETag" = String), ("X-Event-Position" = String))), CommandFailures)
)]
pub async fn keep_organization(
    access: Access<Admin>,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let command = OrganizationCommand::Keep;
    command_to(&access, "organization.keep", command, incoming).await
}
