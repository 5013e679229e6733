//! What the servers themselves say about when they answer: before or after the data is on disk.

use std::fmt;
use std::fs;

use serde_json::{Value, json};
use sqlx::{PgConnection, Row};

use crate::Result;
use crate::server::Server;

/// Settings of both servers, read from them while they run.
#[derive(Clone, Debug)]
pub(crate) struct Durability {
    pub(crate) synchronous_commit: String,
    pub(crate) fsync: String,
    pub(crate) full_page_writes: String,
    pub(crate) postgres: String,
    /// `always`, or the interval.
    pub(crate) nats_sync: String,
    pub(crate) nats: String,
}

impl Durability {
    pub(crate) async fn read(server: &Server, db: &mut PgConnection) -> Result<Self> {
        let row = sqlx::query(
            "select current_setting('synchronous_commit'), current_setting('fsync'), \
             current_setting('full_page_writes'), current_setting('server_version')",
        )
        .fetch_one(db)
        .await?;
        let nats = nats_settings(server).await?;
        let config = &nats["data"]["jetstream"]["config"];
        let nats_sync = if config["sync_always"] == Value::Bool(true) {
            "always".to_owned()
        } else {
            format!("{} ns", config["sync_interval"])
        };
        Ok(Self {
            synchronous_commit: row.try_get(0)?,
            fsync: row.try_get(1)?,
            full_page_writes: row.try_get(2)?,
            postgres: row.try_get(3)?,
            nats_sync,
            nats: nats["server"]["ver"].as_str().unwrap_or("?").to_owned(),
        })
    }

    /// Whether both answer only once the data is on disk.
    pub(crate) fn is_that_of_production(&self) -> bool {
        self.synchronous_commit == "on" && self.fsync == "on" && self.nats_sync == "always"
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "synchronous_commit": self.synchronous_commit,
            "fsync": self.fsync,
            "full_page_writes": self.full_page_writes,
            "postgres": self.postgres,
            "nats_sync_interval": self.nats_sync,
            "nats": self.nats,
        })
    }
}

impl fmt::Display for Durability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Postgres {}: synchronous_commit={}, fsync={}, full_page_writes={}; NATS {}: sync_interval={}",
            self.postgres,
            self.synchronous_commit,
            self.fsync,
            self.full_page_writes,
            self.nats,
            self.nats_sync
        )
    }
}

/// The server's own `varz`, which only the system account may ask for.
async fn nats_settings(server: &Server) -> Result<Value> {
    let secrets = fs::read_to_string(server.state.join("secrets"))?;
    let password = secrets.lines().find_map(|line| line.strip_prefix("sys="));
    let password = password.ok_or("no password of NATS's system account")?;
    let host = server
        .nats_url
        .rsplit('@')
        .next()
        .ok_or("no host of NATS")?;
    let client =
        async_nats::ConnectOptions::with_user_and_password("sys".to_owned(), password.to_owned())
            .connect(host)
            .await?;
    let answer = client
        .request("$SYS.REQ.SERVER.PING.VARZ", "".into())
        .await?;
    Ok(serde_json::from_slice(&answer.payload)?)
}
