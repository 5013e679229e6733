//! Operations that must hold under load, done as the runbooks in `ops/runbooks/` say, by the same
//! scripts, on real servers and processes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;

mod backup;
mod day_two;
mod expand;
mod fleet;
mod http;
mod keys;
mod ledger;
mod load;
mod master_keys;
mod next_release;
mod rolling;
mod scripts;
mod subscriber;
mod vault_backup;
