//! `Idempotency-Key`: the same key and request get the first answer again.

use axum::extract::OriginalUri;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use flowgrid_commands::Idempotency;
use sha2::{Digest, Sha256};

use crate::context::AppState;
use crate::error::ApiError;

/// The longest key, in bytes.
const LONGEST_KEY: usize = 255;

/// Paths of one route, and where it is canonical.
const ALIASES: [(&str, &str); 5] = [
    ("/api/v1/alerts", "/api/v1/citypulse/alerts"),
    ("/api/v1/auth/refresh-token", "/api/v1/auth/refresh"),
    ("/auth", "/api/v1/auth"),
    (
        "/api/v1/shared/notifications",
        "/api/v1/users/notifications",
    ),
    ("/api/security", "/api/v1/security"),
];

/// Below these, a body may hold a secret or somebody's data, which must not be guessed from its hash.
const CONFIDENTIAL: [&str; 4] = [
    "/api/v1/auth",
    "/api/v1/users",
    "/api/v1/organization",
    "/api/v1/security",
];

/// The key, and the fingerprint that a repeat under it must equal: SHA-256 of method, canonical
/// path and body; keyed where the body may hold a secret.
pub(super) fn idempotency(
    parts: &Parts,
    body: &[u8],
    state: &AppState,
) -> Result<Option<Idempotency>, ApiError> {
    let Some(key) = idempotency_key(&parts.headers)? else {
        return Ok(None);
    };
    let text = described(parts, body);
    let keyed = if is_confidential(parts) {
        state.fingerprint(&text)
    } else {
        None
    };
    Ok(Some(Idempotency {
        key: key.to_owned(),
        fingerprint: keyed.unwrap_or_else(|| format!("{:x}", Sha256::digest(&text))),
    }))
}

/// The same of a body that comes in pieces.
pub struct Fingerprint {
    key: String,
    hash: Sha256,
}

impl Fingerprint {
    /// Begins with all that comes before the body; `None` without a key. `options` are parameters by which
    /// the same body is another command.
    pub fn begin(parts: &Parts, options: &str) -> Result<Option<Self>, ApiError> {
        let Some(key) = idempotency_key(&parts.headers)? else {
            return Ok(None);
        };
        let mut hash = Sha256::new();
        hash.update(described(parts, options.as_bytes()));
        hash.update(b"\n");
        Ok(Some(Self {
            key: key.to_owned(),
            hash,
        }))
    }

    pub fn add(&mut self, piece: &[u8]) {
        self.hash.update(piece);
    }

    pub fn finish(self) -> Idempotency {
        Idempotency {
            key: self.key,
            fingerprint: format!("{:x}", self.hash.finalize()),
        }
    }
}

/// The key that was sent, if any.
pub fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, ApiError> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    value
        .to_str()
        .ok()
        .map(str::trim)
        .filter(|key| !key.is_empty() && key.len() <= LONGEST_KEY)
        .map(Some)
        .ok_or_else(|| {
            ApiError::header(
                "Idempotency-Key",
                "must be 1 to 255 visible ASCII characters",
            )
        })
}

/// All by which a repeat is known.
pub fn described(parts: &Parts, body: &[u8]) -> Vec<u8> {
    let (prefix, path) = canonical(path(parts));
    let head = [parts.method.as_str(), "\n", prefix, path, "\n"].concat();
    [head.as_bytes(), body].concat()
}

/// As it was sent: within a nested router the path is cut.
fn path(parts: &Parts) -> &str {
    let original = parts.extensions.get::<OriginalUri>();
    original.map_or(&parts.uri, |uri| &uri.0).path()
}

fn is_confidential(parts: &Parts) -> bool {
    let (prefix, path) = canonical(path(parts));
    let within = |area: &&str| below(prefix, area).or_else(|| below(path, area)).is_some();
    CONFIDENTIAL.iter().any(within)
}

/// A repeat may come over another path of the same route, or with a trailing slash.
fn canonical(path: &str) -> (&'static str, &str) {
    let path = path.trim_end_matches('/');
    let alias = |(alias, to): &(&str, &'static str)| Some((*to, below(path, alias)?));
    ALIASES.iter().find_map(alias).unwrap_or(("", path))
}

/// What follows an area's path, when it is one of its.
fn below<'p>(path: &'p str, area: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(area)?;
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn parts(path: &str, key: &str) -> Parts {
        let request = Request::post(path).header("idempotency-key", key);
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn the_description_tells_requests_apart_but_not_aliases() {
        let print = |path, body: &[u8]| described(&parts(path, "k"), body);
        let first = print("/api/v1/alerts/7/resolve", b"{}");
        assert_eq!(first, print("/api/v1/citypulse/alerts/7/resolve", b"{}"));
        assert_eq!(first, print("/api/v1/alerts/7/resolve/", b"{}"));
        assert_ne!(first, print("/api/v1/alerts/8/resolve", b"{}"));
        assert_ne!(first, print("/api/v1/alerts/7/resolve", b"{ }"));
        let refresh = print("/auth/refresh", b"");
        assert_eq!(refresh, print("/api/v1/auth/refresh-token", b""));
        assert_ne!(print("/authors", b""), print("/api/v1/authors", b""));
    }

    #[test]
    fn what_may_hold_a_secret_is_known_by_its_path() {
        for path in [
            "/auth/login",
            "/api/v1/auth/register",
            "/api/v1/users/integrations",
            "/api/v1/organization/invitations",
            "/api/v1/organization",
        ] {
            assert!(is_confidential(&parts(path, "k")), "{path}");
        }
        for path in [
            "/api/v1/alerts",
            "/api/v1/citypulse/buildings",
            "/api/v1/authors",
        ] {
            assert!(!is_confidential(&parts(path, "k")), "{path}");
        }
    }

    #[test]
    fn keys_are_bounded() {
        let longest = "k".repeat(LONGEST_KEY);
        let read = |key: &str| idempotency_key(&parts("/", key).headers).map(drop);
        assert!(read(&longest).is_ok());
        assert!(read(&format!("{longest}k")).is_err());
        assert!(read(" ").is_err());
    }
}
