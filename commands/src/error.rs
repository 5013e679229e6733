//! Why a command had no outcome.

use flowgrid_domain::{DecodeError, Rejection};
use flowgrid_log::{AppendError, LogError};

/// Each variant says what it means for the caller.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The domain says no. Nothing has happened.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// `If-Match` named another version. Read again.
    #[error("expected version {expected}, it has version {actual}")]
    VersionMismatch { expected: u64, actual: u64 },
    /// The key was used for another command within 24 hours.
    #[error("the idempotency key was used for another command")]
    KeyReused,
    /// Others were faster every time. Try again.
    #[error("too many others are changing the same thing")]
    Contended,
    /// Too many commands wait. Nothing has happened; try again a little later.
    #[error("too many commands are waiting")]
    Overloaded,
    /// The log can't be written to now. Nothing has happened.
    #[error("the log is unavailable: {0}")]
    Unavailable(String),
    /// The log refuses commands until an operator has healed it. Nothing has happened.
    #[error("{0}")]
    Refused(String),
    /// It broke off on the way: it may have happened. Repeating it under the same key is safe.
    #[error("the outcome is unknown: {0}")]
    Unknown(String),
    /// Our fault; the text is for the log, not for the caller.
    #[error("{0}")]
    Internal(String),
}

impl From<AppendError> for CommandError {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::Overloaded => Self::Overloaded,
            AppendError::Unavailable(reason) => Self::Unavailable(reason),
            AppendError::Unknown(reason) => Self::Unknown(reason),
            AppendError::Refused { .. } => Self::Refused(error.to_string()),
            AppendError::Rejected(reason) => Self::Internal(reason),
        }
    }
}

impl From<LogError> for CommandError {
    fn from(error: LogError) -> Self {
        match error {
            LogError::Database(reason) | LogError::Bus(reason) => Self::Unavailable(reason),
            // Made after this process started; the organization waits for its restart.
            LogError::NoSuchLog(_) => {
                Self::Unavailable(format!("{error} in this process: restart it"))
            }
            LogError::Gap { .. }
            | LogError::Corrupt(_)
            | LogError::NotMigrated(_)
            | LogError::Setting(_) => Self::Internal(error.to_string()),
        }
    }
}

impl From<DecodeError> for CommandError {
    fn from(error: DecodeError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<serde_json::Error> for CommandError {
    fn from(error: serde_json::Error) -> Self {
        Self::Internal(error.to_string())
    }
}
