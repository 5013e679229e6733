//! Looks after the rebuilds of one read model.

use std::sync::Arc;
use std::time::Duration;

use sqlx::{PgConnection, PgPool};
use tokio::sync::watch;

use super::Broken;
use super::cleanup::clean_up;
use super::request::resume;
use super::run::Rebuild;
use crate::ReadError;
use crate::generation::{State, live, newest, newest_unfinished, request};
use crate::read_model::ReadModel;
use crate::runtime::Context;

/// How often it looks for requests from other processes.
const EVERY: Duration = Duration::from_secs(1);
/// How long after a failure the first generation is tried again.
const RETRY: Duration = Duration::from_secs(10);
/// The longest pause while Postgres is away.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Makes the first generation, does what is asked for and removes what is no longer needed, until
/// `shutdown` turns true.
pub(crate) async fn supervise<M: ReadModel>(
    context: Arc<Context>,
    mut shutdown: watch::Receiver<bool>,
) {
    let mut pause = EVERY;
    while !*shutdown.borrow() {
        match look_after::<M>(&context, &shutdown).await {
            Ok(()) => pause = EVERY,
            Err(error) => {
                tracing::warn!(projection = %M::NAME, %error, "rebuilds wait");
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
        tokio::select! {
            () = context.kicks.kicked(M::NAME) => {}
            () = tokio::time::sleep(pause) => {}
            _ = shutdown.wait_for(|stop| *stop) => return,
        }
    }
}

async fn look_after<M: ReadModel>(
    context: &Arc<Context>,
    shutdown: &watch::Receiver<bool>,
) -> Result<(), ReadError> {
    run_pending::<M>(context, shutdown).await?;
    clean_up::<M>(context).await
}

/// Does the rebuild that is asked for, or goes on with the one that a crash interrupted, unless
/// another process is at it.
pub(crate) async fn run_pending<M: ReadModel>(
    context: &Arc<Context>,
    shutdown: &watch::Receiver<bool>,
) -> Result<(), ReadError> {
    let pool = context.client.pool();
    if newest_unfinished(M::NAME, pool).await?.is_none() {
        if live(M::NAME, pool).await?.is_some() {
            return Ok(());
        }
        first_generation::<M>(pool).await?;
    }
    // Held by the connection: it is free again when this process dies.
    let mut owner = context.client.owner().await?;
    if !lock::<M>(&mut owner).await? {
        return Ok(());
    }
    let Some(generation) = newest_unfinished(M::NAME, pool).await? else {
        return Ok(());
    };
    tracing::info!(projection = %M::NAME, generation = generation.number, state = generation.state.as_str(), "rebuild");
    let opened = Rebuild::<M>::open(
        Arc::clone(context),
        generation,
        &mut owner,
        shutdown.clone(),
    )
    .await;
    let mut rebuild = match opened {
        Ok(rebuild) => rebuild,
        Err(Broken::Read(error)) => return Err(error),
        Err(_) => return Ok(()),
    };
    match rebuild.run(&mut owner).await {
        Ok(()) | Err(Broken::Shutdown) => Ok(()),
        Err(Broken::Cancelled) => {
            tracing::info!(projection = %M::NAME, generation = rebuild.generation.number, "rebuild cancelled");
            Ok(())
        }
        Err(Broken::Failed(reason)) => {
            tracing::error!(projection = %M::NAME, generation = rebuild.generation.number, reason, "rebuild failed");
            match rebuild.enter_with(State::Failed, Some(&reason)).await {
                Err(Broken::Read(error)) => Err(error),
                Ok(()) | Err(_) => Ok(()),
            }
        }
        Err(Broken::Read(error)) => Err(error),
    }
}

/// Sees to it that there will be a generation to read.
async fn first_generation<M: ReadModel>(pool: &PgPool) -> Result<(), ReadError> {
    let newest = newest(M::NAME, pool).await?;
    match newest.map(|generation| generation.state) {
        // Goes on where it stood, so that each try doesn't leave tables behind.
        Some(State::Failed) => {
            resume(M::NAME, RETRY, pool).await?;
        }
        // Somebody wanted it so.
        Some(State::Cancelled) => {}
        None
        | Some(
            State::Requested
            | State::Filling
            | State::CatchingUp
            | State::Comparing
            | State::Live
            | State::Differs
            | State::Retired
            | State::Dropped,
        ) => {
            request(M::NAME, false, pool).await?;
        }
    }
    Ok(())
}

async fn lock<M: ReadModel>(owner: &mut PgConnection) -> Result<bool, ReadError> {
    let name = format!("flowgrid.rebuild.{}.{}", M::NAME, M::NAME.version());
    let locked = sqlx::query_scalar("select pg_try_advisory_lock(hashtextextended($1, 0))")
        .bind(name)
        .fetch_one(owner)
        .await?;
    Ok(locked)
}
