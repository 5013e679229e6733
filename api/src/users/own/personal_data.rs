//! What is kept of people: for themselves to read, and to be erased.

use axum::http::header::{CONTENT_DISPOSITION, HeaderName};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use flowgrid_bus::Position;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::answer::{Success, success};
use crate::context::{Access, EraseRight, Viewer, Visitor};
use crate::document::{CommandFailures, CommandHeaders, QueryFailures, QueryHeaders};
use crate::error::ApiError;
use crate::identity::{ErasedPerson, PersonalData};
use crate::request::{Incoming, PathId};

const EVENT_POSITION: HeaderName = HeaderName::from_static("x-event-position");
const AS_FILE: HeaderValue =
    HeaderValue::from_static("attachment; filename=\"personal-data.json\"");

/// Who was erased, and where.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Erasure {
    id: String,
    /// Slugs of the organizations that hold nothing of it any more.
    organizations: Vec<String>,
    /// Whether the person itself is gone: nobody can sign in as it, and its address is free.
    person_erased: bool,
    /// Where the erasure stands in the log of the caller's organization; null for an operator.
    #[schema(value_type = Option<String>)]
    position: Option<Position>,
}

/// Everything that is kept of oneself, in all organizations, opened.
#[utoipa::path(
    get,
    path = "/api/v1/users/me/personal-data",
    tag = "users",
    params(QueryHeaders),
    responses((status = 200, description = "All of it", body = Success<PersonalData>), QueryFailures)
)]
pub async fn get_personal_data(
    access: Access<Viewer>,
    visitor: Visitor,
) -> Result<Response, ApiError> {
    let data = visitor.identity().personal_data(access.person()?).await?;
    let mut response = success(StatusCode::OK, &data)?;
    response.headers_mut().insert(CONTENT_DISPOSITION, AS_FILE);
    Ok(response)
}

/// Erase oneself, everywhere. The only admin of an organization is refused with `last-admin`.
#[utoipa::path(
    delete,
    path = "/api/v1/users/me/personal-data",
    tag = "users",
    params(CommandHeaders),
    responses((status = 200, description = "Erased", body = Success<Erasure>,
        headers(("X-Event-Position" = String))), CommandFailures)
)]
pub async fn erase_own_data(
    access: Access<Viewer>,
    visitor: Visitor,
) -> Result<Response, ApiError> {
    let person = access.person()?;
    let erased = visitor
        .identity()
        .erase_person(access.actor(), person, Some(access.tenant()))
        .await?;
    answered(person.to_string(), erased)
}

/// Erase a person.
///
/// An admin erases what the organization holds of a member; where it belongs to no other, the person
/// itself. Oneself (`me`, or one's own id) is erased everywhere, and so is anybody by an operator. The
/// only admin of an organization is refused with `last-admin`. Events stay in the log; what was sealed in
/// them never opens again.
#[utoipa::path(
    delete,
    path = "/api/v1/users/{id}/personal-data",
    tag = "users",
    params(("id" = String, Path), CommandHeaders),
    responses((status = 200, description = "Erased", body = Success<Erasure>,
        headers(("X-Event-Position" = String))), CommandFailures)
)]
pub async fn erase_personal_data(
    right: EraseRight,
    visitor: Visitor,
    PathId(id): PathId,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let identity = visitor.identity();
    let erased = match right {
        EraseRight::Oneself(access) => {
            let (person, tenant) = (access.person()?, Some(access.tenant()));
            identity.erase_person(access.actor(), person, tenant).await
        }
        EraseRight::Member(access) => {
            let (person, on) = (person(&id)?, incoming.conditions());
            identity
                .erase_member(access.actor(), access.tenant(), person, &on)
                .await
        }
        EraseRight::Anybody(operator) => {
            let actor = operator.actor();
            identity.erase_person(actor, person(&id)?, None).await
        }
    };
    answered(id, erased?)
}

fn person(id: &str) -> Result<Uuid, ApiError> {
    id.parse().map_err(|_| ApiError::NotFound)
}

fn answered(id: String, erased: ErasedPerson) -> Result<Response, ApiError> {
    let position = erased.position.map(|position| position.to_string());
    let erasure = Erasure {
        id,
        organizations: erased.organizations,
        person_erased: erased.everywhere,
        position: erased.position,
    };
    let mut response = success(StatusCode::OK, &erasure)?;
    if let Some(position) = position {
        let position = HeaderValue::try_from(position).map_err(ApiError::internal)?;
        response.headers_mut().insert(EVENT_POSITION, position);
    }
    Ok(response)
}
