//! Whether the run held, broke a promise, or proves nothing.

use std::process::ExitCode;

/// What a run shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Held,
    Broken,
    /// Too little happened for it to mean anything.
    Invalid,
}

impl Verdict {
    /// A broken promise counts, however little happened.
    pub(crate) fn of(broken: bool, too_little: bool) -> Self {
        match (broken, too_little) {
            (true, _) => Self::Broken,
            (false, true) => Self::Invalid,
            (false, false) => Self::Held,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Broken => "broken",
            Self::Invalid => "invalid",
        }
    }

    pub(crate) fn exit(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Held => 0,
            Self::Broken => 1,
            Self::Invalid => 2,
        })
    }
}
