//! The roles that run apart.

/// What a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Api,
    Relay,
    Push,
    Project,
}

impl Role {
    pub(crate) const ALL: [Self; 4] = [Self::Api, Self::Relay, Self::Push, Self::Project];

    /// As the command line calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Relay => "relay",
            Self::Push => "push",
            Self::Project => "project",
        }
    }
}
