//! Integrations: an outside service that a person has connected, until it deletes it. What lets one
//! in there (its credentials) is in the vault alone; here are only their names.

mod address;
mod command;
mod credentials;
mod decide;
mod event;
mod kinds;
mod read;
mod resource;
mod settings;
#[cfg(test)]
mod spec;
mod state;

pub use address::{BaseUrl, HeaderName, TestPath};
pub use command::{Change, Create, IntegrationCommand, NoteTest};
pub use credentials::Credentials;
pub use event::{Changed, Created, Deleted, IntegrationEvent, Tested};
pub use kinds::{Health, IntegrationStatus, Scheme, TestMethod};
pub use read::{IntegrationChange, IntegrationRequest, read_integration, read_integration_change};
pub use resource::{IntegrationResource, LastTest};
pub use settings::ServiceSettings;
pub use state::{Details, Integration};
