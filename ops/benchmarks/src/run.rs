//! Runs one bench, within bounds, against a server of its own.

use std::path::PathBuf;
use std::time::Duration;

use tokio::time::timeout;

use crate::cli::{Bench, Cli};
use crate::database;
use crate::durability::Durability;
use crate::report::Report;
use crate::server::Server;
use crate::{Result, auth, commands, ingest, latency, machine, memory, push, queries, replay};

/// No bench takes longer, whatever hangs.
const LONGEST: Duration = Duration::from_secs(30 * 60);

/// A machine that is less idle than this, before anything is measured, has other work.
const QUIET_PERCENT: f64 = 90.0;

/// Whether the run is valid and reaches what it must.
pub(crate) async fn run(cli: Cli) -> Result<bool> {
    if cli.bench == Bench::PushClients {
        push::clients::run().await?;
        return Ok(true);
    }
    if cli.bench == Bench::ListServer {
        auth::list_server::run().await?;
        return Ok(true);
    }
    let report = timeout(LONGEST, measure(&cli)).await??;
    Ok(report.print(cli.json))
}

async fn measure(cli: &Cli) -> Result<Report> {
    let binary = binary(cli)?;
    let server = Server::start(&binary, &cli.state, cli.bench.name()).await?;
    let state = server.state.clone();
    let measured = with(cli, server).await;
    measured.map_err(|e| format!("{e} (the server's log is in {})", state.display()).into())
}

async fn with(cli: &Cli, server: Server) -> Result<Report> {
    let mut db = database::connect(&server.database_url).await?;
    let durability = Durability::read(&server, &mut db).await?;
    let mut report = Report::new(cli.bench.name(), &durability);
    tell_idle(&mut report).await;
    let phase = |default: u64| Duration::from_secs(cli.seconds.unwrap_or(default));
    match cli.bench {
        Bench::Commands => commands::measure(&server, &mut db, phase(8), &mut report).await?,
        Bench::Latency => latency::measure(&server, &mut db, phase(20), &mut report).await?,
        Bench::Replay => replay::measure(&server, &mut db, &mut report).await?,
        Bench::Push => push::measure(&server, phase(20), &mut report).await?,
        Bench::Memory => memory::measure(&server, &mut db, &mut report).await?,
        Bench::Auth => auth::measure(&server, phase(8), cli.only, &mut report).await?,
        Bench::Ingest => ingest::measure(&server, &mut db, phase(60), &mut report).await?,
        Bench::Queries => queries::measure(&server, phase(30), &mut report).await?,
        Bench::PushClients | Bench::ListServer => {}
    }
    drop(db);
    server.stop().await?;
    Ok(report)
}

/// Neighbours hurt both sides, but not alike: where the scheduler shares cores between sessions, each
/// Postgres backend is one, so a baseline of 64 of them is hurt less than our few processes.
async fn tell_idle(report: &mut Report) {
    let Some(idle) = machine::idle_percent().await else {
        return;
    };
    report.context("idle_percent_before", serde_json::json!(idle.round()));
    if idle < QUIET_PERCENT {
        report.note(format!(
            "the machine was busy with something else: only {idle:.0} % idle before the run"
        ));
    }
}

fn binary(cli: &Cli) -> Result<PathBuf> {
    if let Some(binary) = &cli.binary {
        return Ok(binary.clone());
    }
    Ok(std::env::current_exe()?.with_file_name("flowgrid"))
}
