//! Addresses of people.

use std::fmt;

use super::{FromJson, Invalid, string};

/// The longest address that mail servers carry (RFC 5321, section 4.5.3.1.3), in characters.
const LONGEST: usize = 254;
/// The longest part before the @.
const LONGEST_LOCAL: usize = 64;
/// What may stand before the @ beside letters and digits (RFC 5322's `atext`).
const LOCAL_MARKS: &str = "!#$%&'*+-/=?^_`{|}~";

/// An e-mail address in the one spelling by which it is known: trimmed and in lower case. Personal
/// data: never in an event or a log line, so even `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Email(Box<str>);

impl Email {
    /// # Errors
    /// When the text can't be an address that mail reaches over the internet.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let trimmed = text.trim();
        // Bytes first: turning a megabyte into lower case to refuse it would be a waste.
        if trimmed.len() <= LONGEST * 4 {
            let address = trimmed.to_lowercase();
            if is_address(&address) {
                return Ok(Self(address.into()));
            }
        }
        Invalid::because("must be an e-mail address of at most 254 characters")
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    text.chars().count() <= LONGEST
        && local.chars().count() <= LONGEST_LOCAL
        && local.split('.').all(is_atom)
        && domain.contains('.')
        && domain.split('.').all(is_label)
}

fn is_atom(text: &str) -> bool {
    let welcome = |c: char| c.is_alphanumeric() || LOCAL_MARKS.contains(c);
    !text.is_empty() && text.chars().all(welcome)
}

fn is_label(text: &str) -> bool {
    let welcome = |c: char| c.is_alphanumeric() || c == '-';
    let edge = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    text.len() <= 63
        && text.chars().all(welcome)
        && edge(text.chars().next())
        && edge(text.chars().last())
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(…)")
    }
}

impl FromJson for Email {
    fn from_json(value: &serde_json::Value) -> Result<Self, Invalid> {
        Self::parse(string(value)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_one_spelling() {
        let email = Email::parse("  Änne.O'Hara+Flow@Bürger.Example.ORG\n").unwrap();
        assert_eq!(email.as_str(), "änne.o'hara+flow@bürger.example.org");
        assert_eq!(Email::parse(email.as_str()), Ok(email));
    }

    #[test]
    fn what_no_mail_would_reach_is_refused() {
        let long_local = format!("{}@example.org", "a".repeat(65));
        let long = format!("a@{}example.org", "a.".repeat(122));
        for bad in [
            "",
            "@",
            "a@",
            "@example.org",
            "a@example",
            "a@b@example.org",
            "a b@example.org",
            "a..b@example.org",
            ".a@example.org",
            "a@.example.org",
            "a@example.org.",
            "a@-example.org",
            "a@exa_mple.org",
            "a@[127.0.0.1]",
            "\"a\"@example.org",
            "a\r\nBcc: b@example.org",
            "a\0@example.org",
            "a<b>@example.org",
            "a\u{202e}@example.org",
            &long_local,
            &long,
        ] {
            assert!(Email::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn debug_output_hides_the_address() {
        let shown = format!("{:?}", Email::parse("anna@example.org").unwrap());
        assert_eq!(shown, "Email(…)");
    }
}
