//! Postgres and NATS of the run.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use flowgrid_stack::{Stack, StackOptions};
use nix::sys::signal::Signal;
use tokio::process::Command;

use crate::Result;
use crate::disk::{self, Disk};
use crate::proxy::Target;
use crate::tree;

/// Eight processes with up to some twenty connections each, and the checker.
const CONNECTIONS: u16 = 400;

/// The servers, and what can be done to their data.
#[derive(Debug)]
pub(crate) struct Servers {
    pub(crate) stack: Stack,
    pub(crate) database_port: Target,
    pub(crate) bus_port: Target,
    /// `None` where we may not mount one.
    pub(crate) disk: Option<Disk>,
    /// An older copy of Postgres's data.
    base: PathBuf,
}

/// Where the servers are, past every proxy.
#[derive(Clone, Debug)]
pub(crate) struct Urls {
    pub(crate) database: String,
    pub(crate) bus: String,
    pub(crate) relay: String,
}

impl Servers {
    /// Starts them with their data in `state`; `base` is where the older copy goes.
    pub(crate) async fn start(state: &Path, base: PathBuf, disk: Option<Disk>) -> Result<Self> {
        let mut options = StackOptions::new(state);
        options.max_connections = CONNECTIONS;
        let stack = Stack::start(options).await?;
        let servers = Self {
            stack,
            database_port: Arc::new(AtomicU16::new(0)),
            bus_port: Arc::new(AtomicU16::new(0)),
            disk,
            base,
        };
        servers.note_ports()?;
        Ok(servers)
    }

    pub(crate) fn urls(&self) -> Result<Urls> {
        let known = |url: Option<&str>| url.map(str::to_owned).ok_or("a server has no address");
        Ok(Urls {
            database: known(self.stack.database_url())?,
            bus: known(self.stack.nats_url())?,
            relay: known(self.stack.nats_relay_url())?,
        })
    }

    /// A server may have got another port when it was started again.
    fn note_ports(&self) -> Result<()> {
        let urls = self.urls()?;
        self.database_port
            .store(port(&urls.database)?, Ordering::Relaxed);
        self.bus_port.store(port(&urls.bus)?, Ordering::Relaxed);
        Ok(())
    }

    pub(crate) async fn start_postgres(&mut self) -> Result<()> {
        self.stack.restart_postgres().await?;
        self.note_ports()
    }

    pub(crate) async fn start_nats(&mut self) -> Result<()> {
        self.stack.restart_nats().await?;
        self.note_ports()
    }

    /// Starts whichever doesn't run.
    pub(crate) async fn start_missing(&mut self) -> Result<()> {
        if self.stack.postgres_pid().is_none() {
            self.start_postgres().await?;
        }
        if self.stack.nats_pid().is_none() {
            self.start_nats().await?;
        }
        Ok(())
    }

    /// Keeps a copy of Postgres's data as it is now. Postgres is away meanwhile.
    pub(crate) async fn copy_postgres(&mut self) -> Result<()> {
        self.stack.stop_postgres().await;
        let data = self.data()?;
        copy(&data, &self.base).await?;
        self.start_postgres().await
    }

    /// Postgres crashes, and comes back with the data of the last [`Self::copy_postgres`].
    pub(crate) async fn put_copy_back(&mut self) -> Result<()> {
        let backends = self.stack.postgres_pid().map_or(Vec::new(), tree::children);
        self.stack.kill_postgres().await;
        // A backend that has not noticed yet must not write into the copy.
        tree::signal(&backends, Signal::SIGKILL);
        let data = self.data()?;
        copy(&self.base, &data).await?;
        self.start_postgres().await
    }

    fn data(&self) -> Result<PathBuf> {
        let data = self.stack.postgres_data_dir();
        Ok(data.ok_or("there is no Postgres")?.to_owned())
    }
}

/// Makes `to` what `from` is.
async fn copy(from: &Path, to: &Path) -> Result<()> {
    disk::run(Command::new("rm").arg("-rf").arg(to)).await?;
    disk::run(Command::new("cp").arg("-a").arg(from).arg(to)).await
}

fn port(url: &str) -> Result<u16> {
    let after = url.rsplit_once(':').ok_or("an address without a port")?.1;
    let digits = after.split('/').next().unwrap_or_default();
    Ok(digits.parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_read() {
        assert_eq!(port("postgres://a:b@127.0.0.1:5432/c").unwrap(), 5432);
        assert_eq!(port("nats://a:b@127.0.0.1:4222").unwrap(), 4222);
        assert!(port("nats").is_err());
    }
}
