//! `Idempotency-Key`: the same key and request get the first answer again.

use axum::extract::OriginalUri;
use axum::http::request::Parts;
use flowgrid_commands::Idempotency;
use sha2::{Digest, Sha256};

use crate::error::ApiError;

/// The longest key, in bytes.
const LONGEST_KEY: usize = 255;

/// The key, and the fingerprint that a repeat under it must equal: SHA-256 of method, canonical
/// path and body.
pub(super) fn idempotency(parts: &Parts, body: &[u8]) -> Result<Option<Idempotency>, ApiError> {
    let Some(value) = parts.headers.get("idempotency-key") else {
        return Ok(None);
    };
    let key = value
        .to_str()
        .ok()
        .map(str::trim)
        .filter(|key| !key.is_empty() && key.len() <= LONGEST_KEY)
        .ok_or_else(|| {
            ApiError::header(
                "Idempotency-Key",
                "must be 1 to 255 visible ASCII characters",
            )
        })?;
    // As it was sent: within a nested router the path is cut.
    let original = parts.extensions.get::<OriginalUri>();
    let (prefix, path) = canonical(original.map_or(&parts.uri, |uri| &uri.0).path());
    let mut hash = Sha256::new();
    for part in [parts.method.as_str(), "\n", prefix, path, "\n"] {
        hash.update(part.as_bytes());
    }
    hash.update(body);
    let fingerprint = format!("{:x}", hash.finalize());
    Ok(Some(Idempotency {
        key: key.to_owned(),
        fingerprint,
    }))
}

/// A repeat may come over another path of the same route, or with a trailing slash.
fn canonical(path: &str) -> (&'static str, &str) {
    let path = path.trim_end_matches('/');
    match path.strip_prefix("/api/v1/alerts") {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => {
            ("/api/v1/citypulse/alerts", rest)
        }
        Some(_) | None => ("", path),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn read(path: &str, key: &str, body: &[u8]) -> Result<Option<Idempotency>, ApiError> {
        let request = Request::post(path).header("idempotency-key", key);
        idempotency(&request.body(()).unwrap().into_parts().0, body)
    }

    #[test]
    fn the_fingerprint_tells_requests_apart_but_not_aliases() {
        let print = |path, body| read(path, "k", body).unwrap().unwrap().fingerprint;
        let first = print("/api/v1/alerts/7/resolve", b"{}");
        assert_eq!(first.len(), 64);
        assert_eq!(first, print("/api/v1/citypulse/alerts/7/resolve", b"{}"));
        assert_eq!(first, print("/api/v1/alerts/7/resolve/", b"{}"));
        assert_ne!(first, print("/api/v1/alerts/8/resolve", b"{}"));
        assert_ne!(first, print("/api/v1/alerts/7/resolve", b"{ }"));
    }

    #[test]
    fn keys_are_bounded() {
        let longest = "k".repeat(LONGEST_KEY);
        assert!(read("/", &longest, b"").is_ok());
        assert!(read("/", &format!("{longest}k"), b"").is_err());
        assert!(read("/", " ", b"").is_err());
    }
}
