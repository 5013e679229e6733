//! A process that answers queries alone, with row-level security or without.

use std::collections::HashMap;
use std::sync::Arc;

use flowgrid_api::auth::{Keys, Tokens};
use flowgrid_api::limits::Limits;
use flowgrid_api::{ApiConfig, AppState, Clock, Ids, Metrics, Parts, Probes, router, serve};
use flowgrid_commands::{Commands, CommandsOptions};
use flowgrid_log::{Bus, LogStore, Tails};
use flowgrid_projections::{ProjectionAdmin, ReadModels};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::Result;

/// Set where the lists are to be read without.
pub(crate) const UNPROTECTED: &str = "FLOWGRID_BENCH_UNPROTECTED";
/// As many connections for queries as a process of Flowgrid has.
const CONNECTIONS: u32 = 12;

pub(crate) async fn run() -> Result<()> {
    let url = std::env::var("DATABASE_URL")?;
    let listener = TcpListener::bind(std::env::var("LISTEN")?).await?;
    let read = match std::env::var_os(UNPROTECTED) {
        Some(_) => ReadModels::unprotected(&url, CONNECTIONS).await?,
        None => ReadModels::open(&url, CONNECTIONS).await?,
    };
    let stop = watch::Sender::new(false);
    let state = state(&url, read).await?;
    serve(listener, router(state.clone()), state, stop.subscribe()).await?;
    Ok(())
}

async fn state(url: &str, read: ReadModels) -> Result<AppState> {
    let store = LogStore::open(url, 2).await?;
    let bus = Bus::connect(&std::env::var("NATS_URL")?, "bench-lists", 1).await?;
    let keys = Keys::hs256(std::env::var("JWT_SECRET")?.as_bytes(), None)?;
    Ok(AppState::new(Parts {
        commands: Commands::new(CommandsOptions {
            store: store.clone(),
            appenders: HashMap::new(),
            remembered: 1,
        }),
        read,
        tails: Arc::new(Tails::new([])),
        projections: ProjectionAdmin::open(url, store.clone())?,
        store,
        tokens: Tokens::with_keys(keys, Clock::system()),
        limits: Limits::off(),
        people: None,
        clock: Clock::system(),
        ids: Ids::random(),
        metrics: Arc::new(Metrics::new()?),
        push: None,
        probes: Probes::new(bus, Vec::new()),
        config: ApiConfig::default(),
    }))
}
