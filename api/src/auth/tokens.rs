//! Signs tokens and checks them.

use std::sync::Arc;

use chrono::TimeDelta;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use quick_cache::sync::Cache;

use super::{AUDIENCE, Claims, Grant, ISSUER, Principal};
use crate::Clock;

/// HS256 is only as strong as its secret (RFC 7518, section 3.2), in bytes.
const SHORTEST_SECRET: usize = 32;
/// The longest token looked at, in bytes.
const LONGEST_TOKEN: usize = 4096;
/// Checked tokens kept in memory.
const REMEMBERED: usize = 10_000;
/// How far the clocks of two machines may be apart, in seconds.
const LEEWAY_S: i64 = 5;

/// The secret is too short to sign with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("JWT_SECRET and JWT_SECRET_PREVIOUS must have at least {SHORTEST_SECRET} bytes")]
pub struct WeakSecret;

/// Why a token doesn't hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// No token of ours, or damaged.
    #[error("the token is malformed")]
    Malformed,
    /// Signed with another key or method, or meant for somebody else.
    #[error("the token was not issued by this platform")]
    Foreign,
    #[error("the token has expired")]
    Expired,
    /// Issued in the future: a machine's clock is wrong.
    #[error("the token is not valid yet")]
    Early,
    /// The library can't sign; never happens with HS256.
    #[error("the token could not be signed")]
    Unsigned,
}

/// Signs and checks access tokens. Clones share what they remember.
#[derive(Clone)]
pub struct Tokens(Arc<Inner>);

struct Inner {
    encoding: EncodingKey,
    decoding: DecodingKey,
    /// The key before this one, while it is being replaced: it signs nothing any more.
    previous: Option<DecodingKey>,
    validation: Validation,
    clock: Clock,
    /// Tokens whose signature held. A thief can't use the look-up's timing: the key's hash is
    /// seeded at random in each process.
    checked: Cache<Box<str>, Arc<Principal>>,
}

impl Tokens {
    /// # Errors
    /// When the secret is shorter than 32 bytes.
    pub fn new(secret: &[u8], clock: Clock) -> Result<Self, WeakSecret> {
        Self::rotating(secret, None, clock)
    }

    /// Signs with `secret`, accepts what either of them has signed.
    ///
    /// # Errors
    /// When one of them is shorter than 32 bytes.
    pub fn rotating(
        secret: &[u8],
        previous: Option<&[u8]>,
        clock: Clock,
    ) -> Result<Self, WeakSecret> {
        if [Some(secret), previous]
            .into_iter()
            .flatten()
            .any(|key| key.len() < SHORTEST_SECRET)
        {
            return Err(WeakSecret);
        }
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // Checked below, by the clock that was handed in.
        validation.validate_exp = false;
        Ok(Self(Arc::new(Inner {
            encoding: EncodingKey::from_secret(secret),
            decoding: DecodingKey::from_secret(secret),
            previous: previous.map(DecodingKey::from_secret),
            validation,
            clock,
            checked: Cache::new(REMEMBERED),
        })))
    }

    /// A new token.
    ///
    /// # Errors
    /// [`TokenError::Malformed`] when the grant names no possible member.
    pub fn issue(&self, grant: &Grant) -> Result<String, TokenError> {
        let claims = grant.claims(self.0.clock.now());
        Principal::from_claims(claims.clone())?;
        encode(&Header::default(), &claims, &self.0.encoding).map_err(|_| TokenError::Unsigned)
    }

    /// Who holds the token.
    ///
    /// # Errors
    /// See [`TokenError`].
    pub fn verify(&self, token: &str) -> Result<Arc<Principal>, TokenError> {
        if let Some(known) = self.0.checked.get(token) {
            return self.still_valid(&known).map(|()| known);
        }
        if token.len() > LONGEST_TOKEN {
            return Err(TokenError::Malformed);
        }
        let claims = self.read(token)?;
        let latest_start = self.0.clock.now() + TimeDelta::seconds(LEEWAY_S);
        if claims.iat > latest_start.timestamp() {
            return Err(TokenError::Early);
        }
        let principal = Arc::new(Principal::from_claims(claims)?);
        self.still_valid(&principal)?;
        self.0.checked.insert(token.into(), Arc::clone(&principal));
        Ok(principal)
    }

    /// The claims of a token that one of our keys has signed.
    fn read(&self, token: &str) -> Result<Claims, TokenError> {
        let with = |key| {
            decode::<Claims>(token, key, &self.0.validation)
                .map(|decoded| decoded.claims)
                .map_err(|error| reason(error.kind()))
        };
        match (with(&self.0.decoding), &self.0.previous) {
            (Err(TokenError::Foreign), Some(previous)) => with(previous),
            (read, _) => read,
        }
    }

    fn still_valid(&self, principal: &Principal) -> Result<(), TokenError> {
        // Not added to the end, which may be the end of time itself.
        let earliest = self.0.clock.now() - TimeDelta::seconds(LEEWAY_S);
        if earliest < principal.expires_at() {
            return Ok(());
        }
        Err(TokenError::Expired)
    }
}

fn reason(kind: &ErrorKind) -> TokenError {
    match kind {
        ErrorKind::InvalidSignature
        | ErrorKind::InvalidAlgorithm
        | ErrorKind::InvalidIssuer
        | ErrorKind::InvalidAudience => TokenError::Foreign,
        _ => TokenError::Malformed,
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
