//! What can go wrong when a read model is asked.

use flowgrid_bus::LogId;
use flowgrid_log::LogError;

use crate::ModelName;

/// Why a query got no answer. The texts of `Unavailable`, `Unsafe` and `Corrupt` are for operators,
/// never for clients.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The projection did not get to the position within the time allowed: try again.
    #[error("projection {model} is at position {have} of log {log}, {want} was asked for")]
    Behind {
        model: ModelName,
        log: LogId,
        have: u64,
        want: u64,
    },
    /// The position is of another log or of another life of it: it can't be waited for.
    #[error("the position is not one of this system's")]
    ForeignPosition,
    /// No generation of it is live yet: it is being filled for the first time.
    #[error("a projection is not ready yet: {0}")]
    NotReady(String),
    /// The query took longer than it may.
    #[error("the query took too long")]
    TooSlow,
    /// Postgres can't be reached, or broke off: try again.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// The role for queries could see what it must not: the process must not start.
    #[error("the role for queries is not safe: {0}")]
    Unsafe(String),
    /// A row that this code can't have written.
    #[error("corrupt: {0}")]
    Corrupt(String),
}

impl From<sqlx::Error> for ReadError {
    fn from(error: sqlx::Error) -> Self {
        let code = error
            .as_database_error()
            .and_then(|database| database.code());
        match (code.as_deref(), &error) {
            // undefined_table: no schema on the search path has it, so no generation is live
            (Some("42P01"), _) => Self::NotReady(error.to_string()),
            (Some("57014"), _) => Self::TooSlow,
            (None, sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_)) => {
                Self::Corrupt(error.to_string())
            }
            (_, _) => Self::Unavailable(error.to_string()),
        }
    }
}

impl From<LogError> for ReadError {
    fn from(error: LogError) -> Self {
        match error {
            LogError::Corrupt(_) | LogError::Gap { .. } => Self::Corrupt(error.to_string()),
            LogError::NoSuchLog(_) => Self::ForeignPosition,
            LogError::Setting(text) => Self::Unsafe(text),
            LogError::Database(_) | LogError::Bus(_) | LogError::NotMigrated(_) => {
                Self::Unavailable(error.to_string())
            }
        }
    }
}
