//! Key pairs of the access tokens (Ed25519, RFC 8037).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey, KeypairBytes};
use jsonwebtoken::{DecodingKey, EncodingKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// A file or text that holds no key. Says nothing of what it holds instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected an Ed25519 key in PKCS#8 PEM (`flowgrid keys new` makes one)")]
pub struct BadKey;

/// A key pair that signs or has signed. Wiped from memory when dropped, and never shown.
pub struct Ed25519Key {
    pair: SigningKey,
    kid: String,
}

impl Ed25519Key {
    /// From 32 random bytes.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let pair = SigningKey::from_bytes(seed);
        let kid = thumbprint(&x(&pair));
        Self { pair, kid }
    }

    /// From a PEM file's text, as `flowgrid keys new` or `openssl genpkey -algorithm ed25519` write it.
    ///
    /// # Errors
    /// When it holds no Ed25519 key, or one whose halves don't belong together.
    pub fn from_pem(text: &str) -> Result<Self, BadKey> {
        let pair = SigningKey::from_pkcs8_pem(text.trim()).map_err(|_| BadKey)?;
        Ok(Self::from_seed(pair.as_bytes()))
    }

    /// PKCS#8 without the public half, which older OpenSSL can't read.
    ///
    /// # Errors
    /// Never with a key that was made.
    pub fn to_pem(&self) -> Result<Zeroizing<String>, BadKey> {
        self.bytes()
            .to_pkcs8_pem(Default::default())
            .map_err(|_| BadKey)
    }

    /// How tokens name it: its thumbprint (RFC 7638), 43 characters.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// What others need to check our tokens.
    pub(super) fn jwk(&self) -> Value {
        json!({
            "kty": "OKP", "crv": "Ed25519", "x": x(&self.pair),
            "kid": self.kid, "use": "sig", "alg": "EdDSA",
        })
    }

    pub(super) fn encoding(&self) -> Result<EncodingKey, BadKey> {
        let der = self.bytes().to_pkcs8_der().map_err(|_| BadKey)?;
        Ok(EncodingKey::from_ed_der(der.as_bytes()))
    }

    pub(super) fn decoding(&self) -> DecodingKey {
        DecodingKey::from_ed_der(self.pair.verifying_key().as_bytes())
    }

    fn bytes(&self) -> KeypairBytes {
        KeypairBytes {
            secret_key: self.pair.to_bytes(),
            public_key: None,
        }
    }
}

/// The public half as JSON Web Keys spell it.
fn x(pair: &SigningKey) -> String {
    BASE64.encode(pair.verifying_key().as_bytes())
}

/// The required members in their order, without a blank (RFC 7638, section 3; RFC 8037, section 2).
fn thumbprint(x: &str) -> String {
    let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    BASE64.encode(Sha256::digest(members))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8037, appendix A.1 to A.3.
    #[test]
    fn the_thumbprint_is_that_of_the_standard() {
        let seed = BASE64.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A");
        let key = Ed25519Key::from_seed(&seed.unwrap().try_into().unwrap());
        assert_eq!(key.kid(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        assert_eq!(
            key.jwk()["x"],
            "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
        );
    }

    #[test]
    fn a_key_comes_back_from_its_file() {
        let key = Ed25519Key::from_seed(&[7; 32]);
        let pem = key.to_pem().unwrap();
        assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----\n"));
        assert_eq!(Ed25519Key::from_pem(&pem).unwrap().kid(), key.kid());
        let with_ends = format!("\n{}\n", pem.replace('\n', "\r\n"));
        assert_eq!(Ed25519Key::from_pem(&with_ends).unwrap().kid(), key.kid());
        for wrong in ["", "no key", &pem[..60], &pem.replace("PRIVATE", "PUBLIC")] {
            assert!(Ed25519Key::from_pem(wrong).is_err());
        }
    }
}
