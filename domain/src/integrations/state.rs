//! An integration's life: not there, connected, deleted.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    Changed, Created, Deleted, Health, IntegrationCommand, IntegrationEvent, IntegrationStatus,
    Scheme, TestMethod, Tested,
};
use crate::{Decider, LogKind, Rejection};

/// An integration in one phase of its life.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Integration {
    #[default]
    Absent,
    Connected(Box<Details>),
    Deleted(Box<Details>),
}

/// What is known about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Details {
    pub user_id: String,
    pub service: String,
    pub name: String,
    pub status: IntegrationStatus,
    pub base_url: Option<String>,
    pub test_path: Option<String>,
    pub test_method: TestMethod,
    pub scheme: Option<Scheme>,
    pub header: Option<String>,
    pub settings: Map<String, Value>,
    pub credential_names: Vec<String>,
    pub health: Health,
    /// Of whatever it was then.
    pub last_test: Option<Tested>,
    pub usage_count: u64,
    pub last_used_at: Option<DateTime<Utc>>,
}

impl Decider for Integration {
    const TYPE: &'static str = "integration";
    const LOG: LogKind = LogKind::Identity;
    type Command = IntegrationCommand;
    type Event = IntegrationEvent;

    fn decide(&self, command: &IntegrationCommand) -> Result<Vec<IntegrationEvent>, Rejection> {
        match command {
            IntegrationCommand::Create(create) => self.create(create),
            IntegrationCommand::Change(change) => self.change(change),
            IntegrationCommand::NoteTest(test) => self.note_test(test),
            IntegrationCommand::Delete => self.delete(),
        }
    }

    fn evolve(&mut self, event: &IntegrationEvent) {
        match event {
            IntegrationEvent::Created(created) => {
                *self = Self::Connected(Box::new(created.into()));
            }
            IntegrationEvent::Changed(changed) => {
                if let Self::Connected(details) = self {
                    details.change(changed);
                }
            }
            IntegrationEvent::Tested(tested) => {
                if let Self::Connected(details) = self {
                    details.note(tested);
                }
            }
            IntegrationEvent::Deleted(Deleted {}) => {
                if let Self::Connected(details) = std::mem::take(self) {
                    *self = Self::Deleted(details);
                }
            }
        }
    }
}

impl Integration {
    /// What is known about it while it is there.
    pub fn connected(&self) -> Option<&Details> {
        match self {
            Self::Connected(details) => Some(details),
            Self::Absent | Self::Deleted(_) => None,
        }
    }

    /// What is known about it, also when it is gone.
    pub fn details(&self) -> Option<&Details> {
        match self {
            Self::Absent => None,
            Self::Connected(details) | Self::Deleted(details) => Some(details),
        }
    }
}

impl Details {
    fn change(&mut self, changed: &Changed) {
        if let Some(name) = &changed.name {
            self.name.clone_from(name);
        }
        if let Some(status) = changed.status {
            self.status = status;
        }
        changed.base_url.apply(&mut self.base_url);
        changed.test_path.apply(&mut self.test_path);
        if let Some(method) = changed.test_method {
            self.test_method = method;
        }
        changed.scheme.apply(&mut self.scheme);
        changed.header.apply(&mut self.header);
        if let Some(settings) = &changed.settings {
            self.settings.clone_from(settings);
        }
        if let Some(names) = &changed.credential_names {
            self.credential_names.clone_from(names);
        }
        if changed.is_another_call() {
            self.health = Health::Unknown;
        }
    }

    fn note(&mut self, tested: &Tested) {
        self.health = if tested.ok {
            Health::Ok
        } else {
            Health::Failed
        };
        self.usage_count = tested.usage_count;
        self.last_used_at = Some(tested.at);
        self.last_test = Some(tested.clone());
    }
}

impl From<&Created> for Details {
    fn from(created: &Created) -> Self {
        let created = created.clone();
        Self {
            user_id: created.user_id,
            service: created.service,
            name: created.name,
            status: IntegrationStatus::Active,
            base_url: created.base_url,
            test_path: created.test_path,
            test_method: created.test_method,
            scheme: created.scheme,
            header: created.header,
            settings: created.settings,
            credential_names: created.credential_names,
            health: Health::Unknown,
            last_test: None,
            usage_count: 0,
            last_used_at: None,
        }
    }
}
