//! Refresh tokens: `fgr_` and base64url of session (16 bytes), generation (4), random (24), MAC (16).
//!
//! The MAC tells a token that was ours from a guess: an old one is an alarm, a guess is nothing. It
//! opens no door: what is good is decided by the hash in the session's row.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{MasterKeys, VaultError, random};

const PREFIX: &str = "fgr_";
const LABEL: &str = "refresh-token";
const SIGNED: usize = 44;
const LENGTH: usize = SIGNED + 16;

/// A refresh token that was ours, at least once. `Debug` doesn't show it.
pub(super) struct RefreshToken {
    pub session: Uuid,
    pub generation: u32,
    pub hash: [u8; 32],
    pub text: Zeroizing<String>,
}

impl RefreshToken {
    pub(super) fn draw(
        masters: &MasterKeys,
        session: Uuid,
        generation: u32,
    ) -> Result<Self, VaultError> {
        let mut bytes = Zeroizing::new([0; LENGTH]);
        bytes[..16].copy_from_slice(session.as_bytes());
        bytes[16..20].copy_from_slice(&generation.to_be_bytes());
        bytes[20..SIGNED].copy_from_slice(random::bytes::<24>()?.as_slice());
        let mac = masters.mac(LABEL, &bytes[..SIGNED])?;
        bytes[SIGNED..].copy_from_slice(&mac);
        let encoded = Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes.as_slice()));
        Ok(Self {
            session,
            generation,
            hash: Sha256::digest(bytes.as_slice()).into(),
            text: Zeroizing::new(format!("{PREFIX}{}", *encoded)),
        })
    }

    /// `None` for whatever isn't ours.
    pub(super) fn read(masters: &MasterKeys, text: &str) -> Option<Self> {
        let encoded = text.strip_prefix(PREFIX)?;
        if encoded.len() != LENGTH / 3 * 4 {
            return None;
        }
        let decoded = Zeroizing::new(URL_SAFE_NO_PAD.decode(encoded).ok()?);
        let bytes: &[u8; LENGTH] = decoded.as_slice().try_into().ok()?;
        let (signed, mac) = bytes.split_at(SIGNED);
        if !masters.mac_matches(LABEL, signed, mac.try_into().ok()?) {
            return None;
        }
        Some(Self {
            session: Uuid::from_slice(&signed[..16]).ok()?,
            generation: u32::from_be_bytes(signed[16..20].try_into().ok()?),
            hash: Sha256::digest(bytes).into(),
            text: Zeroizing::new(text.to_owned()),
        })
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshToken")
            .field("session", &self.session)
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn masters(id: &str) -> MasterKeys {
        MasterKeys::parse(&MasterKeys::draw(id).unwrap()).unwrap()
    }

    #[test]
    fn reads_what_it_drew() {
        let masters = masters("k1");
        let session = Uuid::from_u128(7);
        let drawn = RefreshToken::draw(&masters, session, 3).unwrap();
        let read = RefreshToken::read(&masters, &drawn.text).unwrap();
        assert_eq!((read.session, read.generation), (session, 3));
        assert_eq!(read.hash, drawn.hash);
        let again = RefreshToken::draw(&masters, session, 3).unwrap();
        assert_ne!(again.hash, drawn.hash);
    }

    #[test]
    fn debug_shows_no_token() {
        let drawn = RefreshToken::draw(&masters("k1"), Uuid::nil(), 1).unwrap();
        assert!(!format!("{drawn:?}").contains(&drawn.text[20..60]));
    }

    #[test]
    fn anothers_token_is_none_of_ours() {
        let drawn = RefreshToken::draw(&masters("k1"), Uuid::nil(), 1).unwrap();
        assert!(RefreshToken::read(&masters("k1"), &drawn.text).is_none());
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "\\PC*") {
            prop_assert!(RefreshToken::read(&masters("k1"), &text).is_none());
        }

        #[test]
        fn one_changed_letter_makes_it_none_of_ours(place in 0..84usize, letter in "[A-Za-z0-9_-]") {
            let masters = masters("k1");
            let drawn = RefreshToken::draw(&masters, Uuid::from_u128(1), 1).unwrap();
            let mut changed = drawn.text.to_string();
            changed.replace_range(place..=place, &letter);
            let same = changed == *drawn.text;
            prop_assert_eq!(RefreshToken::read(&masters, &changed).is_some(), same);
        }

        #[test]
        fn forged_bytes_are_none_of_ours(bytes in prop::collection::vec(any::<u8>(), LENGTH)) {
            let text = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes));
            prop_assert!(RefreshToken::read(&masters("k1"), &text).is_none());
        }
    }
}
