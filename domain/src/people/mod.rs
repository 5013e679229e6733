//! People: registered once, members of as many organizations as invite them, and at last erased.
//! They live in the reserved organization `people`.

mod command;
mod decide;
mod event;
mod profile;
mod read;
#[cfg(test)]
mod spec;
mod state;

pub use command::{AvatarId, NewOrganization, PersonCommand, ProfileChange, Register};
pub use event::{
    AvatarChanged, EmailChanged, EmailVerified, Erased, Founding, PasswordChanged, PersonEvent,
    PlanChanged, ProfileChanged, Registered, SecondFactorDisabled, SecondFactorEnabled,
};
pub use profile::{AvatarUrl, Profile, ProfileSettings};
pub use read::{ProfileRequest, read_profile, read_subscription};
pub use state::{Facts, Person};

/// The claim by which a person is found: its key is the index of the e-mail address.
pub const EMAIL: &str = "email";
