//! What a caller is told of its limit.

use std::time::Duration;

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, HeaderName, HeaderValue};

const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// Whether a request is let through, and what is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    pub allowed: bool,
    pub limit: u32,
    pub remaining: u32,
    /// Seconds until more is left than now.
    pub reset_s: u64,
    /// Seconds until the next one is let through; 0 where this one was.
    pub retry_after_s: u64,
}

impl Decision {
    /// Whether an answer says it already.
    pub(crate) fn is_told(headers: &HeaderMap) -> bool {
        headers.contains_key(LIMIT)
    }

    /// Writes `RateLimit-*` and, when it is refused, `Retry-After`.
    pub fn tell(&self, headers: &mut HeaderMap) {
        headers.insert(LIMIT, HeaderValue::from(self.limit));
        headers.insert(REMAINING, HeaderValue::from(self.remaining));
        headers.insert(RESET, HeaderValue::from(self.reset_s));
        if !self.allowed {
            headers.insert(RETRY_AFTER, HeaderValue::from(self.retry_after_s));
        }
    }
}

/// Whole seconds, never fewer than it takes and never none.
pub(super) fn seconds(wait: Duration) -> u64 {
    let whole = wait.as_secs();
    let more = u64::from(wait.subsec_nanos() > 0);
    whole.saturating_add(more).max(1)
}
