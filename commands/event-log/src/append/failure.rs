//! Why a call to Postgres failed, and whose fault it is.

use super::{AppendError, Refusal};

#[derive(Debug)]
pub(super) enum Failure {
    /// The connection broke off: the batch may have been written.
    Broken(String),
    /// The server can't write now; nothing was written.
    Unavailable(String),
    /// The server refused the call; nothing was written.
    Alone(String),
    /// The log ends before what this process has acknowledged.
    LostTail(flowgrid_bus::LogId, u64),
}

impl Failure {
    pub(super) fn into_error(self) -> AppendError {
        match self {
            Self::Broken(reason) => AppendError::Unknown(reason),
            Self::Unavailable(reason) => AppendError::Unavailable(reason),
            Self::Alone(reason) => AppendError::Rejected(reason),
            Self::LostTail(log, acknowledged) => AppendError::Refused {
                log,
                refusal: Refusal::LogLostTail { acknowledged },
            },
        }
    }
}

/// It has no room or memory (53), its disk fails (58), it rolled back because of others (40), it only
/// reads because it is a replica (25006), or somebody broke the call off (57014).
pub(super) fn is_of_the_server(error: &dyn sqlx::error::DatabaseError) -> bool {
    error.code().is_some_and(|code| {
        matches!(&*code, "25006" | "57014")
            || ["40", "53", "58"]
                .iter()
                .any(|class| code.starts_with(class))
    })
}

/// 57P01–57P03: the server goes away.
pub(super) fn is_shutdown(error: &dyn sqlx::error::DatabaseError) -> bool {
    error.code().is_some_and(|code| code.starts_with("57P"))
}
