//! Faults of Postgres and NATS.

use std::time::Duration;

use nix::sys::signal::Signal;
use tokio::time::sleep;

use super::{Struck, block};
use crate::Result;
use crate::deck::Card;
use crate::field::{Field, postgres_serves};
use crate::kind::Kind;
use crate::servers::Servers;
use crate::tree;

/// A server that was killed stays away for the fault's length over this: 0.2 to 1 s.
const AWAY: u32 = 5;
/// What is full stays full for so many times the fault's length: 2 to 10 s.
const FULL: u32 = 2;

pub(super) async fn strike(field: &Field, card: Card) -> Result<Option<Struck>> {
    let mut servers = field.servers.lock().await;
    let servers = &mut *servers;
    let away = card.length / AWAY;
    match card.kind {
        Kind::KillPostgres => {
            servers.stack.kill_postgres().await;
            sleep(away).await;
            servers.start_postgres().await?;
        }
        Kind::KillBackend => return kill_backend(servers, card).await,
        Kind::FreezePostgres => freeze(servers.stack.postgres_pid(), card.length).await,
        Kind::KillNats => {
            servers.stack.kill_nats().await;
            sleep(away).await;
            servers.start_nats().await?;
        }
        Kind::FreezeNats => freeze(servers.stack.nats_pid(), card.length).await,
        Kind::DeleteStore => {
            servers.stack.kill_nats().await;
            servers.stack.wipe_nats_store()?;
            servers.start_nats().await?;
        }
        Kind::DamageStore => return damage_store(servers, card).await,
        Kind::FullDisk => return full_disk(servers, card).await,
        // Those of processes and connections, and the one that is struck alone.
        _ => return Ok(None),
    }
    Ok(Some(Struck::default()))
}

async fn kill_backend(servers: &Servers, card: Card) -> Result<Option<Struck>> {
    let backends = servers
        .stack
        .postgres_pid()
        .map_or(Vec::new(), tree::backends);
    let at = usize::try_from(card.lot % backends.len().max(1) as u64)?;
    let Some(pid) = backends.get(at) else {
        return Ok(None);
    };
    tree::signal(&[*pid], Signal::SIGKILL);
    postgres_serves(&servers.urls()?.database).await?;
    Ok(Some(Struck::victim(format!("{at} of {}", backends.len()))))
}

/// A server with all its processes. The first stops first: it starts no others then.
async fn freeze(first: Option<i32>, length: Duration) {
    let Some(first) = first else { return };
    tree::signal(&[first], Signal::SIGSTOP);
    let children = tree::children(first);
    tree::signal(&children, Signal::SIGSTOP);
    sleep(length).await;
    tree::signal(&children, Signal::SIGCONT);
    tree::signal(&[first], Signal::SIGCONT);
}

/// After a crash NATS reads its blocks anew; after a stop in good order it trusts what it noted of them.
async fn damage_store(servers: &mut Servers, card: Card) -> Result<Option<Struck>> {
    let crash = card.lot & 1 == 0;
    if crash {
        servers.stack.kill_nats().await;
    } else {
        servers.stack.stop_nats().await;
    }
    let store = servers.stack.nats_store_dir().ok_or("there is no NATS")?;
    let damage = block::damage(store, card.lot >> 1)?;
    servers.start_nats().await?;
    let how = if crash { "crash" } else { "stop" };
    Ok(damage.map(|damage| Struck::victim(format!("{how}, {damage}"))))
}

/// Afterwards the operator starts again what gave up: NATS turns JetStream off when it can't write.
async fn full_disk(servers: &mut Servers, card: Card) -> Result<Option<Struck>> {
    let Some(disk) = &servers.disk else {
        return Ok(None);
    };
    disk.fill()?;
    sleep(card.length * FULL).await;
    disk.empty()?;
    servers.start_missing().await?;
    servers.start_nats().await?;
    postgres_serves(&servers.urls()?.database).await?;
    Ok(Some(Struck::default()))
}
