//! What can go wrong in the vault.

/// An error of the vault. The text is for operators, and never holds a secret or personal data.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// Postgres can't be reached, or broke off: try again later.
    #[error("the vault is unavailable: {0}")]
    Unavailable(String),
    /// More work of this kind waits than can be done in time: try again later.
    #[error("the vault is busy: {0}")]
    Busy(&'static str),
    /// What was sealed doesn't open: another key, another place, or changed on the way.
    #[error("sealed data does not open: {0}")]
    Unopenable(&'static str),
    /// There is no key: the person was erased, or is none of the organization's.
    #[error("there is no key for this person here")]
    Erased,
    /// A row that this code can't have written.
    #[error("corrupt: {0}")]
    Corrupt(&'static str),
    /// More of something than one person or organization may have.
    #[error("too many: {0}")]
    TooMany(&'static str),
    /// The role isn't held by row-level security: the process must not start.
    #[error("unsafe: {0}")]
    Unsafe(String),
    /// A setting is wrong; the text says which and what would be right.
    #[error("{0}")]
    Setting(String),
    /// The system gave no random bytes.
    #[error("no random bytes: {0}")]
    Random(String),
}

impl From<sqlx::Error> for VaultError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
                Self::Corrupt("a column is of another type")
            }
            other => Self::Unavailable(other.to_string()),
        }
    }
}
