//! What callers may ask of a membership. Personal data comes sealed for the organization.

use crate::values::{Frontends, Role, Sealed, Slug};

/// An invitation's id: a UUID, whose text is a slug.
pub type InvitationId = Slug;

/// By how many invitations one person may have joined one organization.
pub const MAX_JOINS: usize = 100;

/// One command to one membership. Whether an admin may go is the organization's to say, first.
#[derive(Clone, Debug, PartialEq)]
pub enum MembershipCommand {
    /// Again by the same invitation while it is a member, it is nothing to do.
    Join(Join),
    ChangeRole {
        role: Role,
    },
    ChangeFrontends {
        frontends: Frontends,
    },
    /// It stays a member, but can do nothing.
    Deactivate,
    Activate,
    /// The person has changed address or name.
    ChangePersonalData(PersonalData),
    Remove,
    /// Removes it, and with it what the organization knew of the person.
    Erase,
}

/// Somebody becomes a member.
#[derive(Clone, Debug, PartialEq)]
pub struct Join {
    pub role: Role,
    pub frontends: Frontends,
    pub email: Sealed,
    pub name: Sealed,
    /// None for who founds the organization or registers with a frontend's default one.
    pub invitation: Option<InvitationId>,
}

/// What became different about the person; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PersonalData {
    pub email: Option<Sealed>,
    pub name: Option<Sealed>,
}
