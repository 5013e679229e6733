//! Everything a fault may strike, and what it needs to know.

use std::path::PathBuf;
use std::process::Output;
use std::sync::Arc;
use std::time::{Duration, Instant};

use flowgrid_log::{Bus, LogStore};
use sqlx::{Connection, PgConnection};
use tokio::sync::{Mutex, RwLock};
use tokio::time::{sleep, timeout};

use crate::Result;
use crate::fleet::{self, Fleet};
use crate::load::Client;
use crate::servers::{Servers, Urls};
use crate::setting::Setting;

/// How long a server may take to serve again; longer is an error of the run.
const SERVES_WITHIN: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(50);

/// The system under test.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) setting: Arc<Setting>,
    pub(crate) servers: Mutex<Servers>,
    pub(crate) fleet: Fleet,
    /// Held for writing by the fault that suffers no other beside it.
    pub(crate) alone: RwLock<()>,
    /// One client for each organization, to see whether commands are taken.
    pub(crate) probes: Mutex<Vec<Client>>,
    pub(crate) binary: PathBuf,
    /// What all flowgrid processes share.
    pub(crate) environment: Vec<(String, String)>,
    pub(crate) started: Instant,
}

impl Field {
    pub(crate) fn say(&self, what: &str) {
        println!("{:7.1} s {what}", self.started.elapsed().as_secs_f64());
    }

    /// Runs one of flowgrid's tools.
    pub(crate) async fn tool(&self, servers: &Servers, arguments: &[&str]) -> Result<Output> {
        fleet::tool(&self.binary, &self.environment, servers, arguments).await
    }
}

/// Until Postgres takes queries.
pub(crate) async fn postgres_serves(url: &str) -> Result<()> {
    let serves = async {
        while PgConnection::connect(url).await.is_err() {
            sleep(PAUSE).await;
        }
    };
    Ok(timeout(SERVES_WITHIN, serves)
        .await
        .map_err(|_| "Postgres does not serve again")?)
}

/// The log and its mirror, past every proxy.
pub(crate) async fn log_and_bus(urls: &Urls) -> Result<(LogStore, Bus)> {
    let store = LogStore::open(&urls.database, 4).await?;
    let bus = Bus::connect(&urls.relay, "flowgrid-chaos", 1).await?;
    if !bus.connected_within(SERVES_WITHIN).await {
        return Err("NATS does not serve again".into());
    }
    Ok((store, bus))
}
