//! One flowgrid process: started, and started again whenever it ends.

use std::fs::File;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::time::Duration;

use flowgrid_stack::Child;
use nix::sys::signal::Signal;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::role::Role;
use crate::Result;
use crate::proxy::Proxy;
use crate::tally::Tally;
use crate::tree;

/// Between an end and the next start, as a service manager would wait.
const REST: Duration = Duration::from_millis(500);
/// How long a start may take to be seen.
const STARTS_WITHIN: Duration = Duration::from_secs(30);
/// SIGTERM: the clients' farewell, requests, what is still to be relayed.
const STOPS_WITHIN: Duration = Duration::from_secs(30);

/// A process as the faults see it.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) address: SocketAddr,
    pub(crate) database: Proxy,
    pub(crate) bus: Proxy,
    /// 0 while it doesn't run.
    pid: AtomicI32,
    /// We killed it: its end tells nothing.
    killed: AtomicBool,
}

/// How to start it.
#[derive(Clone, Debug)]
pub(crate) struct Launch {
    pub(crate) binary: PathBuf,
    pub(crate) environment: Vec<(String, String)>,
    pub(crate) log: PathBuf,
}

impl Launch {
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        for name in ["DATABASE_URL", "NATS_URL", "NATS_RELAY_URL", "LOG_LEVEL"] {
            command.env_remove(name);
        }
        command
            .args(arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        command
    }

    fn service(&self, role: Role) -> Result<Command> {
        let log = File::options().create(true).append(true).open(&self.log)?;
        let mut command = self.command(&[role.name()]);
        command.stdout(log.try_clone()?).stderr(log);
        Ok(command)
    }
}

impl Process {
    pub(crate) fn new(
        name: String,
        role: Role,
        address: SocketAddr,
        database: Proxy,
        bus: Proxy,
    ) -> Self {
        Self {
            name,
            role,
            address,
            database,
            bus,
            pid: AtomicI32::new(0),
            killed: AtomicBool::new(false),
        }
    }

    fn pid(&self) -> Option<i32> {
        Some(self.pid.load(Ordering::Relaxed)).filter(|pid| *pid != 0)
    }

    /// SIGKILL; returns when it has been started again. False when there was nothing to kill.
    pub(crate) async fn kill(&self) -> bool {
        let Some(before) = self.pid() else {
            return false;
        };
        self.killed.store(true, Ordering::Relaxed);
        tree::signal(&[before], Signal::SIGKILL);
        let again = async {
            while self.pid().is_none_or(|pid| pid == before) {
                sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(STARTS_WITHIN, again).await.is_ok()
    }

    /// SIGSTOP for so long.
    pub(crate) async fn freeze(&self, length: Duration) -> bool {
        let Some(pid) = self.pid() else {
            return false;
        };
        tree::signal(&[pid], Signal::SIGSTOP);
        sleep(length).await;
        tree::signal(&[pid], Signal::SIGCONT);
        true
    }

    /// Keeps it running until told to stop, then ends it in good order.
    pub(crate) async fn keep(
        self: Arc<Self>,
        launch: Launch,
        mut stop: watch::Receiver<bool>,
        tally: Arc<Tally>,
    ) -> Result<()> {
        loop {
            let child = Child::spawn(launch.service(self.role)?, Signal::SIGKILL).await?;
            self.pid.store(child.pid(), Ordering::Relaxed);
            let ended = tokio::select! {
                status = child.ended() => Some(status),
                _ = stop.wait_for(|stop| *stop) => None,
            };
            self.pid.store(0, Ordering::Relaxed);
            let Some(status) = ended else {
                let status = child.end(&[(Signal::SIGTERM, STOPS_WITHIN)]).await;
                if !status.success() {
                    tally.broken(format!(
                        "{} did not stop in good order: {status}",
                        self.name
                    ));
                }
                return Ok(());
            };
            if !self.killed.swap(false, Ordering::Relaxed) {
                tally.ended_alone.add();
                println!("          {} ended by itself: {status}", self.name);
            }
            tokio::select! {
                () = sleep(REST) => {}
                _ = stop.wait_for(|stop| *stop) => return Ok(()),
            }
        }
    }
}
