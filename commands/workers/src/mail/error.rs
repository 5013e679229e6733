//! What can go wrong with mail.

use std::fmt;

use flowgrid_vault::VaultError;

/// An error of the outbox or the mailbox. The text is for operators, and never holds an address, a
/// token or a password.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The mail can't be written as asked: the caller's fault, and never different later.
    #[error("unfit for mail: {0}")]
    Unfit(&'static str),
    /// As much mail waits as is allowed to: try again later.
    #[error("{0} mails wait, no more are taken")]
    Full(i64),
    /// Postgres can't be reached, or broke off: try again later.
    #[error("the outbox is unavailable: {0}")]
    Unavailable(String),
    /// Sealed by a key that isn't set, or not by us.
    #[error(transparent)]
    Sealing(#[from] VaultError),
    /// What was opened is no letter of this build.
    #[error("a sealed letter can't be read")]
    Unreadable,
    /// A setting is wrong; the text says which and what would be right.
    #[error("{0}")]
    Setting(String),
}

impl From<sqlx::Error> for MailError {
    fn from(error: sqlx::Error) -> Self {
        Self::Unavailable(error.to_string())
    }
}

/// Why a letter wasn't sent. Its text is stored and logged: a code and where it came from, never
/// the server's words, which repeat addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendError {
    /// Trying again wouldn't help.
    pub permanent: bool,
    pub what: String,
}

impl SendError {
    pub(crate) fn temporary(what: impl Into<String>) -> Self {
        Self {
            permanent: false,
            what: what.into(),
        }
    }

    pub(crate) fn permanent(what: impl Into<String>) -> Self {
        Self {
            permanent: true,
            what: what.into(),
        }
    }
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for SendError {}
