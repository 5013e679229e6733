//! Which kind of log an aggregate lives on.

/// What a log is for. An organization lives on one log of each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LogKind {
    /// People and organizations.
    Identity,
    /// Buildings, alerts, grids, workflows, conversations.
    Domain,
    /// Readings and measurements, kept for a shorter time.
    Telemetry,
}

impl LogKind {
    pub const ALL: [Self; 3] = [Self::Identity, Self::Domain, Self::Telemetry];

    /// `identity`
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Domain => "domain",
            Self::Telemetry => "telemetry",
        }
    }
}
