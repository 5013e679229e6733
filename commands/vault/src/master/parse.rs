//! Master keys as the configuration writes them.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use super::MasterKey;
use crate::VaultError;
use crate::cipher::CipherKey;

/// The most keys at once, so that trying them all stays cheap.
const MOST: usize = 16;
const LONGEST_ID: usize = 16;

/// All keys of a setting, the current one first.
pub(super) fn keys(text: &str) -> Result<Vec<MasterKey>, VaultError> {
    let keys = text
        .split(',')
        .enumerate()
        .map(|(number, part)| key(number + 1, part.trim()))
        .collect::<Result<Vec<_>, _>>()?;
    if keys.len() > MOST {
        return wrong(format!("at most {MOST} keys"));
    }
    for (number, one) in keys.iter().enumerate() {
        if keys[..number].iter().any(|other| other.id == one.id) {
            return wrong(format!("the id {:?} stands twice", one.id));
        }
    }
    Ok(keys)
}

/// The number stands for the key in what is said of it: the text may be a key without an id.
fn key(number: usize, text: &str) -> Result<MasterKey, VaultError> {
    let Some((id, secret)) = text.split_once(':') else {
        return wrong(format!(
            "key {number}: expected <id>:<32 bytes in hex or base64>"
        ));
    };
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if id.is_empty() || id.len() > LONGEST_ID || !id.bytes().all(plain) {
        return wrong(format!(
            "key {number}: its id must be 1 to {LONGEST_ID} of a-z, 0-9 and -"
        ));
    }
    let Some(secret) = bytes(secret) else {
        return wrong(format!(
            "key {number} ({id}): expected 32 bytes in hex or base64"
        ));
    };
    if secret.iter().all(|byte| *byte == secret[0]) {
        return wrong(format!("key {number} ({id}): that is no random key"));
    }
    Ok(MasterKey {
        id: id.to_owned(),
        secret,
    })
}

fn bytes(text: &str) -> Option<CipherKey> {
    let read = crate::hex::read(text).or_else(|| {
        [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD]
            .iter()
            .find_map(|engine| engine.decode(text).ok().map(Zeroizing::new))
    })?;
    let mut key = Zeroizing::new([0; 32]);
    if read.len() != key.len() {
        return None;
    }
    key.copy_from_slice(&read);
    Some(key)
}

fn wrong<T>(what: String) -> Result<T, VaultError> {
    Err(VaultError::Setting(format!("MASTER_KEYS: {what}")))
}
