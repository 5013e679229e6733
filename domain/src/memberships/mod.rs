//! Memberships: a person in an organization, with a role, until it is removed. Who was removed
//! comes back by a new invitation alone.

mod command;
mod decide;
mod event;
mod read;
mod resource;
#[cfg(test)]
mod spec;
mod state;

pub use command::{InvitationId, Join, MAX_JOINS, MembershipCommand, PersonalData};
pub use event::{
    Activated, Deactivated, Erased, FrontendsChanged, Joined, MembershipEvent, PersonalDataChanged,
    Removed, RoleChanged,
};
pub use read::read_role_change;
pub use resource::{MembershipResource, MembershipStatus};
pub use state::{Facts, Invitations, Membership};
