//! Signs tokens and checks them.

use std::sync::Arc;

use chrono::TimeDelta;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{decode, encode};
use quick_cache::sync::Cache;
use serde_json::Value;
use tokio::sync::watch;

use super::header::Head;
use super::keys::Checker;
use super::{Claims, Grant, Keys, Principal, WeakSecret};
use crate::Clock;

/// The longest token looked at, in bytes.
const LONGEST_TOKEN: usize = 4096;
/// Checked tokens kept in memory.
const REMEMBERED: usize = 10_000;
/// How far the clocks of two machines may be apart, in seconds.
const LEEWAY_S: i64 = 5;

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
    /// Issued or good from a time in the future: a machine's clock is wrong.
    #[error("the token is not valid yet")]
    Early,
    /// It was good, but its session has ended or what it says is no longer so.
    #[error("the token has been revoked")]
    Revoked,
    /// The library can't sign; never happens with a key that was made.
    #[error("the token could not be signed")]
    Unsigned,
}

/// Signs and checks access tokens. Clones share what they remember.
#[derive(Clone)]
pub struct Tokens(Arc<Inner>);

struct Inner {
    keys: Keys,
    clock: Clock,
    /// Whether somebody whose token holds may still come in.
    gate: Box<dyn Fn(&Principal) -> bool + Send + Sync>,
    /// Told when the gate has closed for somebody.
    closings: watch::Receiver<u64>,
    /// Tokens whose signature held. A thief can't use the look-up's timing: the key's hash is
    /// seeded at random in each process.
    checked: Cache<Box<str>, Arc<Principal>>,
}

impl Tokens {
    /// Signs and checks with one secret, by HS256.
    ///
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
        Ok(Self::with_keys(Keys::hs256(secret, previous)?, clock))
    }

    /// Whoever holds a good token comes in.
    pub fn with_keys(keys: Keys, clock: Clock) -> Self {
        let (_, never) = watch::channel(0);
        Self::gated(keys, clock, |_| true, never)
    }

    /// `gate` is asked at each use of a token, also of one that is remembered, and says whether its
    /// holder may still come in. It must neither wait nor fail. `closings` tells when it has closed
    /// for somebody who came in before.
    pub fn gated(
        keys: Keys,
        clock: Clock,
        gate: impl Fn(&Principal) -> bool + Send + Sync + 'static,
        closings: watch::Receiver<u64>,
    ) -> Self {
        Self(Arc::new(Inner {
            keys,
            clock,
            gate: Box::new(gate),
            closings,
            checked: Cache::new(REMEMBERED),
        }))
    }

    /// The public keys that our tokens are checked with.
    pub fn jwks(&self) -> Value {
        self.0.keys.jwks()
    }

    /// A new token.
    ///
    /// # Errors
    /// [`TokenError::Malformed`] when the grant names no possible member.
    pub fn issue(&self, grant: &Grant) -> Result<String, TokenError> {
        let claims = grant.claims(self.0.clock.now());
        Principal::from_claims(claims.clone())?;
        let signer = &self.0.keys.signer;
        encode(&signer.header, &claims, &signer.key).map_err(|_| TokenError::Unsigned)
    }

    /// Whether somebody may still come in whose token, or key, is good in itself.
    pub fn admits(&self, principal: &Principal) -> bool {
        (self.0.gate)(principal)
    }

    /// Told when somebody who was let in may no longer stay.
    pub fn closings(&self) -> watch::Receiver<u64> {
        self.0.closings.clone()
    }

    /// Who holds the token.
    ///
    /// # Errors
    /// See [`TokenError`].
    pub fn verify(&self, token: &str) -> Result<Arc<Principal>, TokenError> {
        let known = self.0.checked.get(token);
        let fresh = known.is_none();
        let principal = match known {
            Some(known) => known,
            None => Arc::new(self.read(token)?),
        };
        self.still_valid(&principal)?;
        if fresh {
            self.0.checked.insert(token.into(), Arc::clone(&principal));
        }
        if self.admits(&principal) {
            return Ok(principal);
        }
        Err(TokenError::Revoked)
    }

    /// Who holds a token that one of our keys has signed, whenever that ends.
    fn read(&self, token: &str) -> Result<Principal, TokenError> {
        if token.len() > LONGEST_TOKEN {
            return Err(TokenError::Malformed);
        }
        let head = Head::of(token)?;
        // Nearly always one key; while a secret is replaced, two.
        let mut claims = Err(TokenError::Foreign);
        for checker in self.0.keys.for_head(&head) {
            claims = signed_by(checker, token);
            if !matches!(claims, Err(TokenError::Foreign)) {
                break;
            }
        }
        let claims = claims?;
        let latest_start = (self.0.clock.now() + TimeDelta::seconds(LEEWAY_S)).timestamp();
        if claims.iat > latest_start || claims.nbf.is_some_and(|nbf| nbf > latest_start) {
            return Err(TokenError::Early);
        }
        Principal::from_claims(claims)
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

/// The claims, if this key has signed them.
fn signed_by(checker: &Checker, token: &str) -> Result<Claims, TokenError> {
    decode::<Claims>(token, &checker.key, &checker.validation)
        .map(|decoded| decoded.claims)
        .map_err(|error| reason(error.kind()))
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
mod attacks;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
