//! An organization, as everything but its own aggregate knows it.

use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

/// Namespace of the organizations' ids: a slug never changes, so its id is derived from it
/// (UUID version 5, RFC 9562) and the two can't disagree anywhere.
const NAMESPACE: Uuid = Uuid::from_u128(0x6f2b_9c51_4d0e_5a8b_9f47_31c0_de5a_77f1);

/// The longest slug, in bytes.
const LONGEST: usize = 63;

/// An organization by its slug (subjects, qualified ids) and its id (rows).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tenant {
    id: Uuid,
    slug: Arc<str>,
}

/// The text is no slug: `[a-z0-9][a-z0-9-]{0,62}`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no organization slug ([a-z0-9][a-z0-9-]{{0,62}})")]
pub struct InvalidTenant(String);

impl Tenant {
    /// # Errors
    /// When `slug` is not `[a-z0-9][a-z0-9-]{0,62}`.
    pub fn from_slug(slug: &str) -> Result<Self, InvalidTenant> {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let fits = !slug.is_empty() && slug.len() <= LONGEST && !slug.starts_with('-');
        if !fits || !slug.bytes().all(allowed) {
            return Err(InvalidTenant(slug.chars().take(80).collect()));
        }
        Ok(Self {
            id: Uuid::new_v5(&NAMESPACE, slug.as_bytes()),
            slug: slug.into(),
        })
    }

    pub fn id(&self) -> Uuid {
        self.id
    }

    pub fn slug(&self) -> &str {
        &self.slug
    }

    /// `acme/rathaus`: how the log names an aggregate, so that those of two organizations never meet.
    pub fn qualify(&self, local_id: &str) -> String {
        format!("{}/{local_id}", self.slug)
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.slug)
    }
}
