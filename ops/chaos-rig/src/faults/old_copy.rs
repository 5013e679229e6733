//! Postgres put back to an older copy of its data, while the streams hold what came after it.
//!
//! The one fault that must be healed by hand: commands have to be refused, both ends of each log
//! named, until `flowgrid log heal` has brought back what was lost.

use std::time::{Duration, Instant};

use flowgrid_log::integrity::{Agreement, check};
use tokio::time::{sleep, timeout};

use super::Struck;
use crate::Result;
use crate::field::{Field, log_and_bus};
use crate::load::{Client, Command, Outcome};
use crate::servers::Servers;

/// How long the relays may take to bring everything over.
const RELAYED_WITHIN: Duration = Duration::from_secs(120);
/// How long everything must have stood still before that counts.
const STILL: Duration = Duration::from_secs(4);
/// How long an appender may take to see that Postgres came back.
const ANSWERS_WITHIN: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(250);

pub(super) async fn strike(field: &Field) -> Result<Option<Struck>> {
    let _nobody_writes = field.setting.gate.write().await;
    let _rest = field.setting.tally.service.rest();
    let mut servers = field.servers.lock().await;
    let servers = &mut *servers;
    if !all_relayed(servers).await? {
        let tally = &field.setting.tally;
        tally.broken("the relays did not catch up while nobody wrote");
        return Ok(None);
    }

    let from = Instant::now();
    servers.put_copy_back().await?;
    let lost = both_ends_named(field, servers).await?;
    let mut probes = field.probes.lock().await;
    if lost > 0 {
        all_refused(field, &mut probes).await?;
    }
    let healed = field.tool(servers, &["log", "heal"]).await?;
    if !healed.status.success() {
        let said = String::from_utf8_lossy(&healed.stderr);
        field
            .setting
            .tally
            .broken(format!("`flowgrid log heal` did not mend: {said}"));
    }
    all_taken(field, &mut probes).await?;
    let outage = from.elapsed();

    servers.copy_postgres().await?;
    Ok(Some(Struck {
        victim: format!("{lost} events brought back"),
        from: Some(from),
        outage: Some(outage),
    }))
}

/// Waits until every stream ends where its log does, and both stand still; whether that came true.
async fn all_relayed(servers: &Servers) -> Result<bool> {
    let (store, bus) = log_and_bus(&servers.urls()?).await?;
    let deadline = Instant::now() + RELAYED_WITHIN;
    let mut seen = Vec::new();
    let mut since = Instant::now();
    while since.elapsed() < STILL {
        let mut now = Vec::new();
        for info in store.logs() {
            match check(&store, &bus, *info).await {
                Ok(Agreement::Agree { stream, log, .. }) if stream == log => now.push(log),
                Ok(_) | Err(_) => {}
            }
        }
        if now.len() < store.logs().len() || now != seen {
            seen = now;
            since = Instant::now();
        }
        if Instant::now() > deadline {
            return Ok(false);
        }
        sleep(PAUSE).await;
    }
    Ok(true)
}

/// `flowgrid log check` must fail and tell where each log and its stream end. Answers how many events
/// the logs have lost.
async fn both_ends_named(field: &Field, servers: &Servers) -> Result<u64> {
    let (store, bus) = log_and_bus(&servers.urls()?).await?;
    let checked = field.tool(servers, &["log", "check"]).await?;
    let said = String::from_utf8_lossy(&checked.stdout);
    let tally = &field.setting.tally;
    let mut lost = 0;
    for info in store.logs() {
        match check(&store, &bus, *info).await? {
            Agreement::StreamAhead { log, stream } => {
                lost += stream - log;
                let ends = format!("the log ends at {log}, the stream at {stream}");
                if !said.contains(&ends) || checked.status.success() {
                    tally.broken(format!("`flowgrid log check` does not say: {ends}: {said}"));
                }
            }
            Agreement::Agree { .. } => {}
            other => tally.broken(format!("with an older copy of Postgres: {other:?}")),
        }
    }
    Ok(lost)
}

/// No organization's command may be taken.
async fn all_refused(field: &Field, probes: &mut [Client]) -> Result<()> {
    for probe in probes {
        let refused = until(probe, |outcome| match outcome {
            Outcome::Refused { code } => code == "log-behind-stream",
            Outcome::Acknowledged(_) => true,
            Outcome::Unknown | Outcome::NotSent => false,
        });
        match timeout(ANSWERS_WITHIN, refused).await {
            Ok(Ok(Outcome::Acknowledged(told))) => field.setting.tally.broken(format!(
                "a command was taken by a log that has lost its tail: {told:?}"
            )),
            Ok(Ok(_)) => {}
            Ok(Err(error)) => return Err(error),
            Err(_) => field
                .setting
                .tally
                .broken("commands were not refused though the log has lost its tail"),
        }
    }
    Ok(())
}

/// Every organization's commands must be taken again.
async fn all_taken(field: &Field, probes: &mut [Client]) -> Result<()> {
    for probe in probes {
        let taken = until(probe, |outcome| matches!(outcome, Outcome::Acknowledged(_)));
        match timeout(ANSWERS_WITHIN, taken).await {
            Ok(taken) => drop(taken?),
            Err(_) => field
                .setting
                .tally
                .broken("commands were not taken again after `flowgrid log heal`"),
        }
    }
    Ok(())
}

/// Sends new commands until one is answered as awaited.
async fn until(probe: &mut Client, awaited: impl Fn(&Outcome) -> bool) -> Result<Outcome> {
    loop {
        let outcome = probe.once(&Command::register(None, "probe")).await?;
        if awaited(&outcome) {
            return Ok(outcome);
        }
        sleep(PAUSE).await;
    }
}
