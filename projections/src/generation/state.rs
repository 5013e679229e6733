//! The life of a generation.

/// Where a generation is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Waits for a projector process.
    Requested,
    /// Is being filled from history.
    Filling,
    /// Has its indexes and takes in what came meanwhile.
    CatchingUp,
    /// Its rows are compared with the live ones at equal positions.
    Comparing,
    /// Queries see it.
    Live,
    /// Is whole, but its rows differ from the live ones; it was not swapped in.
    Differs,
    Cancelled,
    Failed,
    /// Was live; its tables stay for a grace time.
    Retired,
    /// Its tables are gone.
    Dropped,
}

impl State {
    const ALL: [Self; 10] = [
        Self::Requested,
        Self::Filling,
        Self::CatchingUp,
        Self::Comparing,
        Self::Live,
        Self::Differs,
        Self::Cancelled,
        Self::Failed,
        Self::Retired,
        Self::Dropped,
    ];

    /// `catching-up`
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Filling => "filling",
            Self::CatchingUp => "catching-up",
            Self::Comparing => "comparing",
            Self::Live => "live",
            Self::Differs => "differs",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
            Self::Retired => "retired",
            Self::Dropped => "dropped",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether a rebuild is still at work on it, or will be.
    pub fn is_unfinished(self) -> bool {
        match self {
            Self::Requested | Self::Filling | Self::CatchingUp | Self::Comparing => true,
            Self::Live
            | Self::Differs
            | Self::Cancelled
            | Self::Failed
            | Self::Retired
            | Self::Dropped => false,
        }
    }
}
