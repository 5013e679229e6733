//! Personal data as events hold it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Invalid;

/// The longest sealed text, in bytes.
const LONGEST: usize = 8 * 1024;

/// Personal data that only the vault can open, and nobody once its key is destroyed. To the domain
/// it is an opaque text of printable ASCII, at most 8 KB.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct Sealed(String);

impl Sealed {
    /// # Errors
    /// When it is empty, too long, or holds anything but printable ASCII.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if text.is_empty() || text.len() > LONGEST {
            return Invalid::because("must be 1 to 8,192 bytes once sealed");
        }
        if !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Invalid::because("must be printable ASCII once sealed");
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Sealed> for String {
    fn from(sealed: Sealed) -> Self {
        sealed.0
    }
}

/// The beginning tells two of them apart where a test fails; the rest would only be long.
impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let beginning: String = self.0.chars().take(16).collect();
        write!(f, "Sealed({beginning}…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_texts_are_bounded_and_plain_to_every_store() {
        assert!(Sealed::parse("v1.c2VhbGVk").is_ok());
        assert!(Sealed::parse(&"a".repeat(LONGEST)).is_ok());
        for bad in ["", "v1.ä", "v1 x", "v1.\0", &"a".repeat(LONGEST + 1)] {
            assert!(Sealed::parse(bad).is_err());
        }
    }

    #[test]
    fn in_json_it_is_its_text() {
        let sealed = Sealed::parse("v1.c2VhbGVk").unwrap();
        assert_eq!(serde_json::to_value(&sealed).unwrap(), "v1.c2VhbGVk");
    }
}
