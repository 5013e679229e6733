//! Organizations: founded under a slug for ever, never without one admin, and at last closed after
//! a time to change one's mind.

mod command;
mod decide;
mod event;
mod read;
mod resource;
mod settings;
mod slug;
#[cfg(test)]
mod spec;
mod state;

pub use command::{Found, MAX_ADMINS, OrganizationChange, OrganizationCommand, OrganizationName};
pub use event::{
    AdminAdded, AdminWithdrawn, Changed, Closed, Closing, Founded, Kept, OrganizationEvent,
    PlanChanged,
};
pub use read::{read_organization_change, read_plan_change};
pub use resource::{OrganizationResource, OrganizationStatus};
pub use settings::{LANGUAGE, PERSONAL_PLANS, Settings};
pub use slug::{OrganizationSlug, PEOPLE, RESERVED_SLUGS};
pub use state::{Facts, Organization};
