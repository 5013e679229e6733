//! The errors of the rooms below, in the words of this one.

use flowgrid_commands::CommandError;
use flowgrid_domain::Rejection;
use flowgrid_log::LogError;
use flowgrid_projections::ReadError;
use flowgrid_projections::consumption::ConsumptionError;

use super::ApiError;
use crate::auth::TokenError;

/// When to come back after something that heals by itself, in seconds.
const SOON_S: u64 = 1;
/// When to come back after something that somebody has to mend, in seconds.
const LATER_S: u64 = 30;

impl From<Rejection> for ApiError {
    fn from(rejection: Rejection) -> Self {
        match rejection {
            Rejection::NotFound => Self::NotFound,
            Rejection::AlreadyExists { detail } => Self::Conflict {
                code: "already-exists",
                detail: detail.into(),
            },
            Rejection::Conflict { code, detail } => Self::Conflict {
                code,
                detail: detail.into(),
            },
            Rejection::Invalid(errors) => Self::Invalid(errors),
            Rejection::Refused { code, detail } => Self::Refused {
                code,
                detail: detail.into(),
            },
        }
    }
}

impl From<CommandError> for ApiError {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Rejected(rejection) => rejection.into(),
            CommandError::VersionMismatch { expected, actual } => {
                Self::VersionMismatch { expected, actual }
            }
            CommandError::KeyReused => Self::Refused {
                code: "idempotency-key-reused",
                detail: "the Idempotency-Key was used for another request".into(),
            },
            CommandError::Contended => Self::Conflict {
                code: "contended",
                detail: "too many others changed the same thing at once; try again".into(),
            },
            CommandError::Overloaded => Self::Unavailable {
                code: "overloaded",
                detail: "too many commands are waiting; try again".into(),
                retry_after_s: SOON_S,
                cause: String::new(),
            },
            CommandError::Unavailable(cause) => Self::Unavailable {
                code: "unavailable",
                detail: "commands can't be written at the moment; try again".into(),
                retry_after_s: SOON_S,
                cause,
            },
            CommandError::Refused(cause) => Self::Unavailable {
                code: "log-behind-stream",
                detail: "commands are refused until an operator has healed the log".into(),
                retry_after_s: LATER_S,
                cause,
            },
            CommandError::Unknown(cause) => Self::Unavailable {
                code: "outcome-unknown",
                detail: "it may have happened; repeating it under the same Idempotency-Key is safe"
                    .into(),
                retry_after_s: SOON_S,
                cause,
            },
            CommandError::Internal(cause) => Self::internal(cause),
        }
    }
}

impl From<ReadError> for ApiError {
    fn from(error: ReadError) -> Self {
        let cause = error.to_string();
        match error {
            ReadError::Behind { .. } => Self::Unavailable {
                code: "projection-behind",
                detail: "the read model has not reached X-Min-Position yet; try again".into(),
                retry_after_s: SOON_S,
                cause,
            },
            ReadError::ForeignPosition => Self::header(
                "X-Min-Position",
                "is no position of this organization's log",
            ),
            ReadError::NotReady(_) => Self::Unavailable {
                code: "projection-not-ready",
                detail: "the read model is being filled for the first time; try again".into(),
                retry_after_s: SOON_S,
                cause,
            },
            ReadError::TooSlow => Self::Unavailable {
                code: "query-too-slow",
                detail: "the query took too long; narrow it or try again".into(),
                retry_after_s: SOON_S,
                cause,
            },
            ReadError::Unavailable(_) => unavailable(cause),
            ReadError::Unsafe(_) | ReadError::Corrupt(_) => Self::Internal { cause },
        }
    }
}

impl From<ConsumptionError> for ApiError {
    fn from(error: ConsumptionError) -> Self {
        let thermometer = |detail: String| Self::unfit("temperatureSensor", detail);
        let detail = error.to_string();
        match error {
            ConsumptionError::NoSuchBuilding => Self::NotFound,
            ConsumptionError::NoSuchSensor | ConsumptionError::NoThermometer => thermometer(detail),
            ConsumptionError::SeveralThermometers => thermometer(format!("is required: {detail}")),
            ConsumptionError::TooManyMeters => {
                Self::parameter("building", format!("is required: {detail}"))
            }
            ConsumptionError::TooLong => Self::parameter("from", format!("is too early: {detail}")),
            ConsumptionError::Read(error) => error.into(),
        }
    }
}

impl From<LogError> for ApiError {
    fn from(error: LogError) -> Self {
        let cause = error.to_string();
        match error {
            LogError::Database(_) | LogError::Bus(_) | LogError::NotMigrated(_) => {
                unavailable(cause)
            }
            LogError::NoSuchLog(_)
            | LogError::Gap { .. }
            | LogError::Corrupt(_)
            | LogError::Setting(_) => Self::Internal { cause },
        }
    }
}

impl From<TokenError> for ApiError {
    fn from(error: TokenError) -> Self {
        let code = match error {
            TokenError::Expired => "token-expired",
            TokenError::Revoked => "token-revoked",
            TokenError::Malformed | TokenError::Foreign | TokenError::Early => "token-invalid",
            TokenError::Unsigned => return Self::internal(error),
        };
        Self::Unauthenticated {
            code,
            detail: error.to_string().into(),
        }
    }
}

fn unavailable(cause: String) -> ApiError {
    ApiError::Unavailable {
        code: "unavailable",
        detail: "a part of the system can't be reached at the moment; try again".into(),
        retry_after_s: SOON_S,
        cause,
    }
}
