//! The second factor.

use axum::http::StatusCode;
use axum::response::Response;
use flowgrid_domain::Fields;
use qrcode::QrCode;
use qrcode::render::svg;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::given::TokenText;
use super::inputs::{CodeInput, DisableInput};
use crate::answer::{json as answer, success};
use crate::context::{Access, Viewer, Visitor};
use crate::document::CommandFailures;
use crate::error::ApiError;
use crate::identity::{Code, Password};
use crate::request::Incoming;

/// What an authenticator is set up with. Shown once.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Setup {
    /// In base32, to be typed in.
    secret: String,
    otpauth_uri: String,
    /// The same as a QR code: an SVG.
    qr: String,
    /// Ten codes, each good once in place of the authenticator.
    recovery_codes: Vec<String>,
}

/// Draw a secret for an authenticator. It isn't asked for until `2fa/verify` has seen a code.
#[utoipa::path(
    post,
    path = "/2fa/setup",
    tag = "auth",
    responses((status = 200, description = "To be shown once", body = Object), CommandFailures)
)]
pub async fn set_up(access: Access<Viewer>, visitor: Visitor) -> Result<Response, ApiError> {
    let setup = visitor
        .identity()
        .begin_second_factor(access.person()?)
        .await?;
    let code = QrCode::new(setup.uri.as_bytes()).map_err(ApiError::internal)?;
    let shown = Setup {
        qr: code
            .render::<svg::Color<'_>>()
            .min_dimensions(200, 200)
            .build(),
        secret: setup.secret.to_string(),
        otpauth_uri: setup.uri.to_string(),
        recovery_codes: setup
            .recovery_codes
            .iter()
            .map(|code| code.to_string())
            .collect(),
    };
    success(StatusCode::OK, &shown)
}

/// Turn the second factor on (with a token), or complete a login that asked for it (with its
/// `challengeToken`, which answers what a login does).
#[utoipa::path(
    post,
    path = "/2fa/verify",
    tag = "auth",
    security((), ("token" = [])),
    request_body = CodeInput,
    responses((status = 200, description = "On, or signed in", body = Object), CommandFailures)
)]
pub async fn verify_code(
    visitor: Visitor,
    access: Result<Access<Viewer>, ApiError>,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let body = incoming.fields()?;
    let mut fields = Fields::of(&body);
    let code: Option<Code> = fields.required("code");
    let challenge: Option<TokenText> = fields.optional("challengeToken");
    let code = fields.finish(code).map_err(ApiError::Invalid)?;
    if let Some(challenge) = challenge {
        let signed_in = visitor
            .identity()
            .complete_login(&challenge.0, &code)
            .await?;
        return signed_in.response(StatusCode::OK);
    }
    let access = access?;
    visitor
        .identity()
        .enable_second_factor(access.person()?, &code)
        .await?;
    answer(
        StatusCode::OK,
        &json!({"success": true, "twoFactorEnabled": true}),
    )
}

/// Turn the second factor off: takes the password and a code.
#[utoipa::path(
    post,
    path = "/2fa/disable",
    tag = "auth",
    request_body = DisableInput,
    responses((status = 200, description = "Off", body = Object), CommandFailures)
)]
pub async fn disable(
    access: Access<Viewer>,
    visitor: Visitor,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let body = incoming.fields()?;
    let mut fields = Fields::of(&body);
    let password: Option<Password> = fields.required("password");
    let code: Option<Code> = fields.required("code");
    let (password, code) = fields
        .finish(password.zip(code))
        .map_err(ApiError::Invalid)?;
    let identity = visitor.identity();
    identity
        .disable_second_factor(access.person()?, &password, &code)
        .await?;
    answer(
        StatusCode::OK,
        &json!({"success": true, "twoFactorEnabled": false}),
    )
}
