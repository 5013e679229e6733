//! The master keys: everything secret at rest is sealed under them, directly or through a key that is.

mod parse;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

use crate::cipher::{self, CipherKey};
use crate::{VaultError, random};

/// One current key and any number of previous ones. Cheap to clone; `Debug` shows ids alone.
///
/// What is sealed begins with the id of its key (a length byte and the id), so that it opens under
/// previous keys until everything is wrapped anew.
#[derive(Clone)]
pub struct MasterKeys {
    keys: Arc<[MasterKey]>,
}

struct MasterKey {
    id: String,
    secret: CipherKey,
}

impl MasterKeys {
    /// Reads `k2:<key>,k1:<key>`: the first is current. A key is 32 bytes in hex or base64, its id 1
    /// to 16 of `[a-z0-9-]`.
    ///
    /// # Errors
    /// [`VaultError::Setting`] with what is wrong, never with a key.
    pub fn parse(text: &str) -> Result<Self, VaultError> {
        parse::keys(text).map(|keys| Self { keys: keys.into() })
    }

    /// A new key as [`MasterKeys::parse`] reads it, for who has none yet.
    ///
    /// # Errors
    /// [`VaultError::Random`].
    pub fn draw(id: &str) -> Result<Zeroizing<String>, VaultError> {
        let key = random::bytes::<32>()?;
        Ok(Zeroizing::new(format!(
            "{id}:{}",
            *crate::hex::of(key.as_slice())
        )))
    }

    /// The id of the current key.
    pub fn current(&self) -> &str {
        self.keys.first().map_or("", |key| &key.id)
    }

    /// Seals under the current key. `label` says what kind of thing it is, `context` whose: both
    /// must be the same when it is opened.
    ///
    /// # Errors
    /// [`VaultError::Random`].
    pub fn seal(
        &self,
        label: &str,
        context: impl AsRef<[u8]>,
        plain: &[u8],
    ) -> Result<Vec<u8>, VaultError> {
        let key = self.keys.first().ok_or_else(no_key)?;
        let head = key.head();
        let sealed = cipher::seal(&key.derive(label), &aad(&head, context.as_ref()), plain)?;
        Ok([head, sealed].concat())
    }

    /// Opens what was sealed under the current or a previous key.
    ///
    /// # Errors
    /// [`VaultError::Unopenable`] for anything else.
    pub fn open(
        &self,
        label: &str,
        context: impl AsRef<[u8]>,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let key = self.key_of(sealed)?;
        let head = key.head();
        let body = sealed.get(head.len()..).unwrap_or_default();
        cipher::open(&key.derive(label), &aad(&head, context.as_ref()), body)
    }

    /// Seals anew what was sealed under a previous key; `None` where it is the current one already.
    ///
    /// # Errors
    /// [`VaultError::Unopenable`].
    pub fn rewrap(
        &self,
        label: &str,
        context: impl AsRef<[u8]>,
        sealed: &[u8],
    ) -> Result<Option<Vec<u8>>, VaultError> {
        let plain = self.open(label, context.as_ref(), sealed)?;
        if self.key_of(sealed)?.id == self.current() {
            return Ok(None);
        }
        self.seal(label, context, &plain).map(Some)
    }

    /// The first half of the HMAC-SHA-256 of a message under the current key.
    pub(crate) fn mac(&self, label: &str, message: &[u8]) -> Result<[u8; 16], VaultError> {
        let key = self.keys.first().ok_or_else(no_key)?;
        Ok(key.mac(label, message))
    }

    /// Whether that is the MAC of the message under the current or a previous key. Takes the same
    /// time whatever differs.
    pub(crate) fn mac_matches(&self, label: &str, message: &[u8], tag: &[u8; 16]) -> bool {
        let mut good = Choice::from(0);
        for key in self.keys.iter() {
            good |= key.mac(label, message).ct_eq(tag);
        }
        good.into()
    }

    fn key_of(&self, sealed: &[u8]) -> Result<&MasterKey, VaultError> {
        let (length, rest) = sealed
            .split_first()
            .ok_or(VaultError::Unopenable("empty"))?;
        let id = rest
            .get(..usize::from(*length))
            .ok_or(VaultError::Unopenable("too short"))?;
        self.keys
            .iter()
            .find(|key| key.id.as_bytes() == id)
            .ok_or(VaultError::Unopenable("under a master key that is not set"))
    }
}

impl MasterKey {
    /// What stands in front of what it sealed.
    fn head(&self) -> Vec<u8> {
        let length = u8::try_from(self.id.len()).unwrap_or(0);
        [&[length], self.id.as_bytes()].concat()
    }

    /// The key for one kind of thing.
    fn derive(&self, label: &str) -> CipherKey {
        hmac(&self.secret, label.as_bytes())
    }

    fn mac(&self, label: &str, message: &[u8]) -> [u8; 16] {
        let mut half = [0; 16];
        half.copy_from_slice(&hmac(&self.derive(label), message)[..16]);
        half
    }
}

impl fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<&str> = self.keys.iter().map(|key| key.id.as_str()).collect();
        f.debug_tuple("MasterKeys").field(&ids).finish()
    }
}

/// HMAC-SHA-256, wiped when dropped.
pub(crate) fn hmac(key: &CipherKey, message: &[u8]) -> CipherKey {
    // A key of any length is accepted, so the error can't be.
    let mut tag = Zeroizing::new([0; 32]);
    if let Ok(mut mac) = <Hmac<Sha256> as Mac>::new_from_slice(key.as_slice()) {
        mac.update(message);
        tag.copy_from_slice(&mac.finalize().into_bytes());
    }
    tag
}

/// The head is of known length, so head and context can't run into each other.
fn aad(head: &[u8], context: &[u8]) -> Vec<u8> {
    [head, context].concat()
}

fn no_key() -> VaultError {
    VaultError::Setting("MASTER_KEYS: no key".into())
}
