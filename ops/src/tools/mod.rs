//! What an operator runs by hand.

mod events;
pub mod keys;
mod listen;
mod log;
mod migrate;
mod projections;
mod server;
mod token;

pub use events::tail;
pub use listen::listen;
pub use log::{check_logs, describe, heal_logs, remake_stream};
pub use migrate::migrate;
pub use projections::projections;
pub use server::Server;
pub use token::token;

use std::time::Duration;

use flowgrid_log::{Bus, LogStore};

use crate::Failure;
use crate::settings::{Servers, servers_of_state, state_dir};

/// The servers a tool talks to.
fn servers() -> Result<Servers, Failure> {
    Ok(servers_of_state(&state_dir())?)
}

async fn store(servers: &Servers) -> Result<LogStore, Failure> {
    Ok(LogStore::open(servers.database()?, 4).await?)
}

/// A connected bus, as the relay's user where one is set.
async fn bus(servers: &Servers) -> Result<Bus, Failure> {
    let bus = Bus::connect(servers.nats_relay()?, "flowgrid-tool", servers.replicas).await?;
    if !bus.connected_within(Duration::from_secs(5)).await {
        return Err(Failure::new("NATS can't be reached"));
    }
    Ok(bus)
}
