//! What is counted together.

/// Kinds of requests, each with a limit of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Failed passwords, codes and links of one address at one account. Exact.
    Auth,
    /// The same of one address at all accounts together, which may be a whole office. Exact.
    AuthAddress,
    /// Refresh tokens of one session. Exact.
    Refresh,
    /// Calls of others' services in one's name. Exact.
    Outside,
    Ai,
    Swarm,
    Search,
    Uploads,
    /// Everything else of somebody who is signed in.
    Rest,
    /// Everything of somebody who isn't.
    Anonymous,
}

impl Class {
    pub const ALL: [Self; 10] = [
        Self::Auth,
        Self::AuthAddress,
        Self::Refresh,
        Self::Outside,
        Self::Ai,
        Self::Swarm,
        Self::Search,
        Self::Uploads,
        Self::Rest,
        Self::Anonymous,
    ];

    /// As configuration names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::AuthAddress => "auth-address",
            Self::Refresh => "refresh",
            Self::Outside => "outside",
            Self::Ai => "ai",
            Self::Swarm => "swarm",
            Self::Search => "search",
            Self::Uploads => "uploads",
            Self::Rest => "rest",
            Self::Anonymous => "anonymous",
        }
    }
}
