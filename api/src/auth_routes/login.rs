//! Signing in.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::inputs::LoginInput;
use crate::answer::json;
use crate::context::Visitor;
use crate::document::CommandFailures;
use crate::error::ApiError;
use crate::identity::{LoggedIn, Login, SignedInBody};
use crate::request::Incoming;

/// What a login answers where a second factor is on.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Challenged {
    /// Always true.
    #[schema(example = true)]
    success: bool,
    /// Always true.
    #[schema(example = true)]
    requires_two_factor: bool,
    /// For `2fa/verify`, together with a code; good for ten minutes and five tries.
    challenge_token: String,
}

/// Sign in with e-mail and password.
///
/// Where a second factor is on and no code is given, the answer has `requiresTwoFactor` and
/// `challengeToken` instead of tokens.
#[utoipa::path(
    post,
    path = "/login",
    tag = "auth",
    security(()),
    request_body = LoginInput,
    responses((status = 200, description = "Signed in", body = SignedInBody), CommandFailures)
)]
pub async fn login(visitor: Visitor, incoming: Incoming) -> Result<Response, ApiError> {
    let login = Login::read(&incoming.fields()?).map_err(ApiError::Invalid)?;
    match visitor.identity().login(&login).await? {
        LoggedIn::In(signed_in) => signed_in.response(StatusCode::OK),
        LoggedIn::NeedsSecondFactor { challenge } => {
            let body = Challenged {
                success: true,
                requires_two_factor: true,
                challenge_token: challenge,
            };
            json(StatusCode::OK, &body)
        }
    }
}
