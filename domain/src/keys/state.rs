//! An API key's life: not created, active, revoked. Whether an active one has expired is a matter
//! of the time of asking.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{ApiKeyCommand, ApiKeyEvent, Create, Created, Revoked};
use crate::values::whole_micros;
use crate::{Decider, LogKind, Rejection};

/// An API key in one phase of its life.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum ApiKey {
    #[default]
    NotCreated,
    Active(Facts),
    Revoked(Facts),
}

/// What is known about an API key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    pub person_id: String,
    pub name: String,
    pub prefix: String,
    pub scopes: Vec<String>,
    pub expires_at: Option<DateTime<Utc>>,
}

impl Decider for ApiKey {
    const TYPE: &'static str = "api-key";
    const LOG: LogKind = LogKind::Identity;
    type Command = ApiKeyCommand;
    type Event = ApiKeyEvent;

    fn decide(&self, command: &ApiKeyCommand) -> Result<Vec<ApiKeyEvent>, Rejection> {
        match command {
            ApiKeyCommand::Create(create) => self.create(create),
            ApiKeyCommand::Revoke => self.revoke(),
        }
    }

    fn evolve(&mut self, event: &ApiKeyEvent) {
        match event {
            ApiKeyEvent::Created(created) => *self = Self::Active(created.into()),
            ApiKeyEvent::Revoked(Revoked {}) => {
                if let Self::Active(facts) = self {
                    *self = Self::Revoked(facts.clone());
                }
            }
        }
    }
}

impl ApiKey {
    /// What is known about it, in whatever phase.
    pub fn facts(&self) -> Option<&Facts> {
        match self {
            Self::NotCreated => None,
            Self::Active(facts) | Self::Revoked(facts) => Some(facts),
        }
    }

    fn create(&self, create: &Create) -> Result<Vec<ApiKeyEvent>, Rejection> {
        match self {
            Self::NotCreated if create.expires_at.is_some_and(|end| end <= create.at) => {
                Err(Rejection::field("/expiresAt", "must be in the future"))
            }
            Self::NotCreated => Ok(vec![ApiKeyEvent::Created(create.into())]),
            Self::Active(_) | Self::Revoked(_) => Err(Rejection::AlreadyExists {
                detail: "a key of this id exists or existed".to_owned(),
            }),
        }
    }

    fn revoke(&self) -> Result<Vec<ApiKeyEvent>, Rejection> {
        match self {
            Self::NotCreated => Err(Rejection::NotFound),
            Self::Active(_) => Ok(vec![ApiKeyEvent::Revoked(Revoked {})]),
            Self::Revoked(_) => Ok(Vec::new()),
        }
    }
}

impl From<&Create> for Created {
    fn from(create: &Create) -> Self {
        Self {
            person_id: create.person.as_str().to_owned(),
            name: create.name.as_str().to_owned(),
            prefix: create.prefix.as_str().to_owned(),
            scopes: (&create.scopes).into(),
            expires_at: create.expires_at.map(whole_micros),
        }
    }
}

impl From<&Created> for Facts {
    fn from(created: &Created) -> Self {
        let created = created.clone();
        Self {
            person_id: created.person_id,
            name: created.name,
            prefix: created.prefix,
            scopes: created.scopes,
            expires_at: created.expires_at,
        }
    }
}
