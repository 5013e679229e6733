//! Registering.

use axum::http::StatusCode;
use axum::response::Response;

use super::inputs::RegisterInput;
use crate::context::Visitor;
use crate::document::CommandFailures;
use crate::error::ApiError;
use crate::identity::{Registration, SignedInBody};
use crate::request::Incoming;

/// Register: a person, and an organization with the person as its admin.
///
/// Answers tokens for it; the address is verified by a mail. 409 when somebody has the address, who is
/// written a mail then.
#[utoipa::path(
    post,
    path = "/register",
    tag = "auth",
    security(()),
    request_body = RegisterInput,
    responses((status = 201, description = "Registered", body = SignedInBody), CommandFailures)
)]
pub async fn register(visitor: Visitor, incoming: Incoming) -> Result<Response, ApiError> {
    let registration = Registration::read(&incoming.fields()?).map_err(ApiError::Invalid)?;
    let signed_in = visitor.identity().register(&registration).await?;
    signed_in.response(StatusCode::CREATED)
}
