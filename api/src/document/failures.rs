//! The failures that routes have in common.

use utoipa::IntoResponses;

use crate::error::ProblemDocument;

/// What may go wrong with a command.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "only describes answers")]
pub enum CommandFailures {
    /// The request can't be read.
    #[response(status = 400, content_type = "application/problem+json")]
    Malformed(ProblemDocument),
    /// No token, or one that doesn't hold.
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthenticated(ProblemDocument),
    /// The role, the token's scopes or its frontends don't allow it.
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(ProblemDocument),
    /// There is no such thing in the organization.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(ProblemDocument),
    /// The thing is in a state in which this can't happen.
    #[response(status = 409, content_type = "application/problem+json")]
    Conflict(ProblemDocument),
    /// It is not at the revision that If-Match names.
    #[response(status = 412, content_type = "application/problem+json")]
    VersionMismatch(ProblemDocument),
    /// The body is over 1 MB, or over 16 MB of readings.
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(ProblemDocument),
    /// The body is of another kind than the route takes, or compressed in another way.
    #[response(status = 415, content_type = "application/problem+json")]
    UnsupportedMediaType(ProblemDocument),
    /// The input breaks a rule, or the Idempotency-Key was used for another request.
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(ProblemDocument),
    /// Too many requests: try again after Retry-After seconds.
    #[response(status = 429, content_type = "application/problem+json")]
    TooMany(ProblemDocument),
    /// Try again after Retry-After seconds.
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(ProblemDocument),
}

/// What may go wrong with a query.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "only describes answers")]
pub enum QueryFailures {
    /// A parameter or header can't be read; it is named.
    #[response(status = 400, content_type = "application/problem+json")]
    Malformed(ProblemDocument),
    /// No token, or one that doesn't hold.
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthenticated(ProblemDocument),
    /// The role, the token's scopes or its frontends don't allow it.
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(ProblemDocument),
    /// There is no such thing in the organization.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(ProblemDocument),
    /// Too many requests: try again after Retry-After seconds.
    #[response(status = 429, content_type = "application/problem+json")]
    TooMany(ProblemDocument),
    /// The read model is behind X-Min-Position, or a part can't be reached: try again after
    /// Retry-After seconds.
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(ProblemDocument),
}

/// What may go wrong before a WebSocket is one.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "only describes answers")]
pub enum SocketFailures {
    /// No upgrade was asked for, or the query can't be read.
    #[response(status = 400, content_type = "application/problem+json")]
    Malformed(ProblemDocument),
    /// A token that doesn't hold.
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthenticated(ProblemDocument),
    /// An operator, a token that may not read, or another frontend.
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(ProblemDocument),
    /// Too many connections, or the process goes away: come back after Retry-After seconds.
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(ProblemDocument),
}
