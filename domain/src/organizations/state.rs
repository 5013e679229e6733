//! An organization's life: not founded, open, closing, closed.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Changed, Closed, Founded, Kept, LANGUAGE, OrganizationEvent, PERSONAL_PLANS};
use crate::values::Plan;

/// An organization in one phase of its life.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Organization {
    #[default]
    Unfounded,
    Open(Facts),
    /// It may be closed from then on; until it is, everything goes on.
    Closing(Facts, DateTime<Utc>),
    Closed(Facts),
}

/// What is known about an organization.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    pub name: String,
    pub plan: Plan,
    pub founder: String,
    /// Ids of people, never none, at most [`super::MAX_ADMINS`]. Each is an admin by its
    /// membership as well.
    pub admins: BTreeSet<String>,
    pub settings: BTreeMap<String, String>,
}

impl Organization {
    /// What is known about it, in whatever phase.
    pub fn facts(&self) -> Option<&Facts> {
        match self {
            Self::Unfounded => None,
            Self::Open(facts) | Self::Closing(facts, _) | Self::Closed(facts) => Some(facts),
        }
    }

    fn facts_mut(&mut self) -> Option<&mut Facts> {
        match self {
            Self::Unfounded => None,
            Self::Open(facts) | Self::Closing(facts, _) | Self::Closed(facts) => Some(facts),
        }
    }

    pub(super) fn fold(&mut self, event: &OrganizationEvent) {
        if let OrganizationEvent::Founded(founded) = event {
            *self = Self::Open(founded.into());
            return;
        }
        let Some(facts) = self.facts_mut() else {
            return;
        };
        match event {
            OrganizationEvent::Founded(_) => {}
            OrganizationEvent::Changed(changed) => facts.apply(changed),
            OrganizationEvent::PlanChanged(changed) => facts.plan = changed.plan,
            OrganizationEvent::AdminAdded(added) => {
                facts.admins.insert(added.person_id.clone());
            }
            OrganizationEvent::AdminWithdrawn(withdrawn) => {
                facts.admins.remove(&withdrawn.person_id);
            }
            OrganizationEvent::Closing(closing) => {
                *self = Self::Closing(facts.clone(), closing.until);
            }
            OrganizationEvent::Kept(Kept {}) => *self = Self::Open(facts.clone()),
            OrganizationEvent::Closed(Closed {}) => *self = Self::Closed(facts.clone()),
        }
    }
}

impl Facts {
    /// Whether its members may have plans of their own.
    pub fn allows_personal_plans(&self) -> bool {
        let set = self.settings.get(PERSONAL_PLANS);
        set.is_some_and(|value| value == "true")
    }

    /// By which plan a member's limits go, whose own is `personal`.
    pub fn plan_of(&self, personal: Plan) -> Plan {
        if self.allows_personal_plans() {
            self.plan.max(personal)
        } else {
            self.plan
        }
    }

    /// In which language the organization is written to, as it has set it: `de`.
    pub fn language(&self) -> Option<&str> {
        self.settings.get(LANGUAGE).map(String::as_str)
    }

    fn apply(&mut self, changed: &Changed) {
        if let Some(name) = &changed.name {
            self.name.clone_from(name);
        }
        if let Some(settings) = &changed.settings {
            self.settings.clone_from(settings);
        }
    }
}

impl From<&Founded> for Facts {
    fn from(founded: &Founded) -> Self {
        let Founded {
            name,
            plan,
            founder,
        } = founded.clone();
        Self {
            name,
            plan,
            admins: BTreeSet::from([founder.clone()]),
            founder,
            settings: BTreeMap::new(),
        }
    }
}
