//! Which commands may happen, and what they cause.

use super::address::origin_of;
use super::{
    Change, Changed, Create, Created, Deleted, Details, Integration, IntegrationEvent, NoteTest,
    Tested,
};
use crate::Rejection;
use crate::values::whole_micros;

impl Integration {
    pub(super) fn create(&self, create: &Create) -> Result<Vec<IntegrationEvent>, Rejection> {
        match self {
            Self::Absent => Ok(vec![IntegrationEvent::Created(create.into())]),
            Self::Connected(_) | Self::Deleted(_) => Err(Rejection::AlreadyExists {
                detail: "an integration of this id exists or existed".to_owned(),
            }),
        }
    }

    pub(super) fn change(&self, change: &Change) -> Result<Vec<IntegrationEvent>, Rejection> {
        let details = self.connected().ok_or(Rejection::NotFound)?;
        let changed = details.difference(change);
        if changed == Changed::default() {
            return Ok(Vec::new());
        }
        details.keeps_its_credentials(&changed)?;
        Ok(vec![IntegrationEvent::Changed(changed)])
    }

    pub(super) fn note_test(&self, test: &NoteTest) -> Result<Vec<IntegrationEvent>, Rejection> {
        let details = self.connected().ok_or(Rejection::NotFound)?;
        Ok(vec![IntegrationEvent::Tested(Tested {
            at: whole_micros(test.at),
            ok: test.failure.is_none(),
            status: test.status,
            took_ms: test.took_ms,
            reason: test.failure.clone().map(String::from),
            usage_count: details.usage_count.saturating_add(1),
        })])
    }

    pub(super) fn delete(&self) -> Result<Vec<IntegrationEvent>, Rejection> {
        match self {
            Self::Absent => Err(Rejection::NotFound),
            Self::Connected(_) => Ok(vec![IntegrationEvent::Deleted(Deleted {})]),
            Self::Deleted(_) => Ok(Vec::new()),
        }
    }
}

impl Details {
    /// What the change would really change. Whether credentials are other ones than before is for
    /// nobody to see here, so new ones always count.
    fn difference(&self, change: &Change) -> Changed {
        let Change {
            name,
            status,
            base_url,
            test_path,
            test_method,
            scheme,
            header,
            settings,
            credential_names,
        } = change.clone();
        let name = name.map(String::from).filter(|name| *name != self.name);
        let settings = settings.map(super::ServiceSettings::into_map);
        let none_before = self.credential_names.is_empty();
        Changed {
            name,
            status: status.filter(|status| *status != self.status),
            base_url: base_url
                .map(String::from)
                .unless_same(self.base_url.as_ref()),
            test_path: test_path
                .map(String::from)
                .unless_same(self.test_path.as_ref()),
            test_method: test_method.filter(|method| *method != self.test_method),
            scheme: scheme.unless_same(self.scheme.as_ref()),
            header: header.map(String::from).unless_same(self.header.as_ref()),
            settings: settings.filter(|settings| *settings != self.settings),
            credential_names: credential_names.filter(|names| !(names.is_empty() && none_before)),
        }
    }

    /// Credentials were meant for one host. Whoever could point them at another one could read what
    /// is write-only.
    fn keeps_its_credentials(&self, changed: &Changed) -> Result<(), Rejection> {
        let brings_new = changed.credential_names.is_some();
        let next = changed.base_url.over(self.base_url.as_ref());
        let origin = |address: Option<&String>| address.and_then(|address| origin_of(address));
        let same = next.is_none() || origin(next) == origin(self.base_url.as_ref());
        if self.credential_names.is_empty() || brings_new || same {
            return Ok(());
        }
        Err(Rejection::refused(
            "credentials-needed",
            "the credentials were given for another address: send them with the new baseUrl, or null",
        ))
    }
}

impl From<&Create> for Created {
    fn from(create: &Create) -> Self {
        let create = create.clone();
        Self {
            user_id: create.person.into(),
            service: create.service.into(),
            name: create.name.into(),
            base_url: create.base_url.map(Into::into),
            test_path: create.test_path.map(Into::into),
            test_method: create.test_method,
            scheme: create.scheme,
            header: create.header.map(Into::into),
            settings: create.settings.into_map(),
            credential_names: create.credential_names,
        }
    }
}
