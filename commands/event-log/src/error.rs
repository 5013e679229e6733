//! What can go wrong between us and the log.

use flowgrid_bus::LogId;

/// An error of the log or its mirror. The text is for operators, never for clients.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// Postgres can't be reached, or broke off: try again later.
    #[error("the database is unavailable: {0}")]
    Database(String),
    /// NATS can't be reached, or broke off: try again later.
    #[error("the bus is unavailable: {0}")]
    Bus(String),
    /// No log has this number.
    #[error("there is no log {0}")]
    NoSuchLog(LogId),
    /// Positions that must follow each other don't.
    #[error("log {log}: expected position {expected}, found {found}")]
    Gap {
        log: LogId,
        expected: u64,
        found: u64,
    },
    /// A row or message that this code can't have written.
    #[error("corrupt: {0}")]
    Corrupt(String),
    /// The database is not at the schema this build needs.
    #[error("the database is not migrated: {0}")]
    NotMigrated(String),
    /// A setting is wrong; the text says which and what would be right.
    #[error("{0}")]
    Setting(String),
}

impl From<sqlx::Error> for LogError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
                Self::Corrupt(error.to_string())
            }
            other => Self::Database(other.to_string()),
        }
    }
}

impl From<flowgrid_bus::HeaderError> for LogError {
    fn from(error: flowgrid_bus::HeaderError) -> Self {
        Self::Corrupt(error.to_string())
    }
}
