//! Names under which organizations may be founded.

use crate::values::{FromJson, Invalid, Slug};

/// The organization to which people themselves belong; nobody's.
pub const PEOPLE: &str = "people";

/// Slugs that no organization may have: the platform needs them, or they would pass for it.
pub const RESERVED_SLUGS: &[&str] = &["admin", "api", "flowgrid", PEOPLE, "platform", "www"];

/// The slug of an organization that is to be founded: any slug that isn't reserved.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OrganizationSlug(Slug);

impl OrganizationSlug {
    /// # Errors
    /// When the text is no slug or is reserved.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let slug = Slug::parse(text)?;
        if RESERVED_SLUGS.binary_search(&text).is_ok() {
            return Invalid::because(format!("{text:?} is reserved"));
        }
        Ok(Self(slug))
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl FromJson for OrganizationSlug {
    fn from_json(value: &serde_json::Value) -> Result<Self, Invalid> {
        Self::parse(Slug::from_json(value)?.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_passes_for_the_platform() {
        assert!(RESERVED_SLUGS.is_sorted());
        for reserved in RESERVED_SLUGS {
            assert!(OrganizationSlug::parse(reserved).is_err(), "{reserved}");
        }
        assert!(OrganizationSlug::parse("demo").is_ok());
        assert!(OrganizationSlug::parse("Acme").is_err());
    }
}
