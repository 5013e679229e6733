//! `flowgrid projections …`

use std::time::Duration;

use flowgrid_projections::{ModelName, ProjectionAdmin, ProjectionStatus};

use super::{servers, store};
use crate::{Failure, cli};

/// How often the progress of a rebuild is shown.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Shows, rebuilds, cancels, verifies.
///
/// # Errors
/// When Postgres can't be reached, or the projection can't do what is asked.
pub async fn projections(command: cli::Projections) -> Result<(), Failure> {
    let servers = servers()?;
    let admin = ProjectionAdmin::open(servers.database()?, store(&servers).await?)?;
    match command {
        cli::Projections::List => {
            for status in admin.status().await? {
                println!("{}", line(&status));
            }
        }
        cli::Projections::Rebuild { name, force } => {
            let model: ModelName = name.parse()?;
            let requested = admin.request_rebuild(model, force).await?;
            println!(
                "{} requested; a running projector picks it up",
                requested.job_id
            );
            follow(&admin, model).await?;
        }
        cli::Projections::Cancel { name } => {
            let cancelled = admin.cancel_rebuild(name.parse()?).await?;
            println!("{}: {}", cancelled.job_id, cancelled.state);
        }
        cli::Projections::Resume { name } => {
            let model: ModelName = name.parse()?;
            let resumed = admin.resume_rebuild(model).await?;
            println!("{} goes on at {}", resumed.job_id, resumed.position);
            follow(&admin, model).await?;
        }
        cli::Projections::Verify { name } => {
            let report = admin.verify(name.parse()?).await?;
            println!("{}", serde_json::to_string_pretty(&report)?);
            if !report.is_clean() {
                return Err(Failure::new("the rows differ from the log"));
            }
        }
    }
    Ok(())
}

fn line(status: &ProjectionStatus) -> String {
    let lag: u64 = status.logs.iter().map(|log| log.lag_events).sum();
    let mut line = format!("{} v{}: {}", status.name, status.version, status.state);
    if let Some(generation) = status.generation {
        line += &format!(", generation {generation}");
    }
    line += &format!(", {lag} events behind");
    for log in &status.logs {
        line += &format!("; log {} at {} of {}", log.log, log.position, log.head);
    }
    if let Some(stopped) = &status.error {
        line += &format!(
            "\n  stands still at {} of log {}: {}",
            stopped.position, stopped.log, stopped.reason
        );
    }
    line
}

/// Shows the progress of a rebuild until it has ended.
async fn follow(admin: &ProjectionAdmin, model: ModelName) -> Result<(), Failure> {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let statuses = admin.status().await?;
        let status = statuses
            .into_iter()
            .find(|status| status.name == model.as_str());
        let Some(rebuild) = status.and_then(|status| status.rebuild) else {
            return Err(Failure::new("the rebuild is gone"));
        };
        println!(
            "{}: {} {:.1} % ({} of {}, {:.0} events/s)",
            rebuild.job_id,
            rebuild.state,
            rebuild.progress,
            rebuild.position,
            rebuild.target,
            rebuild.rate_per_s
        );
        match (rebuild.state, rebuild.error) {
            ("live", _) => return Ok(()),
            ("differs" | "cancelled" | "failed", error) => {
                return Err(Failure::new(
                    error.unwrap_or_else(|| rebuild.state.to_owned()),
                ));
            }
            _ => {}
        }
    }
}
