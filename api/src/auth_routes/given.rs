//! The refresh token that a request brings: in its body, or in its cookie.

use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::{COOKIE, ORIGIN};
use flowgrid_domain::Fields;
use flowgrid_domain::values::{FromJson, Invalid};
use serde_json::Value;

use crate::context::AppState;
use crate::error::ApiError;
use crate::identity;
use crate::request::Incoming;

/// The longest token, in bytes.
const LONGEST: usize = 256;

/// A refresh token, or none.
pub struct RefreshToken(Option<String>);

/// A token as somebody sent it.
pub struct TokenText(pub String);

impl FromJson for TokenText {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        match value.as_str().map(str::trim) {
            Some(text) if (1..=LONGEST).contains(&text.len()) => Ok(Self(text.to_owned())),
            Some(_) | None => Err(Invalid(
                "must be a token of at most 256 characters".to_owned(),
            )),
        }
    }
}

impl FromRequest<AppState> for RefreshToken {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Self::Rejection> {
        let cookie = cookie(request.headers(), state);
        let body = Incoming::from_request(request, state)
            .await?
            .fields_or_none()?;
        let mut fields = Fields::of(&body);
        let sent: Option<TokenText> = fields.optional("refreshToken");
        let sent = fields.finish(Some(sent)).map_err(ApiError::Invalid)?;
        Ok(Self(sent.map(|token| token.0).or(cookie)))
    }
}

impl RefreshToken {
    pub fn needed(self) -> Result<String, ApiError> {
        self.0.ok_or(ApiError::Unauthenticated {
            code: "unauthenticated",
            detail: "send a refresh token, in the body or as the cookie of an allowed origin"
                .into(),
        })
    }
}

/// The cookie's token, if the page that sends it may: a foreign page's browser sends it as well.
fn cookie(headers: &HeaderMap, state: &AppState) -> Option<String> {
    let origin = headers.get(ORIGIN)?;
    if !state.config().allowed_origins.contains(origin) {
        return None;
    }
    let lines = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';'));
    let named = pairs.filter_map(|pair| pair.trim().split_once('='));
    named
        .filter(|(name, value)| *name == identity::COOKIE && value.len() <= LONGEST)
        .map(|(_, value)| value.to_owned())
        .find(|value| !value.is_empty())
}
