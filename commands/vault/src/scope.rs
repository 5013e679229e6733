//! Whose rows a transaction sees.

use std::fmt;

use uuid::Uuid;

use crate::hex;

/// The person and the organization of a transaction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope {
    pub person: Whose,
    pub tenant: Whose,
}

/// An id, or how Postgres finds it from what nobody can guess. Displays as SQL: all that is spliced
/// in are UUIDs and hex.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Whose {
    Nobodys,
    Of(Uuid),
    OfSession(Uuid),
    OfOneTime([u8; 32]),
    OfApiKey(Uuid),
}

impl Scope {
    pub(crate) fn person(id: Uuid) -> Self {
        Self {
            person: Whose::Of(id),
            tenant: Whose::Nobodys,
        }
    }

    pub(crate) fn tenant(id: Uuid) -> Self {
        Self {
            person: Whose::Nobodys,
            tenant: Whose::Of(id),
        }
    }

    pub(crate) fn member(person: Uuid, tenant: Uuid) -> Self {
        Self {
            person: Whose::Of(person),
            tenant: Whose::Of(tenant),
        }
    }

    /// Of whoever a session belongs to.
    pub(crate) fn session(id: Uuid) -> Self {
        Self {
            person: Whose::OfSession(id),
            tenant: Whose::Nobodys,
        }
    }

    /// Of whoever a one-time token was made for.
    pub(crate) fn one_time(hash: [u8; 32]) -> Self {
        Self {
            person: Whose::OfOneTime(hash),
            tenant: Whose::Nobodys,
        }
    }

    /// Of the organization that an API key belongs to.
    pub(crate) fn api_key(id: Uuid) -> Self {
        Self {
            person: Whose::Nobodys,
            tenant: Whose::OfApiKey(id),
        }
    }
}

impl fmt::Display for Whose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nobodys => f.write_str("''"),
            Self::Of(id) => write!(f, "'{id}'"),
            Self::OfSession(id) => write!(f, "coalesce(vault.session_person('{id}')::text, '')"),
            Self::OfOneTime(hash) => write!(
                f,
                "coalesce(vault.mail_token_subject('\\x{}')::text, '')",
                *hex::of(hash)
            ),
            Self::OfApiKey(id) => write!(f, "coalesce(vault.api_key_tenant('{id}')::text, '')"),
        }
    }
}
