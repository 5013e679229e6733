//! The flowgrid processes: two of each role.

mod process;
mod role;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::Output;
use std::sync::Arc;

use tokio::process::Command;
use tokio::sync::watch;
use tokio::task::JoinSet;

pub(crate) use process::{Launch, Process};
pub(crate) use role::Role;

use crate::Result;
use crate::proxy::{Mode, Proxy};
use crate::servers::Servers;
use crate::tally::Tally;

const OF_EACH: usize = 2;

/// All of them.
#[derive(Debug)]
pub(crate) struct Fleet {
    pub(crate) processes: Vec<Arc<Process>>,
    stop: watch::Sender<bool>,
    keepers: JoinSet<Result<()>>,
}

impl Fleet {
    /// Starts them; `environment` is what all share. Each reaches the servers through proxies of its own.
    pub(crate) async fn start(
        binary: &Path,
        environment: &[(String, String)],
        logs: &Path,
        servers: &Servers,
        tally: &Arc<Tally>,
    ) -> Result<Self> {
        let stop = watch::Sender::new(false);
        let mut keepers = JoinSet::new();
        let mut processes = Vec::new();
        for role in Role::ALL {
            for number in 1..=OF_EACH {
                let name = format!("{}-{number}", role.name());
                let database = Proxy::start(servers.database_port.clone()).await?;
                let bus = Proxy::start(servers.bus_port.clone()).await?;
                let address = free_address()?;
                let mut environment = environment.to_vec();
                environment.extend(own_environment(servers, &database, &bus, address)?);
                let launch = Launch {
                    binary: binary.to_owned(),
                    environment,
                    log: logs.join(format!("{name}.log")),
                };
                let process = Arc::new(Process::new(name, role, address, database, bus));
                let keep = process
                    .clone()
                    .keep(launch, stop.subscribe(), tally.clone());
                keepers.spawn(keep);
                processes.push(process);
            }
        }
        Ok(Self {
            processes,
            stop,
            keepers,
        })
    }

    pub(crate) fn of(&self, role: Role) -> Vec<Arc<Process>> {
        let of = self.processes.iter().filter(|process| process.role == role);
        of.cloned().collect()
    }

    pub(crate) fn addresses(&self, role: Role) -> Vec<SocketAddr> {
        self.of(role)
            .iter()
            .map(|process| process.address)
            .collect()
    }

    /// Lets everything pass.
    pub(crate) fn heal(&self) {
        for process in &self.processes {
            process.database.set(Mode::Pass);
            process.bus.set(Mode::Pass);
        }
    }

    /// Ends all of them in good order.
    pub(crate) async fn stop(mut self) -> Result<()> {
        self.stop.send_replace(true);
        while let Some(kept) = self.keepers.join_next().await {
            kept??;
        }
        Ok(())
    }
}

fn own_environment(
    servers: &Servers,
    database: &Proxy,
    bus: &Proxy,
    address: SocketAddr,
) -> Result<Vec<(String, String)>> {
    let urls = servers.urls()?;
    let pairs = [
        ("DATABASE_URL", database.in_front_of(&urls.database)?),
        ("NATS_URL", bus.in_front_of(&urls.bus)?),
        ("NATS_RELAY_URL", bus.in_front_of(&urls.relay)?),
        ("HOST", address.ip().to_string()),
        ("PORT", address.port().to_string()),
    ];
    Ok(pairs
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect())
}

fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?)
}

/// Runs one of flowgrid's tools to its end, straight at the servers.
pub(crate) async fn tool(
    binary: &Path,
    environment: &[(String, String)],
    servers: &Servers,
    arguments: &[&str],
) -> Result<Output> {
    let urls = servers.urls()?;
    let launch = Launch {
        binary: binary.to_owned(),
        environment: environment.to_vec(),
        log: Default::default(),
    };
    let mut command = Command::from(launch.command(arguments));
    command
        .env("DATABASE_URL", urls.database)
        .env("NATS_URL", urls.bus)
        .env("NATS_RELAY_URL", urls.relay);
    Ok(command.output().await?)
}
