//! Who comes with a token.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Revoked;

/// What is known of a token, or of an API key that was looked up before.
#[derive(Clone, Copy, Debug)]
pub struct Bearer {
    pub person: Uuid,
    pub tenant: Uuid,
    pub session: Option<Uuid>,
    pub key: Option<Uuid>,
    /// When the token was signed, or the key looked up.
    pub issued_at: DateTime<Utc>,
}

impl Bearer {
    /// Everything whose revocation ends it.
    pub(super) fn ended_by(&self) -> impl Iterator<Item = Revoked> {
        let tenant = self.tenant;
        let session = self.session.map(|id| Revoked::Session { id, tenant });
        let key = self.key.map(|id| Revoked::Key { id, tenant });
        let member = Revoked::Member {
            person: self.person,
            tenant,
        };
        let always = [
            member,
            Revoked::Person(self.person),
            Revoked::Organization(tenant),
        ];
        session.into_iter().chain(key).chain(always)
    }
}
