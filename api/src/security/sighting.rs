//! Something seen that concerns security, on its way into the log.

use std::net::IpAddr;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use flowgrid_bus::Tenant;
use serde_json::{Map, Value};
use uuid::Uuid;

/// How long the user agent may be that is kept, in characters.
const LONGEST_AGENT: usize = 400;

/// What was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Login,
    LoginFailed,
    /// Too many failures: further tries from there are refused for a while.
    LoginLocked,
    PasswordResetAsked,
    PasswordReset,
    PasswordChanged,
    EmailChanged,
    SecondFactorEnabled,
    SecondFactorDisabled,
    SecondFactorFailed,
    ApiKeyCreated,
    ApiKeyRevoked,
    /// A key comes from where its last use didn't.
    ApiKeyNewAddress,
    SessionEnded,
    /// An old refresh token came back.
    TokenReused,
    /// 403: a member asked for what it may not.
    PermissionDenied,
    /// 404 again and again: a member asks for what isn't there.
    NothingFound,
}

impl Kind {
    /// As the record's `eventType` has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::LoginFailed => "login-failed",
            Self::LoginLocked => "login-locked",
            Self::PasswordResetAsked => "password-reset-asked",
            Self::PasswordReset => "password-reset",
            Self::PasswordChanged => "password-changed",
            Self::EmailChanged => "email-changed",
            Self::SecondFactorEnabled => "second-factor-enabled",
            Self::SecondFactorDisabled => "second-factor-disabled",
            Self::SecondFactorFailed => "second-factor-failed",
            Self::ApiKeyCreated => "api-key-created",
            Self::ApiKeyRevoked => "api-key-revoked",
            Self::ApiKeyNewAddress => "api-key-new-address",
            Self::SessionEnded => "session-ended",
            Self::TokenReused => "token-reused",
            Self::PermissionDenied => "permission-denied",
            Self::NothingFound => "nothing-found",
        }
    }

    /// After how many within a minute it is recorded. What a caller can cause as often as it likes is
    /// recorded a few times; all else always.
    pub(super) fn steps(self) -> Option<&'static [u32]> {
        match self {
            Self::LoginFailed
            | Self::LoginLocked
            | Self::PasswordResetAsked
            | Self::SecondFactorFailed
            | Self::ApiKeyNewAddress
            | Self::PermissionDenied => Some(&[1, 16, 64]),
            // A single one is everyday life.
            Self::NothingFound => Some(&[16, 64]),
            Self::Login
            | Self::PasswordReset
            | Self::PasswordChanged
            | Self::EmailChanged
            | Self::SecondFactorEnabled
            | Self::SecondFactorDisabled
            | Self::ApiKeyCreated
            | Self::ApiKeyRevoked
            | Self::SessionEnded
            | Self::TokenReused => None,
        }
    }
}

/// Where it came from.
#[derive(Clone, Debug, Default)]
pub struct Whence {
    pub address: Option<IpAddr>,
    pub agent: Option<String>,
    pub request_id: Option<Arc<str>>,
}

/// A user agent as far as it is kept; `None` where it says nothing.
pub fn agent_of(header: &str) -> Option<String> {
    let agent = header.trim();
    (!agent.is_empty()).then(|| agent.chars().take(LONGEST_AGENT).collect())
}

/// Something seen.
#[derive(Clone, Debug)]
pub struct Sighting {
    pub kind: Kind,
    /// Whom it is about, where that is known.
    pub person: Option<Uuid>,
    /// The index of the e-mail address that was named, where only that is known. Whose it is, is
    /// looked up later: here it would take longer for an address that somebody has.
    pub account: Option<String>,
    /// The organization concerned; without one, all of the person's.
    pub tenant: Option<Tenant>,
    /// Neither secrets nor personal data.
    pub details: Map<String, Value>,
    pub from: Whence,
    pub at: DateTime<Utc>,
}
