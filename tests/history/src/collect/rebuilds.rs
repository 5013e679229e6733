//! A rebuild from beginning to end.

use std::time::Duration;

use flowgrid_projections::{AdminError, ModelName, ProjectionAdmin, RebuildStatus};
use sqlx::PgPool;
use tokio::sync::watch;
use tokio::time::Instant;

use super::{CollectError, rows};
use crate::Rebuild;

/// The longest that a rebuild may take, one under way before it included.
const LIMIT: Duration = Duration::from_secs(600);
const PAUSE: Duration = Duration::from_millis(100);

/// Asks for a rebuild and sees it through: in this process, or in whichever projector is faster.
pub(super) async fn rebuild(
    admin: &ProjectionAdmin,
    pool: &PgPool,
    model: ModelName,
) -> Result<Rebuild, CollectError> {
    let deadline = Instant::now() + LIMIT;
    let requested = request(admin, model, deadline).await?;
    let number = requested.generation;
    loop {
        let stop = watch::Sender::new(false);
        admin.run_rebuild_here(model, stop.subscribe()).await?;
        let generation = rows::generation(pool, model, Some(number)).await?;
        let generation =
            generation.ok_or_else(|| CollectError::Behind(format!("{model} {number} is gone")))?;
        if !is_unfinished(&generation.state) {
            let rows = rows::read(pool, model, &generation).await?;
            return Ok(Rebuild {
                generation: number,
                state: generation.state.into(),
                rows,
            });
        }
        wait(deadline, || format!("rebuild {number} of {model}")).await?;
    }
}

/// Waits for one that is under way already.
async fn request(
    admin: &ProjectionAdmin,
    model: ModelName,
    deadline: Instant,
) -> Result<RebuildStatus, CollectError> {
    loop {
        match admin.request_rebuild(model, false).await {
            Ok(requested) => return Ok(requested),
            Err(AdminError::UnderWay(_)) => {
                wait(deadline, || format!("an older rebuild of {model}")).await?;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

async fn wait(deadline: Instant, what: impl FnOnce() -> String) -> Result<(), CollectError> {
    if Instant::now() > deadline {
        return Err(CollectError::Behind(what()));
    }
    tokio::time::sleep(PAUSE).await;
    Ok(())
}

fn is_unfinished(state: &str) -> bool {
    matches!(state, "requested" | "filling" | "catching-up" | "comparing")
}
