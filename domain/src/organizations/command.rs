//! What callers may ask of an organization. Every command carries its person and its time, where
//! they matter.

use chrono::{DateTime, Utc};

use super::Settings;
use crate::values::{Line, PersonId, Plan};

/// One line of at most 200 characters.
pub type OrganizationName = Line<200>;

/// An organization has no more admins than this: it is loaded as a whole.
pub const MAX_ADMINS: usize = 500;

/// One command to one organization.
#[derive(Clone, Debug, PartialEq)]
pub enum OrganizationCommand {
    /// Brings it into being; again by the same founder, it is nothing to do.
    Found(Found),
    Change(OrganizationChange),
    ChangePlan {
        plan: Plan,
    },
    /// The membership says so already.
    AddAdmin {
        person: PersonId,
    },
    /// The membership says so afterwards, if this is allowed.
    WithdrawAdmin {
        person: PersonId,
    },
    /// From `until` on it may be closed for good; before, it can be kept.
    Close {
        until: DateTime<Utc>,
        at: DateTime<Utc>,
    },
    /// It isn't closed after all.
    Keep,
    /// Closes it for good, once its time has come.
    FinishClosing {
        at: DateTime<Utc>,
    },
}

/// An organization that isn't there yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pub name: OrganizationName,
    pub plan: Plan,
    /// Its first admin.
    pub founder: PersonId,
}

/// What becomes different about an organization; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OrganizationChange {
    pub name: Option<OrganizationName>,
    /// All of them: what isn't here is no longer set.
    pub settings: Option<Settings>,
}
