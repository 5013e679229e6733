//! `fg_<id>_<secret>`: the id as 32 hex digits, the secret as base64url of 32 random bytes and 4 bytes
//! of a checksum over all that stands before, so that typing errors and finds of secret scanners can
//! be told from keys without asking anybody.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{VaultError, random};

const PREFIX: &str = "fg_";
const RANDOM: usize = 32;
const LENGTH: usize = RANDOM + 4;
/// Letters of the secret.
const LETTERS: usize = LENGTH / 3 * 4;

/// A well-formed key; whether it is good its row says.
pub(super) struct KeyToken {
    pub id: Uuid,
    pub hash: [u8; 32],
    pub text: Zeroizing<String>,
}

impl KeyToken {
    pub(super) fn draw(id: Uuid) -> Result<Self, VaultError> {
        let mut bytes = Zeroizing::new([0; LENGTH]);
        bytes[..RANDOM].copy_from_slice(random::bytes::<RANDOM>()?.as_slice());
        let checksum = checksum(id, &bytes[..RANDOM]);
        bytes[RANDOM..].copy_from_slice(&checksum);
        let secret = Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes.as_slice()));
        let text = Zeroizing::new(format!("{PREFIX}{}_{}", id.simple(), *secret));
        let hash = Sha256::digest(text.as_bytes()).into();
        Ok(Self { id, hash, text })
    }

    /// `None` for what can't be a key.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (id, secret) = text.strip_prefix(PREFIX)?.split_once('_')?;
        let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if id.len() != 32 || !id.bytes().all(hex) || secret.len() != LETTERS {
            return None;
        }
        let id = Uuid::try_parse(id).ok()?;
        let decoded = Zeroizing::new(URL_SAFE_NO_PAD.decode(secret).ok()?);
        let (random, sum) = decoded.split_at_checked(RANDOM)?;
        if checksum(id, random) != *sum {
            return None;
        }
        Some(Self {
            id,
            hash: Sha256::digest(text).into(),
            text: Zeroizing::new(text.to_owned()),
        })
    }
}

/// No secret: whoever has the random bytes can compute it.
fn checksum(id: Uuid, random: &[u8]) -> [u8; 4] {
    let mut hash = Sha256::new();
    hash.update(PREFIX);
    hash.update(id.as_bytes());
    hash.update(random);
    let hash = hash.finalize();
    [hash[0], hash[1], hash[2], hash[3]]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ID: Uuid = Uuid::from_u128(0x0123_4567_89ab_cdef);

    #[test]
    fn reads_what_it_drew() {
        let drawn = KeyToken::draw(ID).unwrap();
        let read = KeyToken::read(&drawn.text).unwrap();
        assert_eq!((read.id, read.hash), (ID, drawn.hash));
        assert_ne!(*drawn.text, *KeyToken::draw(ID).unwrap().text);
    }

    #[test]
    fn a_key_under_anothers_id_is_none() {
        let drawn = KeyToken::draw(ID).unwrap();
        let other = Uuid::from_u128(1).simple().to_string();
        let moved = drawn.text.replace(&ID.simple().to_string(), &other);
        assert!(KeyToken::read(&moved).is_none());
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "\\PC*|fg_[0-9a-f]{32}_[A-Za-z0-9_-]{48}") {
            prop_assert!(KeyToken::read(&text).is_none());
        }

        #[test]
        fn one_changed_letter_makes_it_none(place in 0..84usize, letter in "[A-Za-z0-9_-]") {
            let drawn = KeyToken::draw(ID).unwrap();
            let mut changed = drawn.text.to_string();
            changed.replace_range(place..=place, &letter);
            let same = changed == *drawn.text;
            prop_assert_eq!(KeyToken::read(&changed).is_some(), same);
        }
    }
}
