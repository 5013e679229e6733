//! What must be found nowhere.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use crate::everything::Place;

/// Secrets, which may stand nowhere, and personal data, which may stand in no event.
#[derive(Default)]
pub struct Needles {
    secrets: Vec<(String, String)>,
    personal: Vec<String>,
}

impl Needles {
    pub fn secret(&mut self, what: &str, text: &str) {
        assert!(text.len() >= 10, "{what} is too short to be looked for");
        self.secrets.push((what.to_owned(), text.to_owned()));
    }

    pub fn personal(&mut self, text: &str) {
        self.personal.push(text.to_owned());
    }

    pub fn secrets(&self) -> usize {
        self.secrets.len()
    }

    /// One of them.
    pub fn any(&self) -> &str {
        &self.secrets[0].1
    }

    /// What stands where, without the secrets themselves.
    pub fn found_in(&self, places: &[Place]) -> Vec<String> {
        let mut found = Vec::new();
        for place in places {
            for (what, text) in &self.secrets {
                for (form, text) in forms(text) {
                    if place.text.contains(&text) {
                        found.push(format!("{what} ({form}) stands in {}", place.name));
                    }
                }
            }
            let names = self.personal.iter().filter(|_| place.is_of_events());
            for name in names.filter(|name| place.text.contains(*name)) {
                found.push(format!("{name} stands in {}", place.name));
            }
        }
        found
    }
}

/// A text as it may stand somewhere: as it is, as bytes of a row, in base64; a token also without its
/// prefix, decoded.
fn forms(text: &str) -> Vec<(&'static str, String)> {
    let mut forms = vec![
        ("as it is", text.to_owned()),
        ("hex", hex(text.as_bytes())),
        ("base64", STANDARD_NO_PAD.encode(text)),
        ("base64url", URL_SAFE_NO_PAD.encode(text)),
    ];
    let secret = text.strip_prefix("fgt_").unwrap_or(text);
    if let Ok(bytes) = URL_SAFE_NO_PAD.decode(secret)
        && bytes.len() >= 16
    {
        forms.push(("decoded", hex(&bytes)));
    }
    if let Ok(bytes) = totp_rs::Secret::Encoded(text.to_owned()).to_bytes()
        && bytes.len() >= 16
    {
        forms.push(("from base32", hex(&bytes)));
    }
    forms
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        write!(text, "{byte:02x}").unwrap();
    }
    text
}
