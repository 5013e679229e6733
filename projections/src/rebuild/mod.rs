//! Blue/green rebuilds: the next generation is filled from history beside the live one, catches
//! up, is compared at equal positions, and is swapped in by one row. Queries never see a hole: the
//! schema they read is named at the start of their transaction.

mod cleanup;
mod compare;
mod fill;
mod progress;
mod request;
mod run;
mod supervise;
mod swap;

pub(crate) use request::{cancel, resume};
pub(crate) use supervise::{run_pending, supervise};

use flowgrid_log::LogError;

use crate::ReadError;
use crate::runtime::ApplyError;

/// Why a rebuild ended before its swap.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Broken {
    /// Somebody cancelled it, or closed its checkpoint.
    #[error("cancelled")]
    Cancelled,
    /// This process ends; another one goes on.
    #[error("interrupted by the end of this process")]
    Shutdown,
    /// It can't be done: a poison event, a gap, missing rows.
    #[error("{0}")]
    Failed(String),
    /// Postgres went away: tried again from the checkpoint.
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl From<sqlx::Error> for Broken {
    fn from(error: sqlx::Error) -> Self {
        Self::Read(error.into())
    }
}

impl From<ApplyError> for Broken {
    fn from(error: ApplyError) -> Self {
        match error {
            ApplyError::Read(error) => Self::Read(error),
            ApplyError::Unwritable { .. } => Self::Failed(error.to_string()),
        }
    }
}

impl From<LogError> for Broken {
    fn from(error: LogError) -> Self {
        match error {
            LogError::Gap { .. } | LogError::Corrupt(_) | LogError::NoSuchLog(_) => {
                Self::Failed(error.to_string())
            }
            LogError::Database(_)
            | LogError::Bus(_)
            | LogError::NotMigrated(_)
            | LogError::Setting(_) => Self::Read(error.into()),
        }
    }
}
