//! The answer to whoever has signed in.

use axum::http::header::SET_COOKIE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::memberships::Place;
use super::{Identity, UserResource};
use crate::answer::json;
use crate::auth::Grant;
use crate::error::ApiError;

/// The cookie that holds the refresh token.
pub const COOKIE: &str = "flowgrid_refresh";
/// Where it is sent to: nothing else needs it.
const COOKIE_PATHS: [&str; 2] = ["/api/v1/auth", "/auth"];

/// Somebody who has signed in, with what it needs from now on.
pub struct SignedIn {
    user: UserResource,
    access_token: String,
    refresh_token: Zeroizing<String>,
    expires_in_s: i64,
    /// How long the cookie lasts, in seconds; as long as the browser runs, when `None`.
    cookie_s: Option<i64>,
}

/// Whose token it is.
pub(super) struct TokenOf {
    pub person: Uuid,
    pub session: Uuid,
    pub generation: u32,
}

/// Tokens, and whose they are.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignedInBody<'a> {
    /// Always true.
    #[schema(example = true)]
    success: bool,
    user: &'a UserResource,
    access_token: &'a str,
    refresh_token: &'a str,
    /// Seconds until the access token expires.
    expires_in: i64,
    /// The same as `accessToken`.
    token: &'a str,
}

impl Identity {
    pub(super) fn signed_in(
        &self,
        user: UserResource,
        place: &Place,
        token: TokenOf,
        refresh_token: Zeroizing<String>,
        remember: bool,
        expires_at: DateTime<Utc>,
    ) -> Result<SignedIn, ApiError> {
        let life = self.lives.access;
        let mut grant = Grant::member(
            &token.person.to_string(),
            place.tenant.slug(),
            place.role,
            life,
        )
        .of_session(token.session, token.generation)
        .with_plan(place.plan);
        grant.frontends.clone_from(&place.frontends);
        let left = (expires_at - self.now()).num_seconds();
        Ok(SignedIn {
            user,
            access_token: self.tokens.issue(&grant)?,
            refresh_token,
            expires_in_s: life.num_seconds(),
            cookie_s: remember.then_some(left),
        })
    }
}

impl SignedIn {
    /// As the frontends know it, with the refresh token in a cookie as well.
    pub fn response(&self, status: StatusCode) -> Result<Response, ApiError> {
        let body = SignedInBody {
            success: true,
            user: &self.user,
            access_token: &self.access_token,
            refresh_token: &self.refresh_token,
            expires_in: self.expires_in_s,
            token: &self.access_token,
        };
        let mut response = json(status, &body)?;
        set_cookies(&mut response, &self.refresh_token, self.cookie_s)?;
        Ok(response)
    }
}

/// Takes the cookie away from a browser.
pub fn forget_cookie(response: &mut Response) -> Result<(), ApiError> {
    set_cookies(response, "", Some(0))
}

fn set_cookies(response: &mut Response, token: &str, life_s: Option<i64>) -> Result<(), ApiError> {
    let life = life_s
        .map(|seconds| format!("; Max-Age={seconds}"))
        .unwrap_or_default();
    for path in COOKIE_PATHS {
        let cookie = format!("{COOKIE}={token}; Path={path}; HttpOnly; Secure; SameSite=Lax{life}");
        let mut value = HeaderValue::try_from(cookie).map_err(ApiError::internal)?;
        value.set_sensitive(true);
        response.headers_mut().append(SET_COOKIE, value);
    }
    Ok(())
}
