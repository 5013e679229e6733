//! Faults of flowgrid processes and of their connections.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::Struck;
use crate::deck::Card;
use crate::field::Field;
use crate::fleet::{Process, Role};
use crate::kind::Kind;
use crate::proxy::{Mode, Proxy};

/// What is slow comes later by the fault's length over this: 20 to 100 ms.
const SLOWER: u32 = 50;

/// `None` for a kind that isn't of processes.
pub(super) async fn strike(field: &Field, card: Card) -> Option<Option<Struck>> {
    let slow = Mode::Slow(card.length / SLOWER);
    Some(match card.kind {
        Kind::KillApi => kill(field, Role::Api, card).await,
        Kind::KillRelay => kill(field, Role::Relay, card).await,
        Kind::KillPush => kill(field, Role::Push, card).await,
        Kind::KillProject => kill(field, Role::Project, card).await,
        Kind::FreezeProcess => {
            let process = victim(&field.fleet.processes, card)?;
            let frozen = process.freeze(card.length).await;
            frozen.then(|| Struck::victim(&process.name))
        }
        Kind::CutPostgres => link(field, card, |p| &p.database, Mode::Cut).await,
        Kind::CutNats => link(field, card, |p| &p.bus, Mode::Cut).await,
        Kind::SlowPostgres => link(field, card, |p| &p.database, slow).await,
        Kind::SlowNats => link(field, card, |p| &p.bus, slow).await,
        Kind::HangPostgres => link(field, card, |p| &p.database, Mode::Hang).await,
        Kind::HangNats => link(field, card, |p| &p.bus, Mode::Hang).await,
        Kind::KillPostgres
        | Kind::KillBackend
        | Kind::FreezePostgres
        | Kind::KillNats
        | Kind::FreezeNats
        | Kind::DeleteStore
        | Kind::DamageStore
        | Kind::FullDisk
        | Kind::OldCopy => return None,
    })
}

async fn kill(field: &Field, role: Role, card: Card) -> Option<Struck> {
    let of_role = field.fleet.of(role);
    let process = victim(&of_role, card)?;
    let killed = process.kill().await;
    killed.then(|| Struck::victim(&process.name))
}

async fn link(
    field: &Field,
    card: Card,
    side: impl Fn(&Process) -> &Proxy,
    mode: Mode,
) -> Option<Struck> {
    let process = victim(&field.fleet.processes, card)?;
    let proxy = side(process);
    proxy.set(mode);
    sleep(length(mode, card)).await;
    proxy.set(Mode::Pass);
    Some(Struck::victim(&process.name))
}

/// A cut is done at once, but new connections should fail for a while, too.
fn length(mode: Mode, card: Card) -> Duration {
    match mode {
        Mode::Cut => card.length / 2,
        Mode::Pass | Mode::Slow(_) | Mode::Hang => card.length,
    }
}

fn victim(among: &[Arc<Process>], card: Card) -> Option<&Arc<Process>> {
    let at = usize::try_from(card.lot % among.len().max(1) as u64).ok()?;
    among.get(at)
}
