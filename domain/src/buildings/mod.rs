//! Buildings: registered under an id of the caller's choice, changed, and at last retired.

mod command;
mod event;
mod read;
mod resource;
#[cfg(test)]
mod spec;
mod state;

pub use command::{BuildingCommand, BuildingName, Change, PostalAddress, Register};
pub use event::{BuildingEvent, Changed, Registered, Retired};
pub use read::{Registration, read_change, read_registration};
pub use resource::{BuildingResource, BuildingStatus, EnergySummary};
pub use state::{Building, Details};
