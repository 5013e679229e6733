//! What may happen to a person.

use super::{
    AvatarChanged, AvatarId, EmailChanged, EmailVerified, Erased, Facts, Founding, NewOrganization,
    PasswordChanged, Person, PersonCommand, PersonEvent, PlanChanged, ProfileChange,
    ProfileChanged, Register, Registered, SecondFactorDisabled, SecondFactorEnabled,
};
use crate::values::{EmailIndex, Plan, Sealed};
use crate::{ClaimChange, Decider, LogKind, Rejection};

type Decision = Result<Vec<PersonEvent>, Rejection>;

impl Decider for Person {
    const TYPE: &'static str = "person";
    const LOG: LogKind = LogKind::Identity;
    type Command = PersonCommand;
    type Event = PersonEvent;

    fn decide(&self, command: &PersonCommand) -> Decision {
        if let PersonCommand::Register(register) = command {
            return self.register(register);
        }
        let facts = self.facts().ok_or(Rejection::NotFound)?;
        Ok(facts.decide(command).into_iter().collect())
    }

    fn evolve(&mut self, event: &PersonEvent) {
        self.fold(event);
    }

    fn claims(&self, event: &PersonEvent) -> Vec<ClaimChange> {
        self.claims_of(event)
    }
}

impl Person {
    fn register(&self, register: &Register) -> Decision {
        match self {
            Self::Unregistered => Ok(vec![PersonEvent::Registered(register.into())]),
            Self::Registered(_) => Err(Rejection::AlreadyExists {
                detail: "a person of this id exists".to_owned(),
            }),
            Self::Erased => Err(Rejection::NotFound),
        }
    }
}

impl Facts {
    /// At most one event: none, where nothing would become different.
    fn decide(&self, command: &PersonCommand) -> Option<PersonEvent> {
        match command {
            PersonCommand::Register(_) => None,
            PersonCommand::VerifyEmail => self.verify(),
            PersonCommand::ChangeEmail { email_index, email } => {
                self.change_email(email_index, email)
            }
            PersonCommand::ChangeProfile(change) => self.change_profile(change),
            PersonCommand::ChangeAvatar { avatar } => self.change_avatar(avatar.as_ref()),
            PersonCommand::NotePasswordChange => {
                Some(PersonEvent::PasswordChanged(PasswordChanged {}))
            }
            PersonCommand::EnableSecondFactor => (!self.second_factor)
                .then_some(PersonEvent::SecondFactorEnabled(SecondFactorEnabled {})),
            PersonCommand::DisableSecondFactor => self
                .second_factor
                .then_some(PersonEvent::SecondFactorDisabled(SecondFactorDisabled {})),
            PersonCommand::ChangePlan { plan } => self.change_plan(*plan),
            PersonCommand::Erase => Some(PersonEvent::Erased(Erased {})),
        }
    }

    fn verify(&self) -> Option<PersonEvent> {
        (!self.email_verified).then_some(PersonEvent::EmailVerified(EmailVerified {}))
    }

    /// The same address again only says that it is the person's: what is sealed anew can't be
    /// compared, its index can.
    fn change_email(&self, index: &EmailIndex, email: &Sealed) -> Option<PersonEvent> {
        if index.as_str() == self.email_index {
            return self.verify();
        }
        Some(PersonEvent::EmailChanged(EmailChanged {
            email_index: index.clone().into(),
            email: email.clone(),
        }))
    }

    fn change_profile(&self, change: &ProfileChange) -> Option<PersonEvent> {
        let name = change.name.clone().filter(|name| *name != self.name);
        let profile = change.profile.clone();
        let profile = profile.filter(|profile| Some(profile) != self.profile.as_ref());
        let changes = name.is_some() || profile.is_some();
        changes.then_some(PersonEvent::ProfileChanged(ProfileChanged {
            name,
            profile,
        }))
    }

    fn change_avatar(&self, avatar: Option<&AvatarId>) -> Option<PersonEvent> {
        let avatar = avatar.map(|id| id.as_str().to_owned());
        (avatar != self.avatar).then_some(PersonEvent::AvatarChanged(AvatarChanged { avatar }))
    }

    fn change_plan(&self, plan: Plan) -> Option<PersonEvent> {
        (plan != self.plan).then_some(PersonEvent::PlanChanged(PlanChanged { plan }))
    }
}

impl From<&Register> for Registered {
    fn from(register: &Register) -> Self {
        Self {
            email_index: register.email_index.clone().into(),
            email: register.email.clone(),
            name: register.name.clone(),
            founding: register.founding.as_ref().map(Into::into),
        }
    }
}

impl From<&NewOrganization> for Founding {
    fn from(new: &NewOrganization) -> Self {
        Self {
            slug: new.slug.as_str().to_owned(),
            name: new.name.as_str().to_owned(),
        }
    }
}
