//! A person's life: not registered, registered, erased.

use serde::{Deserialize, Serialize};

use super::{EMAIL, EmailChanged, Erased, Founding, PersonEvent, ProfileChanged, Registered};
use crate::ClaimChange;
use crate::values::{Plan, Sealed};

/// A person in one phase of its life.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Person {
    #[default]
    Unregistered,
    Registered(Facts),
    Erased,
}

/// What is known about a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    pub email_index: String,
    pub email: Sealed,
    pub email_verified: bool,
    pub name: Sealed,
    pub profile: Option<Sealed>,
    pub avatar: Option<String>,
    pub second_factor: bool,
    pub plan: Plan,
    /// How often the password has become another.
    pub password_changes: u64,
    /// The organization founded with it, or still to be founded.
    pub founding: Option<Founding>,
}

impl Person {
    /// What is known about it while it is there.
    pub fn facts(&self) -> Option<&Facts> {
        match self {
            Self::Registered(facts) => Some(facts),
            Self::Unregistered | Self::Erased => None,
        }
    }

    pub(super) fn fold(&mut self, event: &PersonEvent) {
        if let PersonEvent::Registered(registered) = event {
            *self = Self::Registered(registered.into());
            return;
        }
        let Self::Registered(facts) = self else {
            return;
        };
        match event {
            PersonEvent::Registered(_) => {}
            PersonEvent::EmailVerified(_) => facts.email_verified = true,
            PersonEvent::EmailChanged(changed) => facts.move_to(changed),
            PersonEvent::ProfileChanged(changed) => facts.change(changed),
            PersonEvent::AvatarChanged(changed) => facts.avatar.clone_from(&changed.avatar),
            PersonEvent::PasswordChanged(_) => {
                facts.password_changes = facts.password_changes.saturating_add(1);
            }
            PersonEvent::SecondFactorEnabled(_) => facts.second_factor = true,
            PersonEvent::SecondFactorDisabled(_) => facts.second_factor = false,
            PersonEvent::PlanChanged(changed) => facts.plan = changed.plan,
            PersonEvent::Erased(Erased {}) => *self = Self::Erased,
        }
    }

    /// An address belongs to one person, from its registration to another address or its end.
    pub(super) fn claims_of(&self, event: &PersonEvent) -> Vec<ClaimChange> {
        let held = self.facts().map(|facts| facts.email_index.clone());
        match event {
            PersonEvent::Registered(registered) => {
                vec![ClaimChange::take(EMAIL, registered.email_index.clone())]
            }
            PersonEvent::EmailChanged(changed) => {
                let released = held.filter(|index| *index != changed.email_index);
                let moves = released.map(|index| {
                    let taken = ClaimChange::take(EMAIL, changed.email_index.clone());
                    vec![ClaimChange::release(EMAIL, index), taken]
                });
                moves.unwrap_or_default()
            }
            PersonEvent::Erased(Erased {}) => {
                let release = |index| ClaimChange::release(EMAIL, index);
                held.map(release).into_iter().collect()
            }
            PersonEvent::EmailVerified(_)
            | PersonEvent::ProfileChanged(_)
            | PersonEvent::AvatarChanged(_)
            | PersonEvent::PasswordChanged(_)
            | PersonEvent::SecondFactorEnabled(_)
            | PersonEvent::SecondFactorDisabled(_)
            | PersonEvent::PlanChanged(_) => Vec::new(),
        }
    }
}

impl Facts {
    fn move_to(&mut self, changed: &EmailChanged) {
        self.email_index.clone_from(&changed.email_index);
        self.email.clone_from(&changed.email);
        self.email_verified = true;
    }

    fn change(&mut self, changed: &ProfileChanged) {
        if let Some(name) = &changed.name {
            self.name.clone_from(name);
        }
        if let Some(profile) = &changed.profile {
            self.profile = Some(profile.clone());
        }
    }
}

impl From<&Registered> for Facts {
    fn from(registered: &Registered) -> Self {
        let registered = registered.clone();
        Self {
            email_index: registered.email_index,
            email: registered.email,
            email_verified: false,
            name: registered.name,
            profile: None,
            avatar: None,
            second_factor: false,
            plan: Plan::default(),
            password_changes: 0,
            founding: registered.founding,
        }
    }
}
