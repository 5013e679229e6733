//! Why a command may not happen, in words of the domain; the API maps them to HTTP in one place.

/// A command was refused. Nothing has happened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// There is no such thing, or no longer.
    #[error("not found")]
    NotFound,
    /// The id is taken, perhaps by something that has been retired.
    #[error("{detail}")]
    AlreadyExists { detail: String },
    /// The thing is in a state in which this can't happen.
    #[error("{detail}")]
    Conflict { code: &'static str, detail: String },
    /// The input breaks a rule; each error names its field.
    #[error("{}", list(.0))]
    Invalid(Vec<FieldError>),
    /// The input is sound, but a rule of the domain forbids it.
    #[error("{detail}")]
    Refused { code: &'static str, detail: String },
}

impl Rejection {
    /// One field breaks a rule.
    pub fn field(pointer: &str, detail: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(pointer, detail)])
    }

    /// The thing is in a state in which this can't happen.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self::Conflict { code, detail }
    }

    /// A rule of the domain forbids it.
    pub fn refused(code: &'static str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self::Refused { code, detail }
    }
}

/// One field and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, thiserror::Error)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[error("{pointer}: {detail}")]
pub struct FieldError {
    /// JSON Pointer (RFC 6901) into the body: `/name`.
    pub pointer: String,
    pub detail: String,
}

impl FieldError {
    pub fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            detail: detail.into(),
        }
    }
}

fn list(errors: &[FieldError]) -> String {
    let all: Vec<String> = errors.iter().map(ToString::to_string).collect();
    all.join("; ")
}
