//! Invitations: sent to an address, open until they are accepted, revoked or too old. An address
//! has at most one open invitation to an organization.

mod command;
mod decide;
mod event;
mod read;
mod resource;
#[cfg(test)]
mod spec;
mod state;

pub use command::{InvitationCommand, Send};
pub use event::{Accepted, InvitationEvent, Revoked, Sent};
pub use read::{InvitationRequest, read_invitation};
pub use resource::{InvitationResource, InvitationStatus};
pub use state::{Acceptance, Facts, Invitation};

/// The claim of the one open invitation of an address: its key is the address's index.
pub const INVITATION: &str = "invitation";
