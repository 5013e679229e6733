//! What of it concerns security, as the recorder takes it.

use flowgrid_bus::Tenant;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::Identity;
use crate::error::ApiError;
use crate::limits::Decision;
use crate::security::{Kind, Sighting, Whence};

/// Whom a sighting is about.
#[derive(Clone, Debug, Default)]
pub(crate) struct About {
    person: Option<Uuid>,
    account: Option<String>,
    tenant: Option<Tenant>,
    details: Map<String, Value>,
}

impl About {
    pub fn person(person: Uuid) -> Self {
        Self {
            person: Some(person),
            ..Self::default()
        }
    }

    /// Whoever has the e-mail address of this index, if anybody has.
    pub fn account(index: &str) -> Self {
        Self {
            account: Some(index.to_owned()),
            ..Self::default()
        }
    }

    /// It concerns this organization alone.
    pub fn within(mut self, tenant: &Tenant) -> Self {
        self.tenant = Some(tenant.clone());
        self
    }

    /// Neither secrets nor personal data.
    pub fn saying(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.details.insert(name.to_owned(), value.into());
        self
    }
}

impl Identity {
    /// Somebody has failed too often, and is told so.
    pub(super) fn locked(&self, about: About, decision: Decision) -> ApiError {
        self.saw(Kind::LoginLocked, about);
        ApiError::TooMany(decision)
    }

    /// Has it recorded. Neither waits nor fails: who guesses learns nothing from how long it takes.
    pub(super) fn saw(&self, kind: Kind, about: About) {
        self.recorder.saw(Sighting {
            kind,
            person: about.person,
            account: about.account,
            tenant: about.tenant,
            details: about.details,
            from: Whence {
                address: self.from.address,
                agent: self.from.agent(),
                request_id: self.from.request_id.clone(),
            },
            at: self.now(),
        });
    }
}
