//! What callers may ask of a person. Personal data comes sealed.

use crate::organizations::{OrganizationName, OrganizationSlug};
use crate::values::{EmailIndex, Plan, Sealed, Slug};

/// The id of an image in the file store.
pub type AvatarId = Slug;

/// One command to one person.
#[derive(Clone, Debug, PartialEq)]
pub enum PersonCommand {
    Register(Register),
    /// The address is the person's: a mail sent there came back.
    VerifyEmail,
    /// Another address, which has confirmed already.
    ChangeEmail {
        email_index: EmailIndex,
        email: Sealed,
    },
    ChangeProfile(ProfileChange),
    /// Another image; none, when `avatar` is `None`.
    ChangeAvatar {
        avatar: Option<AvatarId>,
    },
    /// The vault holds another password now.
    NotePasswordChange,
    /// The vault asks for a second factor from now on.
    EnableSecondFactor,
    DisableSecondFactor,
    ChangePlan {
        plan: Plan,
    },
    /// Nothing is left of it but its id.
    Erase,
}

/// A person who isn't known yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Register {
    pub email_index: EmailIndex,
    pub email: Sealed,
    pub name: Sealed,
    /// The organization that comes into being with the person.
    pub founding: Option<NewOrganization>,
}

/// An organization that is to be founded.
#[derive(Clone, Debug, PartialEq)]
pub struct NewOrganization {
    pub slug: OrganizationSlug,
    pub name: OrganizationName,
}

/// What becomes different about a person; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProfileChange {
    pub name: Option<Sealed>,
    /// Settings and the like, as one sealed JSON text.
    pub profile: Option<Sealed>,
}
