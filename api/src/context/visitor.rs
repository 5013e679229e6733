//! The way to people: for who registers, signs in or follows a link in a mail, and beside an
//! [`Access`](super::Access) for who manages oneself.

use std::sync::OnceLock;

use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT_LANGUAGE, USER_AGENT};
use axum::http::request::Parts;

use super::{AppState, RequestMeta};
use crate::error::ApiError;
use crate::identity::{Identity, Lives, Origin};
use crate::limits::caller_address;
use crate::request::header_text;

/// Whoever sends a request, with nothing but the way to become somebody.
pub struct Visitor {
    identity: Identity,
}

impl FromRequestParts<AppState> for Visitor {
    type Rejection = ApiError;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &AppState,
    ) -> Result<Self, Self::Rejection> {
        let meta = RequestMeta::of(parts, state)?;
        let origin = origin(parts, state, &meta);
        Ok(Self {
            identity: identity(state, origin)?,
        })
    }
}

impl Visitor {
    /// Acts for whoever the request comes from; who that is, only an `Access` knows.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }
}

/// Where a request comes from.
fn origin(parts: &Parts, state: &AppState, meta: &RequestMeta) -> Origin {
    let text = |name: axum::http::HeaderName| header_text(&parts.headers, name.as_str());
    let proxies = &state.config().trusted_proxies;
    Origin {
        address: caller_address(&parts.extensions, &parts.headers, proxies),
        agent: text(USER_AGENT).map(str::to_owned),
        language: text(ACCEPT_LANGUAGE).map(str::to_owned),
        request_id: meta.request_id.clone(),
        traceparent: meta.traceparent.clone(),
        frontend: meta.frontend.clone(),
    }
}

/// The way to people, for a request from there.
fn identity(state: &AppState, from: Origin) -> Result<Identity, ApiError> {
    let config = state.config();
    let people = state.0.people.clone();
    let nobody = || ApiError::internal("this process signs nobody in");
    let people = people.ok_or_else(nobody)?;
    Ok(Identity {
        commands: state.0.commands.clone(),
        store: state.0.store.clone(),
        read: state.0.read.clone(),
        people,
        tokens: state.0.tokens.clone(),
        limits: state.0.limits.clone(),
        clock: state.0.clock.clone(),
        ids: state.0.ids.clone(),
        lives: Lives {
            access: config.access_lifetime,
            refresh: config.refresh_lifetime.to_std().unwrap_or_default(),
        },
        defaults: config.default_organizations.clone(),
        ahead: OnceLock::new(),
        recorder: state.0.watch.recorder.clone().ok_or_else(nobody)?,
        from,
    })
}
