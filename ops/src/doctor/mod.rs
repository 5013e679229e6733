//! `flowgrid doctor`: everything Flowgrid needs, looked at; each problem with its remedy.

mod bus;
mod database;
mod finding;
mod machine;
mod people;

pub use finding::{Finding, Verdict};

use std::io::IsTerminal;
use std::path::Path;
use std::time::Duration;

use flowgrid_log::{Bus, LogStore};
use flowgrid_projections::ProjectionAdmin;

use crate::Failure;
use crate::settings::{Servers, servers_of_state, state_dir};

/// Looks at everything and prints what it found.
///
/// # Errors
/// When something is wrong enough that commands can't be relied upon.
pub async fn doctor() -> Result<(), Failure> {
    let state = state_dir();
    let mut findings = vec![Finding::fine("flowgrid", env!("CARGO_PKG_VERSION"))];
    findings.extend(machine::examine(&state));
    match servers_of_state(&state) {
        Ok(servers) => findings.extend(examine_servers(&servers, &state).await),
        Err(error) => findings.push(Finding::bad(
            "settings",
            error.to_string(),
            "correct the variable it names",
        )),
    }
    let color = std::io::stdout().is_terminal();
    for finding in &findings {
        println!("{}", finding.line(color));
    }
    let bad = findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Bad)
        .count();
    if bad == 0 {
        Ok(())
    } else {
        Err(Failure::new(format!("{bad} problems")))
    }
}

async fn examine_servers(servers: &Servers, state: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    let database = match servers.database() {
        Ok(url) => Some(url),
        Err(error) => {
            findings.push(Finding::bad(
                "postgres",
                error.to_string(),
                "set DATABASE_URL, or start `flowgrid up`",
            ));
            None
        }
    };
    if let Some(url) = database {
        findings.extend(database::examine(url).await);
        findings.extend(people::examine(url, state).await);
    }
    let bus = match servers.nats_relay() {
        Ok(url) => bus::examine(url, servers.replicas, &mut findings).await,
        Err(error) => {
            findings.push(Finding::bad(
                "nats",
                error.to_string(),
                "set NATS_URL, or start `flowgrid up`",
            ));
            None
        }
    };
    if let Some(url) = database
        && let Ok(store) = LogStore::open(url, 2).await
    {
        findings.extend(examine_logs(&store, bus.as_ref()).await);
        findings.extend(examine_projections(url, store).await);
    }
    findings
}

async fn examine_logs(store: &LogStore, bus: Option<&Bus>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for info in store.logs() {
        let name = format!("log {}", info.id);
        let Some(bus) = bus else {
            findings.push(Finding::warn(
                name,
                "not compared with its stream",
                "bring NATS back",
            ));
            continue;
        };
        let limit = tokio::time::timeout(
            Duration::from_secs(10),
            flowgrid_log::integrity::check(store, bus, *info),
        );
        findings.push(match limit.await {
            Ok(Ok(agreement)) => match crate::tools::describe(&agreement) {
                (true, text) => Finding::fine(name, text),
                (false, text) => Finding::bad(name, text, "see above"),
            },
            Ok(Err(error)) => Finding::bad(
                name,
                error.to_string(),
                "bring back the server that doesn't answer",
            ),
            Err(_) => Finding::bad(
                name,
                "no answer in 10 s",
                "bring back the server that doesn't answer",
            ),
        });
    }
    findings
}

async fn examine_projections(url: &str, store: LogStore) -> Vec<Finding> {
    let statuses = match ProjectionAdmin::open(url, store) {
        Ok(admin) => admin.status().await,
        Err(error) => Err(error),
    };
    let statuses = match statuses {
        Ok(statuses) => statuses,
        Err(error) => {
            return vec![Finding::bad(
                "projections",
                error.to_string(),
                "run `flowgrid migrate`",
            )];
        }
    };
    let finding = |status: flowgrid_projections::ProjectionStatus| {
        let name = format!("projection {}", status.name);
        let lag: u64 = status.logs.iter().map(|log| log.lag_events).sum();
        match status.error {
            Some(stopped) => Finding::bad(
                name,
                format!(
                    "stands still at {} of log {}: {}",
                    stopped.position, stopped.log, stopped.reason
                ),
                "deploy a build that can read this event; the projector then goes on by itself",
            ),
            None if lag > 100_000 => Finding::warn(
                name,
                format!("{lag} events behind"),
                "run a projector: `flowgrid project`",
            ),
            None => Finding::fine(name, format!("{}, {lag} events behind", status.state)),
        }
    };
    statuses.into_iter().map(finding).collect()
}
