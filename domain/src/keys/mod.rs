//! API keys: created by a person, for programs, until they are revoked or expire. Their secrets are
//! in the vault alone, and there only as hashes.

mod command;
mod event;
mod read;
mod resource;
mod scopes;
#[cfg(test)]
mod spec;
mod state;

pub use command::{ApiKeyCommand, Create, KeyName, KeyPrefix};
pub use event::{ApiKeyEvent, Created, Revoked};
pub use read::{ApiKeyRequest, read_api_key};
pub use resource::{ApiKeyResource, ApiKeyStatus};
pub use scopes::Scopes;
pub use state::{ApiKey, Facts};
