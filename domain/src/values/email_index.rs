//! By what an address is found without being known.

use super::Invalid;

/// The length of an index: SHA-256 in hex.
const LENGTH: usize = 64;

/// The keyed hash of a normalised e-mail address: 64 lower-case hexadecimal digits. The vault
/// makes it; whoever lacks its key can't tell the address from it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EmailIndex(Box<str>);

impl EmailIndex {
    /// # Errors
    /// When the text has another form.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if text.len() == LENGTH && text.bytes().all(digit) {
            return Ok(Self(text.into()));
        }
        Invalid::because("must be 64 lower-case hexadecimal digits")
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<EmailIndex> for String {
    fn from(index: EmailIndex) -> Self {
        index.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_has_one_form() {
        assert!(EmailIndex::parse(&"0f".repeat(32)).is_ok());
        for bad in [
            "",
            "0f",
            &"0F".repeat(32),
            &"0g".repeat(32),
            &"0".repeat(65),
        ] {
            assert!(EmailIndex::parse(bad).is_err(), "{bad}");
        }
    }
}
