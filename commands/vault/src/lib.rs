//! The vault: whatever must stay secret. Keys of personal data, passwords, tokens, second factors.
//!
//! Nothing in here is an event. What must never come back out of an old backup (an ended session,
//! a revoked key, an erased person) is an event elsewhere, and is applied to these tables again.

mod cipher;
mod error;
mod hex;
mod master;
mod random;

pub use error::VaultError;
pub use master::MasterKeys;
