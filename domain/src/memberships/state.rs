//! A membership's life: not joined, active, deactivated, removed or erased; and perhaps again.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{
    Activated, Deactivated, Erased, Joined, MembershipEvent, PersonalDataChanged, Removed,
};
use crate::values::{Role, Sealed};

/// The invitations by which somebody has joined: none of them is good a second time.
pub type Invitations = BTreeSet<String>;

/// A membership in one phase of its life.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Membership {
    #[default]
    NotJoined,
    Active(Facts),
    Deactivated(Facts),
    Removed(Facts),
    /// Of the person nothing is left here.
    Erased(Invitations),
}

/// What is known about a membership.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    pub role: Role,
    /// Empty means any.
    pub frontends: Vec<String>,
    pub email: Sealed,
    pub name: Sealed,
    /// The one by which it joined last.
    pub invitation_id: Option<String>,
    /// All by which it ever joined, at most [`super::MAX_JOINS`].
    pub used: Invitations,
}

impl Membership {
    /// What is known about it, in whatever phase.
    pub fn facts(&self) -> Option<&Facts> {
        match self {
            Self::NotJoined | Self::Erased(_) => None,
            Self::Active(facts) | Self::Deactivated(facts) | Self::Removed(facts) => Some(facts),
        }
    }

    /// The role of whoever can act as a member now.
    pub fn active_role(&self) -> Option<Role> {
        match self {
            Self::Active(facts) => Some(facts.role),
            Self::NotJoined | Self::Deactivated(_) | Self::Removed(_) | Self::Erased(_) => None,
        }
    }

    pub(super) fn used(&self) -> Invitations {
        match self {
            Self::NotJoined => Invitations::new(),
            Self::Erased(used) => used.clone(),
            Self::Active(facts) | Self::Deactivated(facts) | Self::Removed(facts) => {
                facts.used.clone()
            }
        }
    }

    fn facts_mut(&mut self) -> Option<&mut Facts> {
        match self {
            Self::NotJoined | Self::Erased(_) => None,
            Self::Active(facts) | Self::Deactivated(facts) | Self::Removed(facts) => Some(facts),
        }
    }

    pub(super) fn fold(&mut self, event: &MembershipEvent) {
        if let MembershipEvent::Joined(joined) = event {
            *self = Self::Active(Facts::new(joined, self.used()));
            return;
        }
        let Some(facts) = self.facts_mut() else {
            return;
        };
        match event {
            MembershipEvent::Joined(_) => {}
            MembershipEvent::RoleChanged(changed) => facts.role = changed.role,
            MembershipEvent::FrontendsChanged(changed) => {
                facts.frontends.clone_from(&changed.frontends);
            }
            MembershipEvent::PersonalDataChanged(changed) => facts.change(changed),
            MembershipEvent::Deactivated(Deactivated {}) => {
                *self = Self::Deactivated(facts.clone());
            }
            MembershipEvent::Activated(Activated {}) => *self = Self::Active(facts.clone()),
            MembershipEvent::Removed(Removed {}) => *self = Self::Removed(facts.clone()),
            MembershipEvent::Erased(Erased {}) => *self = Self::Erased(facts.used.clone()),
        }
    }
}

impl Facts {
    fn new(joined: &Joined, mut used: Invitations) -> Self {
        let joined = joined.clone();
        used.extend(joined.invitation_id.clone());
        Self {
            role: joined.role,
            frontends: joined.frontends,
            email: joined.email,
            name: joined.name,
            invitation_id: joined.invitation_id,
            used,
        }
    }

    fn change(&mut self, changed: &PersonalDataChanged) {
        if let Some(email) = &changed.email {
            self.email.clone_from(email);
        }
        if let Some(name) = &changed.name {
            self.name.clone_from(name);
        }
    }
}
