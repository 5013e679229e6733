//! Passwords changed, forgotten and reset.

use axum::http::StatusCode;
use axum::response::Response;
use flowgrid_domain::Fields;
use flowgrid_domain::values::Email;
use serde_json::json;

use super::given::TokenText;
use super::inputs::{ChangePasswordInput, ForgotPasswordInput, ResetPasswordInput, TokenInput};
use crate::answer::json as answer;
use crate::context::{Access, Viewer, Visitor};
use crate::document::CommandFailures;
use crate::error::ApiError;
use crate::identity::Password;
use crate::request::Incoming;

fn done() -> Result<Response, ApiError> {
    answer(StatusCode::OK, &json!({"success": true}))
}

/// Change the password; every other session ends.
#[utoipa::path(
    post,
    path = "/change-password",
    tag = "auth",
    request_body = ChangePasswordInput,
    responses((status = 200, description = "Changed", body = Object), CommandFailures)
)]
pub async fn change_password(
    access: Access<Viewer>,
    visitor: Visitor,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let body = incoming.fields()?;
    let mut fields = Fields::of(&body);
    let present: Option<Password> = fields.required("currentPassword");
    let new: Option<Password> = fields.required("newPassword");
    let (present, new) = fields.finish(present.zip(new)).map_err(ApiError::Invalid)?;
    let (person, session) = (access.person()?, access.session());
    let identity = visitor.identity();
    identity
        .change_password(person, session, &present, &new)
        .await?;
    done()
}

/// Ask for a mail with which the password can be reset.
///
/// The answer is the same, and comes as fast, whether or not somebody has this address.
#[utoipa::path(
    post,
    path = "/forgot-password",
    tag = "auth",
    security(()),
    request_body = ForgotPasswordInput,
    responses((status = 200, description = "A mail is on its way, if somebody has this address",
        body = Object), CommandFailures)
)]
pub async fn forgot_password(visitor: Visitor, incoming: Incoming) -> Result<Response, ApiError> {
    let body = incoming.fields()?;
    let mut fields = Fields::of(&body);
    let email: Option<Email> = fields.required("email");
    let email = fields.finish(email).map_err(ApiError::Invalid)?;
    visitor.identity().forgot_password(&email).await?;
    done()
}

/// Reset the password with the token of that mail; every session ends.
#[utoipa::path(
    post,
    path = "/reset-password",
    tag = "auth",
    security(()),
    request_body = ResetPasswordInput,
    responses((status = 200, description = "Reset", body = Object), CommandFailures)
)]
pub async fn reset_password(visitor: Visitor, incoming: Incoming) -> Result<Response, ApiError> {
    let body = incoming.fields()?;
    let mut fields = Fields::of(&body);
    let token: Option<TokenText> = fields.required("token");
    let password: Option<Password> = fields.required("password");
    let (token, password) = fields
        .finish(token.zip(password))
        .map_err(ApiError::Invalid)?;
    visitor
        .identity()
        .reset_password(&token.0, &password)
        .await?;
    done()
}

/// Verify one's address with the token of the mail that registering sent, or a new one with that of the
/// mail that asking for it sent: it is the address from now on.
#[utoipa::path(
    post,
    path = "/verify-email",
    tag = "auth",
    security(()),
    request_body = TokenInput,
    responses((status = 200, description = "Verified", body = Object), CommandFailures)
)]
pub async fn verify_email(visitor: Visitor, incoming: Incoming) -> Result<Response, ApiError> {
    let body = incoming.fields()?;
    let mut fields = Fields::of(&body);
    let token: Option<TokenText> = fields.required("token");
    let token = fields.finish(token).map_err(ApiError::Invalid)?;
    visitor.identity().verify_email(&token.0).await?;
    done()
}
