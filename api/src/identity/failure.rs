//! The vault's and the mail's errors, in the words of the edge.

use flowgrid_vault::VaultError;
use flowgrid_workers::mail::MailError;

use crate::error::ApiError;

/// When to come back, in seconds.
const SOON_S: u64 = 1;

impl From<VaultError> for ApiError {
    fn from(error: VaultError) -> Self {
        let cause = error.to_string();
        match error {
            VaultError::Unavailable(_) => Self::Unavailable {
                code: "unavailable",
                detail: "a part of the system can't be reached at the moment; try again".into(),
                retry_after_s: SOON_S,
                cause,
            },
            VaultError::Busy(_) => Self::Unavailable {
                code: "overloaded",
                detail: "too many are signing in at once; try again".into(),
                retry_after_s: SOON_S,
                cause,
            },
            VaultError::Erased => Self::NotFound,
            VaultError::TooMany(what) => Self::Refused {
                code: "too-many",
                detail: format!("there are too many {what}").into(),
            },
            VaultError::Unopenable(_)
            | VaultError::Corrupt(_)
            | VaultError::Unsafe(_)
            | VaultError::Setting(_)
            | VaultError::Random(_) => Self::Internal { cause },
        }
    }
}

impl From<MailError> for ApiError {
    fn from(error: MailError) -> Self {
        Self::internal(error)
    }
}
