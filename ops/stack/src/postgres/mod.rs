//! Postgres as a child process.

mod conf;
mod init;

use std::{
    fs,
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

use nix::sys::signal::Signal;
use tokio::time::{Instant, sleep};

use crate::{
    PostgresBinaries, Server, StackError, StackOptions,
    binaries::{find_postgres, find_postgres_major},
    child::Child,
    leftover, logs,
    place::Place,
    port::free_port,
    user::RunAs,
};

/// The owner of the cluster and of the database, and the database.
const OWNER: &str = "flowgrid";
/// Recovery after a crash may have to read `max_wal_size` of log.
const START_PATIENCE: Duration = Duration::from_secs(120);
/// Ports taken between our look and Postgres' are tried this often.
const PORT_TRIES: u32 = 5;
/// Fast shutdown (ends sessions, writes a checkpoint), then immediate.
const STOP: [(Signal, Duration); 2] = [
    (Signal::SIGINT, Duration::from_secs(20)),
    (Signal::SIGQUIT, Duration::from_secs(5)),
];

/// The data folder and, while it runs, the process.
#[derive(Debug)]
pub(crate) struct Postgres {
    binaries: PostgresBinaries,
    run_as: RunAs,
    data: PathBuf,
    log: PathBuf,
    password: String,
    settings: conf::Settings,
    preferred_port: Option<u16>,
    port: u16,
    child: Option<Child>,
}

impl Postgres {
    /// Finds the binaries, stops what an earlier run left, makes the data folder if there is none. Does
    /// not start anything that stays.
    pub(crate) async fn prepare(
        place: &Place,
        options: &StackOptions,
        password: &str,
    ) -> Result<Postgres, StackError> {
        let data = place.servers.join("postgres");
        let log = place.servers.join("postgres.log");
        let binaries = match init::major_of(&data)? {
            Some(major) => find_postgres_major(major, &data)?,
            None => find_postgres()?,
        };
        leftover::stop(Server::Postgres, &data).await?;
        if init::major_of(&data)?.is_none() {
            init::make(&binaries, place, &data, OWNER, password).await?;
        }
        Ok(Postgres {
            settings: conf::Settings {
                max_connections: options.max_connections,
                shared_buffers_mb: options.shared_buffers_mb,
                lz4: conf::knows_lz4(&binaries, &data, place.run_as),
            },
            binaries,
            run_as: place.run_as,
            data,
            log,
            password: password.to_owned(),
            preferred_port: options.preferred_pg_port,
            port: 0,
            child: None,
        })
    }

    /// Starts it and waits until it takes connections. Uses the port it had before if that is free.
    pub(crate) async fn start(&mut self) -> Result<(), StackError> {
        self.child = None;
        leftover::stop(Server::Postgres, &self.data).await?;
        leftover::clear_pid_file(&self.data)?;
        for attempt in 1..=PORT_TRIES {
            let port = free_port(self.preferred_port)
                .map_err(StackError::io("find a port on", "127.0.0.1"))?;
            conf::write(&self.data, self.run_as, &self.settings, port)?;
            match self.start_once().await {
                Ok(child) => {
                    self.port = port;
                    self.preferred_port = Some(port);
                    self.child = Some(child);
                    return Ok(());
                }
                Err(StackError::Failed { log, .. })
                    if attempt < PORT_TRIES && lost_its_port(&log) => {}
                Err(e) => return Err(e),
            }
        }
        Err(StackError::Misused {
            server: Server::Postgres,
            problem: "found no free port",
        })
    }

    async fn start_once(&self) -> Result<Child, StackError> {
        let said_before = logs::length(&self.log);
        let log = logs::open(&self.log, self.run_as)?;
        let program = self.binaries.program("postgres");
        let mut command = bare_command(&program, self.run_as);
        command
            .arg("-D")
            .arg(&self.data)
            .stdout(log.try_clone().map_err(StackError::io("open", &self.log))?)
            .stderr(log);
        let child = Child::spawn(command, Signal::SIGINT)
            .await
            .map_err(StackError::io("run", program))?;
        let deadline = Instant::now() + START_PATIENCE;
        while !self.ready(child.pid()) {
            if let Some(status) = child.status() {
                return Err(StackError::Failed {
                    server: Server::Postgres,
                    status: status.to_string(),
                    log: logs::since(&self.log, said_before),
                });
            }
            if Instant::now() > deadline {
                return Err(StackError::Slow {
                    server: Server::Postgres,
                    after: START_PATIENCE,
                    log: logs::since(&self.log, said_before),
                });
            }
            sleep(Duration::from_millis(10)).await;
        }
        Ok(child)
    }

    /// The postmaster keeps its state in its pid file; `pg_ctl` waits for the same line.
    fn ready(&self, pid: i32) -> bool {
        let Ok(text) = fs::read_to_string(self.data.join("postmaster.pid")) else {
            return false;
        };
        let line = |n| text.lines().nth(n).map(str::trim);
        line(0) == Some(pid.to_string().as_str()) && line(7) == Some("ready")
    }

    /// Fast shutdown: sessions end, the data is as after a checkpoint.
    pub(crate) async fn stop(&mut self) {
        if let Some(child) = self.child.take() {
            child.end(&STOP).await;
        }
    }

    /// A crash: SIGKILL to the postmaster.
    pub(crate) async fn kill(&mut self) {
        if let Some(child) = self.child.take() {
            child.end(&[]).await;
        }
    }

    pub(crate) fn child(&self) -> Option<&Child> {
        self.child.as_ref()
    }

    pub(crate) fn data(&self) -> &PathBuf {
        &self.data
    }

    pub(crate) fn url(&self, database: &str) -> String {
        let (password, port) = (&self.password, self.port);
        format!("postgres://{OWNER}:{password}@127.0.0.1:{port}/{database}")
    }

    /// The database that is made with the cluster.
    pub(crate) fn own_url(&self) -> String {
        self.url(OWNER)
    }
}

/// A command of the servers' user that inherits nothing but the way to find programs.
fn bare_command(program: &std::path::Path, run_as: RunAs) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("TZ", "UTC").stdin(Stdio::null());
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    run_as.apply(&mut command);
    command
}

/// Whether another process was faster. Two that come at once may both bind a port; then one of them
/// can't listen on it.
fn lost_its_port(log: &str) -> bool {
    ["could not bind", "could not listen"]
        .iter()
        .any(|words| log.contains(words))
}
