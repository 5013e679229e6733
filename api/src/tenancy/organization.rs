//! The organization itself: shown, renamed, on another plan.

use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use flowgrid_commands::Outcome;
use flowgrid_domain::organizations::{
    Organization, OrganizationCommand, OrganizationResource, read_organization_change,
    read_plan_change,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::inputs::{OrganizationInput, PlanInput};
use super::usage::{PlanLimits, Usage, limits, usage};
use crate::answer::{Commanded, Success, commanded_as, read_json};
use crate::context::{Access, Admin, Level, Viewer, Writes};
use crate::document::{CommandFailures, CommandHeaders, QueryFailures, QueryHeaders};
use crate::error::ApiError;
use crate::request::Incoming;

/// An organization with what it may and what it has.
#[derive(Serialize, ToSchema)]
pub struct OrganizationView {
    #[serde(flatten)]
    organization: OrganizationResource,
    limits: PlanLimits,
    usage: Usage,
}

/// The caller's organization.
#[utoipa::path(
    get,
    path = "/api/v1/organization",
    tag = "tenancy",
    params(QueryHeaders),
    responses((status = 200, description = "The organization", body = Success<OrganizationView>,
        headers(("ETag" = String))), QueryFailures)
)]
pub async fn get_organization(access: Access<Viewer>) -> Result<Response, ApiError> {
    let slug = access.tenant().slug();
    let loaded = access.load::<Organization>(slug, None).await?;
    let loaded = loaded.ok_or(ApiError::NotFound)?;
    if let Organization::Closed(_) = loaded.state {
        return Err(ApiError::NotFound);
    }
    let times = (loaded.created_at, loaded.updated_at);
    let view = view(&access, &loaded.state, times, loaded.revision).await?;
    read_json(&Success::of(view), None)
}

/// Rename the organization, or change its settings: all of them at once.
#[utoipa::path(
    put,
    path = "/api/v1/organization",
    tag = "tenancy",
    params(CommandHeaders),
    request_body = OrganizationInput,
    responses((status = 200, description = "Changed, or as it was",
        body = Success<Commanded<OrganizationView>>,
        headers(("ETag" = String), ("X-Event-Position" = String))), CommandFailures)
)]
pub async fn change_organization(
    access: Access<Admin>,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let change = read_organization_change(&incoming.fields()?).map_err(ApiError::Invalid)?;
    let command = OrganizationCommand::Change(change);
    command_to(&access, "organization.change", command, incoming).await
}

/// Choose another plan. Rate limits follow with the next access token: whoever refreshes has them at
/// once, everybody within a token's life, programs with a key within a minute.
#[utoipa::path(
    put,
    path = "/api/v1/organization/plan",
    tag = "tenancy",
    params(CommandHeaders),
    request_body = PlanInput,
    responses((status = 200, description = "Chosen", body = Success<Commanded<OrganizationView>>,
        headers(("ETag" = String), ("X-Event-Position" = String))), CommandFailures)
)]
pub async fn change_plan(access: Access<Admin>, incoming: Incoming) -> Result<Response, ApiError> {
    let plan = read_plan_change(&incoming.fields()?).map_err(ApiError::Invalid)?;
    let command = OrganizationCommand::ChangePlan { plan };
    command_to(&access, "organization.change-plan", command, incoming).await
}

/// Runs a command to the caller's organization.
pub async fn command_to<L: Writes>(
    access: &Access<L>,
    name: &'static str,
    command: OrganizationCommand,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let request = incoming.to(access.tenant().slug().to_owned(), command);
    let outcome: Outcome<Organization> = access.execute::<Organization>(name, request).await?;
    let times = (outcome.created_at, outcome.updated_at);
    let view = view(access, &outcome.state, times, outcome.revision).await?;
    commanded_as(StatusCode::OK, view, outcome.revision, outcome.position)
}

async fn view<L: Level>(
    access: &Access<L>,
    state: &Organization,
    (created_at, updated_at): (DateTime<Utc>, DateTime<Utc>),
    revision: u64,
) -> Result<OrganizationView, ApiError> {
    let tenant = access.tenant();
    let id = tenant.id().to_string();
    let organization = state.resource((&id, tenant.slug()), created_at, updated_at, revision);
    let organization = organization.ok_or(ApiError::NotFound)?;
    Ok(OrganizationView {
        limits: limits(access, organization.plan),
        organization,
        usage: usage(access).await?,
    })
}
