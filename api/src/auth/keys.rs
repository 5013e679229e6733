//! The keys of the access tokens: one signs, each of them checks what it has signed.
//!
//! A key is bound to its method. A token names its key (`kid`), or none, which is `JWT_SECRET` and
//! the one before it; it never chooses the method.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde_json::{Value, json};

use super::header::Head;
use super::{AUDIENCE, BadKey, Ed25519Key, ISSUER};

/// HS256 is only as strong as its secret (RFC 7518, section 3.2), in bytes.
const SHORTEST_SECRET: usize = 32;

/// The secret is too short to sign with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("JWT_SECRET and JWT_SECRET_PREVIOUS must have at least {SHORTEST_SECRET} bytes")]
pub struct WeakSecret;

/// The keys of one platform. Never shown.
pub struct Keys {
    pub(super) signer: Signer,
    checkers: Vec<Checker>,
    public: Vec<Value>,
}

pub(super) struct Signer {
    pub header: Header,
    pub key: EncodingKey,
}

/// A key that checks, by its one method.
pub(super) struct Checker {
    kid: Option<String>,
    name: &'static str,
    pub key: DecodingKey,
    pub validation: Validation,
}

impl Keys {
    /// `secret` signs; what `previous` has signed is still accepted.
    ///
    /// # Errors
    /// When one of them is shorter than 32 bytes.
    pub fn hs256(secret: &[u8], previous: Option<&[u8]>) -> Result<Self, WeakSecret> {
        let secrets: Vec<&[u8]> = [Some(secret), previous].into_iter().flatten().collect();
        if secrets.iter().any(|key| key.len() < SHORTEST_SECRET) {
            return Err(WeakSecret);
        }
        let signer = Signer {
            header: Header::new(Algorithm::HS256),
            key: EncodingKey::from_secret(secret),
        };
        let checkers = secrets.into_iter().map(Checker::of_secret).collect();
        Ok(Self {
            signer,
            checkers,
            public: Vec::new(),
        })
    }

    /// `newest` signs; what `others` have signed is accepted as well.
    ///
    /// # Errors
    /// Never with keys that were made.
    pub fn ed25519(newest: &Ed25519Key, others: &[Ed25519Key]) -> Result<Self, BadKey> {
        let newest = Self {
            signer: Signer::of(newest)?,
            checkers: vec![Checker::of(newest)],
            public: vec![newest.jwk()],
        };
        Ok(newest.accepting(others))
    }

    /// What these have signed, or will sign, is accepted as well.
    pub fn accepting(mut self, others: &[Ed25519Key]) -> Self {
        self.checkers.extend(others.iter().map(Checker::of));
        self.public.extend(others.iter().map(Ed25519Key::jwk));
        self
    }

    /// Secrets go on being accepted, but `newest` signs from now on.
    ///
    /// # Errors
    /// Never with keys that were made.
    pub fn with_ed25519(self, newest: &Ed25519Key, others: &[Ed25519Key]) -> Result<Self, BadKey> {
        let mut keys = Self::ed25519(newest, others)?;
        keys.checkers.extend(self.checkers);
        keys.public.extend(self.public);
        Ok(keys)
    }

    /// The public keys as a JSON Web Key Set (RFC 7517, section 5). Secrets are not in it.
    pub fn jwks(&self) -> Value {
        json!({"keys": self.public})
    }

    /// The keys that may have signed a token of this head.
    pub(super) fn for_head<'a>(&'a self, head: &'a Head) -> impl Iterator<Item = &'a Checker> {
        let named = |checker: &&Checker| checker.kid == head.kid && checker.name == head.alg;
        self.checkers.iter().filter(named)
    }
}

impl Signer {
    fn of(key: &Ed25519Key) -> Result<Self, BadKey> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(key.kid().to_owned());
        Ok(Self {
            header,
            key: key.encoding()?,
        })
    }
}

impl Checker {
    fn of_secret(secret: &[u8]) -> Self {
        Self {
            kid: None,
            name: "HS256",
            key: DecodingKey::from_secret(secret),
            validation: validation(Algorithm::HS256),
        }
    }

    fn of(key: &Ed25519Key) -> Self {
        Self {
            kid: Some(key.kid().to_owned()),
            name: "EdDSA",
            key: key.decoding(),
            validation: validation(Algorithm::EdDSA),
        }
    }
}

/// Times are checked by [`Tokens`](super::Tokens), by the clock that was handed in.
fn validation(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation
}
