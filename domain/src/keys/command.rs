//! What callers may ask of an API key.

use chrono::{DateTime, Utc};

use super::Scopes;
use crate::values::{Line, PersonId, Token};

/// One line of at most 100 characters.
pub type KeyName = Line<100>;
/// How the key begins, by which its owner knows it.
pub type KeyPrefix = Token;

/// One command to one API key.
#[derive(Clone, Debug, PartialEq)]
pub enum ApiKeyCommand {
    Create(Create),
    /// No process accepts it any more.
    Revoke,
}

/// A key that isn't there yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Create {
    /// Who answers for it.
    pub person: PersonId,
    pub name: KeyName,
    pub prefix: KeyPrefix,
    pub scopes: Scopes,
    /// Never, when `None`.
    pub expires_at: Option<DateTime<Utc>>,
    pub at: DateTime<Utc>,
}
