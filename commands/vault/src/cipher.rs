//! XChaCha20-Poly1305 with a random nonce in front: `nonce (24) ‖ ciphertext ‖ tag (16)`.
//!
//! Nonces of 24 bytes may be drawn at random for as many messages as there will ever be
//! (draft-irtf-cfrg-xchacha, section 2.1).

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{Key, KeyInit, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::{VaultError, random};

const NONCE: usize = 24;

/// A key of the cipher, wiped when dropped.
pub(crate) type CipherKey = Zeroizing<[u8; 32]>;

/// Seals a text; `aad` must be the same when it is opened.
pub(crate) fn seal(key: &CipherKey, aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, VaultError> {
    let nonce = random::bytes::<NONCE>()?;
    let payload = Payload { msg: plain, aad };
    let sealed = cipher(key)
        .encrypt(<&XNonce>::from(&*nonce), payload)
        .map_err(|_| VaultError::Unopenable("too long to be sealed"))?;
    Ok([nonce.as_slice(), &sealed].concat())
}

/// Opens what [`seal`] made under the same key and `aad`.
pub(crate) fn open(
    key: &CipherKey,
    aad: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let (nonce, msg) = sealed
        .split_first_chunk::<NONCE>()
        .ok_or(VaultError::Unopenable("too short"))?;
    cipher(key)
        .decrypt(<&XNonce>::from(nonce), Payload { msg, aad })
        .map(Zeroizing::new)
        .map_err(|_| VaultError::Unopenable("wrong key, wrong place, or changed"))
}

fn cipher(key: &CipherKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(<&Key>::from(&**key))
}
