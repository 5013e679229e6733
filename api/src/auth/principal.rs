//! Who a token's holder is, once it has been checked.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use flowgrid_bus::{Role, Tenant};
use flowgrid_domain::values::Plan;
use flowgrid_vault::Bearer;
use uuid::Uuid;

use super::{Claims, TokenError};

/// The longest subject, in bytes.
const LONGEST_SUBJECT: usize = 128;

/// Somebody whose token held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    Member(Member),
    /// The platform's own: rebuilds, metrics. Sees no organization's things.
    Operator {
        subject: Arc<str>,
        expires_at: DateTime<Utc>,
    },
}

/// A member of one organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub subject: Arc<str>,
    pub tenant: Tenant,
    pub role: Role,
    pub scopes: Scopes,
    /// Frontends to which the membership is limited; empty means any.
    pub frontends: Vec<String>,
    /// The session that the token was made for.
    pub session: Option<Uuid>,
    /// How many refresh tokens the session had had by then.
    pub generation: Option<u32>,
    /// Set for a program that comes with an API key.
    pub key: Option<KeyHolder>,
    /// Sets the rate limits.
    pub plan: Plan,
    pub issued_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// An API key, and the person who answers for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyHolder {
    pub id: Uuid,
    pub person: Uuid,
}

/// One thing that a token may be limited to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    Read,
    Write,
}

impl Scope {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

/// What a token may be used for, within its role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scopes {
    read: bool,
    write: bool,
}

impl Scopes {
    /// An empty list means everything. A scope that this build doesn't know allows nothing here.
    pub(crate) fn of(names: &[String]) -> Self {
        let has = |scope: Scope| names.is_empty() || names.iter().any(|n| n == scope.as_str());
        Self {
            read: has(Scope::Read),
            write: has(Scope::Write),
        }
    }

    pub fn allow(self, scope: Scope) -> bool {
        match scope {
            Scope::Read => self.read,
            Scope::Write => self.write,
        }
    }
}

impl Principal {
    /// From claims whose signature held.
    pub(super) fn from_claims(claims: Claims) -> Result<Self, TokenError> {
        let visible = |b: u8| b.is_ascii_graphic();
        let named = !claims.sub.is_empty() && claims.sub.len() <= LONGEST_SUBJECT;
        if !named || !claims.sub.bytes().all(visible) {
            return Err(TokenError::Malformed);
        }
        if claims.r#gen.is_some() && claims.sid.is_none() {
            return Err(TokenError::Malformed);
        }
        let time = |s| DateTime::from_timestamp(s, 0).ok_or(TokenError::Malformed);
        // More than a second would let its holder outlive a revocation.
        let beyond = TimeDelta::milliseconds(claims.iat_ms.min(999).into());
        let issued_at = time(claims.iat)?.checked_add_signed(beyond);
        let issued_at = issued_at.ok_or(TokenError::Malformed)?;
        let expires_at = time(claims.exp)?;
        let subject: Arc<str> = claims.sub.into();
        match (claims.operator, claims.org, claims.role) {
            (true, None, None) => Ok(Self::Operator {
                subject,
                expires_at,
            }),
            (false, Some(org), Some(role)) => Ok(Self::Member(Member {
                subject,
                tenant: Tenant::from_slug(&org).map_err(|_| TokenError::Malformed)?,
                role,
                scopes: Scopes::of(&claims.scopes),
                frontends: claims.frontends,
                session: claims.sid,
                generation: claims.r#gen,
                key: None,
                plan: claims.plan.unwrap_or_default(),
                issued_at,
                expires_at,
            })),
            // Half a member, or a member who claims to be an operator.
            (true | false, _, _) => Err(TokenError::Malformed),
        }
    }

    pub fn expires_at(&self) -> DateTime<Utc> {
        match self {
            Self::Member(member) => member.expires_at,
            Self::Operator { expires_at, .. } => *expires_at,
        }
    }

    /// What may be revoked before it expires; `None` for the platform's own.
    pub fn bearer(&self) -> Option<Bearer> {
        let member = self.member()?;
        Some(Bearer {
            // A tool's token has no person who could be erased.
            person: match member.key {
                Some(key) => key.person,
                None => member.subject.parse().unwrap_or_default(),
            },
            tenant: member.tenant.id(),
            session: member.session,
            key: member.key.map(|key| key.id),
            issued_at: member.issued_at,
        })
    }

    pub fn subject(&self) -> &str {
        match self {
            Self::Member(member) => &member.subject,
            Self::Operator { subject, .. } => subject,
        }
    }

    /// The member, unless it is an operator.
    pub fn member(&self) -> Option<&Member> {
        match self {
            Self::Member(member) => Some(member),
            Self::Operator { .. } => None,
        }
    }
}

impl Member {
    /// Whether a request that names its frontend (`X-Frontend-Source`) may come from there. Naming
    /// none is allowed to a limited member as well: the header only ever narrows.
    pub fn may_use(&self, frontend: Option<&str>) -> bool {
        let Some(frontend) = frontend else {
            return true;
        };
        self.frontends.is_empty() || self.frontends.iter().any(|allowed| allowed == frontend)
    }
}
