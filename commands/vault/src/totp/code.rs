//! Codes, and how an authenticator is told of a secret.

use std::fmt::Write;

use chrono::{DateTime, Utc};
use subtle::ConstantTimeEq;
use totp_rs::{Algorithm, TOTP};
use zeroize::Zeroizing;

use crate::VaultError;

/// Bytes of a secret: as many as the hash has (RFC 4226, section 4).
pub(super) const SECRET: usize = 20;
const DIGITS: usize = 6;
const STEP: u64 = 30;

fn totp(secret: &[u8], digits: usize) -> Result<TOTP, VaultError> {
    TOTP::new(Algorithm::SHA1, digits, 0, STEP, secret.to_vec())
        .map_err(|_| VaultError::Corrupt("a second factor's secret"))
}

/// The step that a code is of: that of `now`, the one before or the one after. All three are
/// compared, in constant time.
pub(super) fn step_of(
    secret: &[u8],
    code: &str,
    now: DateTime<Utc>,
) -> Result<Option<i64>, VaultError> {
    let code: String = code
        .chars()
        .filter(|c| !c.is_whitespace())
        .take(16)
        .collect();
    let totp = totp(secret, DIGITS)?;
    let present = u64::try_from(now.timestamp()).unwrap_or(0) / STEP;
    let mut found = None;
    for step in present.saturating_sub(1)..=present + 1 {
        let expected = Zeroizing::new(totp.generate(step * STEP));
        if bool::from(expected.as_bytes().ct_eq(code.as_bytes())) {
            found = i64::try_from(step).ok();
        }
    }
    Ok(found)
}

/// The secret as it is typed in.
pub(super) fn base32(secret: &[u8]) -> Zeroizing<String> {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = Zeroizing::new(String::with_capacity(secret.len().div_ceil(5) * 8));
    for group in secret.chunks(5) {
        let mut bits = 0_u64;
        for place in 0..5 {
            bits = bits << 8 | u64::from(group.get(place).copied().unwrap_or(0));
        }
        for place in 0..(group.len() * 8).div_ceil(5) {
            let five = (bits >> (35 - 5 * place)) & 31;
            text.push(char::from(LETTERS[five as usize]));
        }
    }
    text
}

/// The secret as a QR code holds it (Google's key URI format).
pub(super) fn uri(secret: &[u8], issuer: &str, account: &str) -> Zeroizing<String> {
    let (issuer, account) = (escaped(issuer), escaped(account));
    let secret = base32(secret);
    Zeroizing::new(format!(
        "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}&algorithm=SHA1&digits={DIGITS}&period={STEP}",
        *secret
    ))
}

/// Percent-encoded but for what RFC 3986 leaves unreserved.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            // Writing to a String can't fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    const RFC_SECRET: &[u8] = b"12345678901234567890";

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(second)
    }

    #[test]
    fn the_vectors_of_rfc_6238_appendix_b() {
        for (second, code) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            let eight = totp(RFC_SECRET, 8).unwrap().generate(second);
            assert_eq!(eight, code);
            let step = step_of(RFC_SECRET, &code[2..], at(second.cast_signed())).unwrap();
            assert_eq!(step, Some((second / 30).cast_signed()));
        }
    }

    #[test]
    fn one_step_of_skew_is_forgiven_and_no_more() {
        let code = "287082"; // of second 59, step 1
        for (second, good) in [(0, true), (29, true), (30, true), (89, true), (90, false)] {
            let step = step_of(RFC_SECRET, code, at(second)).unwrap();
            assert_eq!(step.is_some(), good, "{second}");
        }
        assert_eq!(step_of(RFC_SECRET, "287 082", at(59)).unwrap(), Some(1));
    }

    #[test]
    fn what_is_no_code_is_none() {
        for code in [
            "",
            "28708",
            "2870820",
            "287083",
            "94287082",
            "２８７０８２",
            "      ",
        ] {
            assert_eq!(step_of(RFC_SECRET, code, at(59)).unwrap(), None, "{code}");
        }
    }

    #[test]
    fn base32_is_that_of_rfc_4648() {
        for (bytes, text) in [
            (b"".as_slice(), ""),
            (b"f", "MY"),
            (b"fo", "MZXQ"),
            (b"foo", "MZXW6"),
            (b"foob", "MZXW6YQ"),
            (b"fooba", "MZXW6YTB"),
            (b"foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(*base32(bytes), text);
        }
    }

    #[test]
    fn the_uri_holds_what_authenticators_read() {
        assert_eq!(
            *uri(b"fooba", "City of X", "ada@city.example"),
            "otpauth://totp/City%20of%20X:ada%40city.example?secret=MZXW6YTB&issuer=City%20of%20X\
             &algorithm=SHA1&digits=6&period=30"
        );
    }
}
