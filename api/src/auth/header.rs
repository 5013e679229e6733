//! The first part of a token, read before anything is believed.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::Deserialize;

use super::TokenError;

/// The longest head looked at, in bytes of base64.
const LONGEST_HEAD: usize = 256;

/// All that the head of a token of ours may say. A key, an address of one (`jwk`, `jku`, `x5c`, `x5u`)
/// or an extension (`crit`, `b64`) is no part of it, and a name that stands twice is refused.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    pub alg: String,
    pub kid: Option<String>,
    typ: Option<String>,
}

impl Head {
    /// # Errors
    /// [`TokenError::Malformed`] when it says anything else.
    pub fn of(token: &str) -> Result<Self, TokenError> {
        let part = token.split('.').next().unwrap_or_default();
        if part.len() > LONGEST_HEAD {
            return Err(TokenError::Malformed);
        }
        let bytes = BASE64.decode(part).map_err(|_| TokenError::Malformed)?;
        let head: Self = serde_json::from_slice(&bytes).map_err(|_| TokenError::Malformed)?;
        if head.typ.as_deref().is_some_and(|typ| typ != "JWT") {
            return Err(TokenError::Malformed);
        }
        Ok(head)
    }
}
