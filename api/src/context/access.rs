//! An authorized member's way to commands, read models and the log.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::http::Method;
use axum::http::request::Parts;
use chrono::{DateTime, Utc};
use flowgrid_bus::{Position, Role, Tenant};
use uuid::Uuid;

use super::sign_in::sign_in;
use super::{AppState, Level, RequestMeta};
use crate::Ids;
use crate::auth::{Member, Principal, Scope};
use crate::error::ApiError;
use crate::limits::Quotas;
use crate::request::header_text;

/// A member who has at least the role `L`, whose token allows this method, and whose frontend may
/// be used. Reading methods need the scope `read`, all others `write`.
pub struct Access<L> {
    pub(super) state: AppState,
    pub(super) member: Member,
    pub(super) meta: RequestMeta,
    pub(super) min_position: Option<Position>,
    level: PhantomData<L>,
}

impl<L: Level> FromRequestParts<AppState> for Access<L> {
    type Rejection = ApiError;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &AppState,
    ) -> Result<Self, Self::Rejection> {
        let principal = sign_in(parts, state).await?;
        let Principal::Member(member) = &*principal else {
            return forbid("no-organization", "an operator belongs to no organization");
        };
        if member.role < L::ROLE {
            let detail = format!("needs the role {}", L::ROLE.as_str());
            return forbid("role-too-low", detail);
        }
        let scope = scope_of(&parts.method);
        if !member.scopes.allow(scope) {
            let detail = format!("the token lacks the scope {}", scope.as_str());
            return forbid("scope-missing", detail);
        }
        let meta = RequestMeta::of(parts, state)?;
        if !member.may_use(meta.frontend.as_deref()) {
            let detail = "the membership is limited to other frontends";
            return forbid("frontend-not-permitted", detail);
        }
        confirm(member, state).await;
        Ok(Self {
            state: state.clone(),
            member: member.clone(),
            meta,
            min_position: min_position(parts)?,
            level: PhantomData,
        })
    }
}

/// An access token is used: the refresh token before it is no longer good. Where that can't be
/// noted now, it is at the next use.
async fn confirm(member: &Member, state: &AppState) {
    let (Some(session), Some(generation), Some(people)) =
        (member.session, member.generation, &state.0.people)
    else {
        return;
    };
    let Ok(person) = member.subject.parse() else {
        return;
    };
    if let Err(error) = people.vault.confirm(person, session, generation).await {
        tracing::debug!(%error, "a session's use could not be noted");
    }
}

fn forbid<T>(code: &'static str, detail: impl Into<String>) -> Result<T, ApiError> {
    Err(ApiError::Forbidden {
        code,
        detail: detail.into().into(),
    })
}

fn scope_of(method: &Method) -> Scope {
    if *method == Method::GET || *method == Method::HEAD {
        return Scope::Read;
    }
    Scope::Write
}

fn min_position(parts: &Parts) -> Result<Option<Position>, ApiError> {
    if !parts.headers.contains_key("x-min-position") {
        return Ok(None);
    }
    header_text(&parts.headers, "x-min-position")
        .and_then(|text| text.parse().ok())
        .map(Some)
        .ok_or_else(|| ApiError::header("X-Min-Position", "is no position token"))
}

impl<L: Level> Access<L> {
    pub fn role(&self) -> Role {
        self.member.role
    }

    /// The caller's opaque id.
    pub fn actor(&self) -> &str {
        &self.member.subject
    }

    /// The person who calls. A key's or a tool's token is no person's.
    pub fn person(&self) -> Result<Uuid, ApiError> {
        self.member
            .subject
            .parse()
            .map_err(|_| ApiError::Forbidden {
                code: "no-person",
                detail: "this token is no person's: sign in with e-mail and password".into(),
            })
    }

    /// The person who answers for what is done: who calls, or whose key it is.
    pub fn answers(&self) -> Result<Uuid, ApiError> {
        match self.member.key {
            Some(key) => Ok(key.person),
            None => self.person(),
        }
    }

    /// The session that the token belongs to.
    pub fn session(&self) -> Option<Uuid> {
        self.member.session
    }

    pub fn tenant(&self) -> &Tenant {
        &self.member.tenant
    }

    /// How often callers may ask; `None` where they may as often as they like.
    pub fn quotas(&self) -> Option<&Quotas> {
        self.state.limits().quotas()
    }

    pub fn expires_at(&self) -> DateTime<Utc> {
        self.member.expires_at
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.state.clock().now()
    }

    pub fn ids(&self) -> &Ids {
        self.state.ids()
    }
}
