//! The vault: whatever must stay secret. Keys of personal data, passwords, tokens, second factors.
//!
//! Nothing in here is an event. What must never come back out of an old backup (an ended session,
//! a revoked key, an erased person) is an event elsewhere, and is applied to these tables again.
//!
//! Row-level security shows each transaction the rows of the one person or organization that it
//! names. Times are handed in; random bytes are the system's.

mod api_keys;
mod cipher;
mod closings;
mod erase;
mod error;
mod follow;
mod hex;
mod integrations;
mod key_cache;
mod master;
mod one_time;
mod passwords;
mod personal;
mod presence;
mod random;
mod recovery;
mod repeats;
mod revocations;
mod role;
mod rotation;
mod scope;
mod sessions;
mod totp;
mod transaction;
mod vault;

pub use api_keys::{ApiKey, KeyUse, MOST_API_KEYS, NewApiKey};
pub use closings::UntoldClosing;
pub use error::VaultError;
pub use follow::Follow;
pub use integrations::IntegrationSecret;
pub use master::MasterKeys;
pub use one_time::{OneTime, Purpose};
pub use passwords::{Hasher, Verdict, WeakPassword, strength};
pub use personal::Field;
pub use presence::Presence;
pub use repeats::{Asked, Claim, Repeat};
pub use revocations::{Bearer, Revocations, Revoked};
pub use sessions::{
    Begun, EndedSession, NewSession, Refreshed, Rotation, SessionInfo, SessionLimits,
};
pub use totp::TotpSetup;
pub use vault::Vault;
