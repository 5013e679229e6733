//! Another e-mail address.

use axum::http::StatusCode;
use axum::response::Response;
use flowgrid_domain::Fields;
use flowgrid_domain::values::Email;
use serde_json::json;

use super::inputs::ChangeEmailInput;
use crate::answer::json as answer;
use crate::context::{Access, Viewer, Visitor};
use crate::document::CommandFailures;
use crate::error::ApiError;
use crate::identity::Password;
use crate::request::Incoming;

/// Ask for another e-mail address.
///
/// A mail goes there, with a token for `POST /api/v1/auth/verify-email`; until it is used, the present
/// address stays, which is told of both. The answer is the same whether or not the new address is
/// somebody's.
#[utoipa::path(
    post,
    path = "/change-email",
    tag = "auth",
    request_body = ChangeEmailInput,
    responses((status = 200, description = "A mail is on its way to the new address", body = Object),
        CommandFailures)
)]
pub async fn change_email(
    access: Access<Viewer>,
    visitor: Visitor,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let body = incoming.fields()?;
    let mut fields = Fields::of(&body);
    let email: Option<Email> = fields.required("newEmail");
    let password: Option<Password> = fields.required("password");
    let (email, password) = fields
        .finish(email.zip(password))
        .map_err(ApiError::Invalid)?;
    let identity = visitor.identity();
    identity
        .ask_for_new_email(access.person()?, &password, &email)
        .await?;
    answer(StatusCode::OK, &json!({"success": true}))
}
