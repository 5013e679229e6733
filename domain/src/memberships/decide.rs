//! What may happen to a membership.

use super::{
    Activated, Deactivated, Erased, Facts, FrontendsChanged, Invitations, Join, Joined, MAX_JOINS,
    Membership, MembershipCommand, MembershipEvent, PersonalData, PersonalDataChanged, Removed,
    RoleChanged,
};
use crate::values::{Frontends, Role};
use crate::{Decider, LogKind, Rejection};

type Decision = Result<Vec<MembershipEvent>, Rejection>;

impl Decider for Membership {
    const TYPE: &'static str = "membership";
    const LOG: LogKind = LogKind::Identity;
    type Command = MembershipCommand;
    type Event = MembershipEvent;

    fn decide(&self, command: &MembershipCommand) -> Decision {
        match command {
            MembershipCommand::Join(join) => self.join(join),
            MembershipCommand::ChangeRole { role } => Ok(self.member()?.change_role(*role)),
            MembershipCommand::ChangeFrontends { frontends } => {
                Ok(self.member()?.change_frontends(frontends))
            }
            MembershipCommand::ChangePersonalData(data) => Ok(self.member()?.change_data(data)),
            MembershipCommand::Deactivate => self.deactivate(),
            MembershipCommand::Activate => self.activate(),
            MembershipCommand::Remove => self.remove(),
            MembershipCommand::Erase => self.erase(),
        }
    }

    fn evolve(&mut self, event: &MembershipEvent) {
        self.fold(event);
    }
}

impl Membership {
    /// Who is a member now, able to act or not.
    fn member(&self) -> Result<&Facts, Rejection> {
        match self {
            Self::Active(facts) | Self::Deactivated(facts) => Ok(facts),
            Self::NotJoined | Self::Removed(_) | Self::Erased(_) => Err(Rejection::NotFound),
        }
    }

    fn join(&self, join: &Join) -> Decision {
        let invitation = join.invitation.as_ref().map(|id| id.as_str());
        match self {
            Self::NotJoined => {}
            Self::Active(facts) | Self::Deactivated(facts) => {
                if invitation == facts.invitation_id.as_deref() {
                    return Ok(Vec::new());
                }
                return Err(Rejection::AlreadyExists {
                    detail: "the person is a member already".to_owned(),
                });
            }
            Self::Removed(Facts { used, .. }) | Self::Erased(used) => come_back(used, invitation)?,
        }
        Ok(vec![MembershipEvent::Joined(join.into())])
    }

    fn deactivate(&self) -> Decision {
        match self {
            Self::NotJoined | Self::Removed(_) | Self::Erased(_) => Err(Rejection::NotFound),
            Self::Active(_) => Ok(vec![MembershipEvent::Deactivated(Deactivated {})]),
            Self::Deactivated(_) => Ok(Vec::new()),
        }
    }

    fn activate(&self) -> Decision {
        match self {
            Self::NotJoined | Self::Removed(_) | Self::Erased(_) => Err(Rejection::NotFound),
            Self::Active(_) => Ok(Vec::new()),
            Self::Deactivated(_) => Ok(vec![MembershipEvent::Activated(Activated {})]),
        }
    }

    fn remove(&self) -> Decision {
        match self {
            Self::NotJoined | Self::Erased(_) => Err(Rejection::NotFound),
            Self::Active(_) | Self::Deactivated(_) => {
                Ok(vec![MembershipEvent::Removed(Removed {})])
            }
            Self::Removed(_) => Ok(Vec::new()),
        }
    }

    fn erase(&self) -> Decision {
        match self {
            Self::NotJoined => Err(Rejection::NotFound),
            Self::Active(_) | Self::Deactivated(_) | Self::Removed(_) => {
                Ok(vec![MembershipEvent::Erased(Erased {})])
            }
            Self::Erased(_) => Ok(Vec::new()),
        }
    }
}

/// An old invitation, or the founding that a login finishes, must not undo a removal.
fn come_back(used: &Invitations, invitation: Option<&str>) -> Result<(), Rejection> {
    if invitation.is_none_or(|id| used.contains(id)) {
        let detail = "the person was removed and comes back by a new invitation alone";
        return Err(Rejection::conflict("membership-removed", detail));
    }
    if used.len() >= MAX_JOINS {
        let detail = format!("a person joins an organization at most {MAX_JOINS} times");
        return Err(Rejection::refused("too-many-joins", detail));
    }
    Ok(())
}

impl Facts {
    fn change_role(&self, role: Role) -> Vec<MembershipEvent> {
        if role == self.role {
            return Vec::new();
        }
        vec![MembershipEvent::RoleChanged(RoleChanged { role })]
    }

    fn change_frontends(&self, frontends: &Frontends) -> Vec<MembershipEvent> {
        if frontends.names() == self.frontends {
            return Vec::new();
        }
        let frontends = frontends.into();
        vec![MembershipEvent::FrontendsChanged(FrontendsChanged {
            frontends,
        })]
    }

    fn change_data(&self, data: &PersonalData) -> Vec<MembershipEvent> {
        let PersonalData { email, name } = data.clone();
        let changed = PersonalDataChanged {
            email: email.filter(|email| *email != self.email),
            name: name.filter(|name| *name != self.name),
        };
        if changed.email.is_none() && changed.name.is_none() {
            return Vec::new();
        }
        vec![MembershipEvent::PersonalDataChanged(changed)]
    }
}

impl From<&Join> for Joined {
    fn from(join: &Join) -> Self {
        Self {
            role: join.role,
            frontends: (&join.frontends).into(),
            email: join.email.clone(),
            name: join.name.clone(),
            invitation_id: join.invitation.clone().map(Into::into),
        }
    }
}
