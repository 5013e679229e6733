//! One's own profile.

use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use flowgrid_domain::people::read_profile;
use flowgrid_projections::ModelName;
use flowgrid_projections::documents::{self, DocumentFilter};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::inputs::ProfileInput;
use crate::answer::{Commanded, Success, commanded_as, read_revision};
use crate::context::{Access, Viewer, Visitor};
use crate::document::{CommandFailures, CommandHeaders, QueryFailures, QueryHeaders};
use crate::error::ApiError;
use crate::identity::{Profiled, UserResource};
use crate::request::Incoming;

/// A person as it sees itself.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProfileResource {
    #[serde(flatten)]
    user: UserResource,
    /// Null in answers to commands.
    statistics: Option<ProfileStatistics>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    /// The version that `If-Match` takes.
    revision: u64,
}

/// What there is of it, in the organization that it is signed in to.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProfileStatistics {
    /// When it first joined this organization.
    member_since: Option<DateTime<Utc>>,
    /// Of the sessions that are still open.
    last_login: Option<DateTime<Utc>>,
    /// Open sessions, in all organizations.
    sessions: usize,
    /// Keys that aren't revoked.
    api_keys: u64,
    unread_notifications: u64,
}

impl ProfileResource {
    fn of(profiled: Profiled, statistics: Option<ProfileStatistics>) -> Self {
        Self {
            user: profiled.user,
            statistics,
            created_at: profiled.created_at,
            updated_at: profiled.updated_at,
            revision: profiled.revision,
        }
    }
}

/// One's own profile, with settings and statistics.
#[utoipa::path(
    get,
    path = "/api/v1/users/profile",
    tag = "users",
    params(QueryHeaders),
    responses((status = 200, description = "Oneself", body = Success<ProfileResource>,
        headers(("ETag" = String))), QueryFailures)
)]
pub async fn get_profile(access: Access<Viewer>, visitor: Visitor) -> Result<Response, ApiError> {
    let person = access.person()?;
    let identity = visitor.identity();
    let profiled = identity
        .profile(person, access.tenant(), access.role())
        .await?;
    let statistics = statistics(&access, &visitor, person, &profiled).await?;
    let shown = ProfileResource::of(profiled, Some(statistics));
    let revision = shown.revision;
    read_revision(&Success::of(shown), revision)
}

/// Change name, settings and the address of a picture.
///
/// The name becomes another one in every organization of the person.
#[utoipa::path(
    put,
    path = "/api/v1/users/profile",
    tag = "users",
    params(CommandHeaders),
    request_body = ProfileInput,
    responses((status = 200, description = "Changed", body = Success<Commanded<ProfileResource>>,
        headers(("ETag" = String), ("X-Event-Position" = String))), CommandFailures)
)]
pub async fn change_profile(
    access: Access<Viewer>,
    visitor: Visitor,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    changed(&access, &visitor, &incoming).await
}

/// Changes the profile of whoever asks.
pub async fn changed(
    access: &Access<Viewer>,
    visitor: &Visitor,
    incoming: &Incoming,
) -> Result<Response, ApiError> {
    let request = read_profile(&incoming.fields()?).map_err(ApiError::Invalid)?;
    let (person, tenant, role) = (access.person()?, access.tenant(), access.role());
    let profiled = visitor
        .identity()
        .change_profile(person, tenant, role, &request, &incoming.conditions())
        .await?;
    answered(profiled)
}

/// The answer to a command to a person.
pub(super) fn answered(profiled: Profiled) -> Result<Response, ApiError> {
    let (revision, position) = (profiled.revision, profiled.position);
    let shown = ProfileResource::of(profiled, None);
    commanded_as(StatusCode::OK, shown, revision, position)
}

async fn statistics(
    access: &Access<Viewer>,
    visitor: &Visitor,
    person: Uuid,
    profiled: &Profiled,
) -> Result<ProfileStatistics, ApiError> {
    let mut tx = access
        .query(&[ModelName::Keys, ModelName::Notifications])
        .await?;
    let mut count = async |model, field, value: &str| {
        let filter = DocumentFilter {
            owner: Some(person.to_string()),
            equal: vec![(field, value.to_owned())],
            limit: 1,
            ..DocumentFilter::default()
        };
        documents::list(&mut tx, model, &filter).await
    };
    let api_keys = count(ModelName::Keys, "status", "active").await?.total;
    let unread = count(ModelName::Notifications, "read", "false").await?;
    drop(tx);
    let sessions = visitor.identity().sessions(person, None).await?;
    Ok(ProfileStatistics {
        member_since: profiled.member_since,
        last_login: profiled.user.last_login,
        sessions: sessions.len(),
        api_keys,
        unread_notifications: unread.total,
    })
}
