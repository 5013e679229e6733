//! Answers to commands: the whole resource as the command left it, its revision and its position.

use axum::http::header::ETAG;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use flowgrid_bus::Position;
use flowgrid_commands::Outcome;
use flowgrid_domain::Shown;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Success, etag, json};
use crate::error::ApiError;

pub const EVENT_POSITION: HeaderName = HeaderName::from_static("x-event-position");

/// A resource as a command left it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Commanded<T> {
    #[serde(flatten)]
    pub resource: T,
    /// Where its newest event stands; hand it back as `X-Min-Position` to read your write.
    #[schema(value_type = String, example = "1-7f3a91c2-1234")]
    pub position: Position,
}

/// The answer to a command, with the status that the outcome bears.
pub fn commanded<A: Shown>(outcome: &Outcome<A>) -> Result<Response, ApiError> {
    let Outcome {
        id,
        state,
        created_at,
        updated_at,
        revision,
        ..
    } = outcome;
    let resource = state.resource(id, *created_at, *updated_at, *revision);
    // A command to something that isn't there is rejected, so there is always something to show.
    let resource = resource.ok_or_else(|| ApiError::internal("outcome without a thing"))?;
    let status = StatusCode::from_u16(outcome.status).map_err(ApiError::internal)?;
    commanded_as(status, resource, *revision, outcome.position)
}

/// The same for a resource that takes more than the outcome to show.
pub fn commanded_as<T: Serialize>(
    status: StatusCode,
    resource: T,
    revision: u64,
    position: Position,
) -> Result<Response, ApiError> {
    let body = Success::of(Commanded { resource, position });
    let mut response = json(status, &body)?;
    let position = HeaderValue::try_from(position.to_string());
    let headers = response.headers_mut();
    headers.insert(ETAG, etag(revision)?);
    headers.insert(EVENT_POSITION, position.map_err(ApiError::internal)?);
    Ok(response)
}
