//! Organizations that who registers with a frontend joins (`DEFAULT_ORGANIZATIONS`).

use std::collections::BTreeMap;

use flowgrid_bus::Tenant;
use flowgrid_domain::organizations::OrganizationSlug;
use flowgrid_domain::values::{FromJson, Frontends};
use serde_json::json;

/// By frontend. An organization that isn't founded yet is nobody's to found: whoever did would be the
/// admin of all who register.
#[derive(Clone, Debug, Default)]
pub struct DefaultOrganizations(BTreeMap<String, Tenant>);

/// A setting that names no frontend and organization.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no default organization: write <frontend>=<slug>, such as chronicles=chronicles; frontends \
     are {known}, each once", known = Frontends::KNOWN.join(", ")
)]
pub struct BadDefault(String);

impl DefaultOrganizations {
    /// Reads `chronicles=chronicles,flov7=flov7`.
    ///
    /// # Errors
    /// When one of them is none.
    pub fn parse(list: &str) -> Result<Self, BadDefault> {
        let mut all = BTreeMap::new();
        for text in list.split(',').map(str::trim).filter(|t| !t.is_empty()) {
            let bad = || BadDefault(text.chars().take(100).collect());
            let (frontend, slug) = text.split_once('=').ok_or_else(bad)?;
            let (frontend, slug) = (frontend.trim().to_ascii_lowercase(), slug.trim());
            let known = Frontends::from_json(&json!([frontend])).is_ok();
            let slug = OrganizationSlug::parse(slug).map_err(|_| bad())?;
            let tenant = Tenant::from_slug(slug.as_str()).map_err(|_| bad())?;
            if !known || all.insert(frontend, tenant).is_some() {
                return Err(bad());
            }
        }
        Ok(Self(all))
    }

    /// That of a frontend.
    pub fn of(&self, frontend: &str) -> Option<&Tenant> {
        self.0.get(frontend)
    }

    /// Whether a slug is that of one of them.
    pub fn has(&self, slug: &str) -> bool {
        self.0.values().any(|tenant| tenant.slug() == slug)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_frontend_has_one_at_most() {
        let read = DefaultOrganizations::parse("Chronicles = chat , flov7=flows").unwrap();
        assert_eq!(read.of("chronicles").unwrap().slug(), "chat");
        assert!(read.of("velocity").is_none());
        assert!(read.has("flows") && !read.has("flov7"));
        for bad in [
            "chronicles",
            "cobol=x",
            "flov7=people",
            "flov7=A b",
            "flov7=a,flov7=b",
        ] {
            assert!(DefaultOrganizations::parse(bad).is_err(), "{bad}");
        }
    }
}
