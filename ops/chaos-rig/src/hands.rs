//! Two hands strike at the same time: one the processes and their connections, one the servers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::Result;
use crate::deck::{Card, Deck};
use crate::faults;
use crate::field::Field;
use crate::tally::Strike;

/// A slow machine may take so many times as long as was asked for until each fault has struck once.
const PATIENCE: u32 = 4;
const AT_LEAST: Duration = Duration::from_secs(300);

/// Strikes one card after the other until the time is over and each kind has struck.
pub(crate) async fn strike_all(field: Arc<Field>, mut deck: Deck, length: Duration) -> Result<()> {
    let began = Instant::now();
    let longest = length * PATIENCE + AT_LEAST;
    loop {
        let enough = began.elapsed() >= length && deck.rounds() >= 1;
        if enough || began.elapsed() > longest {
            return Ok(());
        }
        let Some(card) = deck.draw() else {
            return Ok(());
        };
        sleep(card.pause).await;
        strike(&field, card).await?;
    }
}

async fn strike(field: &Arc<Field>, card: Card) -> Result<()> {
    let name = card.kind.name();
    let turn = Instant::now();
    let struck = faults::strike(field, card)
        .await
        .map_err(|error| format!("{name}: {error}"))?;
    let Some(struck) = struck else {
        field.say(&format!("{name}: nothing to strike"));
        return Ok(());
    };
    let from = struck.from.unwrap_or(turn);
    let took = from.elapsed().as_secs_f64();
    field.say(&format!("{name} {} ({took:.1} s)", struck.victim));
    field.setting.tally.struck(Strike {
        kind: card.kind,
        from,
        to: Instant::now(),
        outage: struck.outage,
    });
    Ok(())
}
