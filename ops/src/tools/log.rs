//! `flowgrid log …`

use flowgrid_bus::LogId;
use flowgrid_commands::heal_log;
use flowgrid_log::integrity::{Agreement, check};
use flowgrid_log::relay::rebuild_stream;

use super::{bus, servers, store};
use crate::Failure;

/// Prints how each stream stands to its log; fails when one doesn't agree.
///
/// # Errors
/// When a server can't be reached, or log and stream disagree.
pub async fn check_logs() -> Result<(), Failure> {
    let servers = servers()?;
    let (store, bus) = (store(&servers).await?, bus(&servers).await?);
    let mut disagree = false;
    for info in store.logs() {
        let found = check(&store, &bus, *info).await?;
        let (fine, text) = describe(&found);
        disagree |= !fine;
        println!("log {} ({}): {text}", info.id, info.kind.as_str());
    }
    if disagree {
        Err(Failure::new("log and stream disagree"))
    } else {
        Ok(())
    }
}

/// Whether all is well, and in words.
pub fn describe(agreement: &Agreement) -> (bool, String) {
    match agreement {
        Agreement::Agree { first, stream, log } => (
            true,
            format!("agree; log at {log}, stream holds {first} to {stream}"),
        ),
        Agreement::NoStream => (true, "no stream yet; the relay makes one".into()),
        Agreement::StreamDamaged { reason } => (
            false,
            format!("the stream is damaged ({reason}); a running relay makes it anew"),
        ),
        Agreement::StreamAhead { log, stream } => (
            false,
            format!(
                "the log ends at {log}, the stream at {stream}: Postgres has lost its tail; run `flowgrid log heal`"
            ),
        ),
        Agreement::Diverged { position } => (
            false,
            format!(
                "different events at {position}; decide which is right, then `flowgrid log rebuild-stream` keeps Postgres's"
            ),
        ),
        Agreement::ForeignStream { stream_epoch } => (
            false,
            format!(
                "the stream is of another life of this log (epoch {stream_epoch}); \
                 if nobody misses it, `flowgrid log rebuild-stream`"
            ),
        ),
    }
}

/// Brings back from the streams what Postgres has lost.
///
/// # Errors
/// When a log can't be healed.
pub async fn heal_logs(only: Option<i16>) -> Result<(), Failure> {
    let servers = servers()?;
    let (store, bus) = (store(&servers).await?, bus(&servers).await?);
    for info in store
        .logs()
        .iter()
        .filter(|info| only.is_none_or(|only| info.id == LogId(only)))
    {
        let healed = heal_log(&store, &bus, *info).await?;
        match healed.to - healed.from {
            0 => println!("log {}: nothing to heal, it ends at {}", info.id, healed.to),
            many => println!(
                "log {}: {many} events brought back, it ends at {}",
                info.id, healed.to
            ),
        }
    }
    Ok(())
}

/// Deletes a stream and makes it anew from the log.
///
/// # Errors
/// When it isn't confirmed, or a server can't be reached.
pub async fn remake_stream(log: i16, keep: u64, yes: bool) -> Result<(), Failure> {
    if !yes {
        return Err(Failure::new(
            "this deletes the stream; add --yes if nothing in it is missed",
        ));
    }
    let servers = servers()?;
    let (store, bus) = (store(&servers).await?, bus(&servers).await?);
    let info = store
        .info(LogId(log))
        .ok_or_else(|| Failure::new(format!("there is no log {log}")))?;
    let made = rebuild_stream(&store, &bus, info, keep).await?;
    println!("log {log}: {}", describe(&made).1);
    let now = self::store(&servers).await?.info(LogId(log));
    if now.is_some_and(|now| now.epoch != info.epoch) {
        println!("log {log}: this is another life of it: start every process again");
    }
    Ok(())
}
