//! What is asked of an aggregate.

/// A command with the conditions under which it may happen.
#[derive(Clone, Debug)]
pub struct Request<C> {
    /// Local id of the aggregate.
    pub id: String,
    pub command: C,
    /// The version the aggregate must have (`If-Match`); without it, a command that meets another
    /// is decided again.
    pub if_match: Option<u64>,
    pub idempotency: Option<Idempotency>,
    /// HTTP status of the answer, kept for a repeat.
    pub status: u16,
    /// When a claim is held by another aggregate, that one becomes the target: raising an alert
    /// that is open already.
    pub follow_claim: bool,
}

/// The `Idempotency-Key` of a command, and what a repeat must equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotency {
    pub key: String,
    /// Hash of method, path and body.
    pub fingerprint: String,
}
