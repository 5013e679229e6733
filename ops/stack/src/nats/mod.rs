//! nats-server as a child process.

mod conf;
mod program;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use nix::sys::signal::Signal;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    time::{Instant, sleep, timeout},
};

use crate::{
    Server, StackError, StackOptions, child::Child, leftover, logs, place::Place, port::free_port,
    secrets::Secrets, user::RunAs,
};

/// A stream of some gigabytes is read through after a crash.
const START_PATIENCE: Duration = Duration::from_secs(120);
const PORT_TRIES: u32 = 5;
/// A greeting has some hundred bytes.
const LINE_AT_MOST: u64 = 64 * 1024;
const STOP: [(Signal, Duration); 1] = [(Signal::SIGTERM, Duration::from_secs(15))];

/// The store's folder and, while it runs, the process.
#[derive(Debug)]
pub(crate) struct Nats {
    program: PathBuf,
    run_as: RunAs,
    folder: PathBuf,
    store: PathBuf,
    log: PathBuf,
    secrets: Secrets,
    preferred_port: Option<u16>,
    port: u16,
    child: Option<Child>,
}

impl Nats {
    /// Finds the binary and makes the folders. Starts nothing.
    pub(crate) async fn prepare(
        place: &Place,
        options: &StackOptions,
        secrets: &Secrets,
    ) -> Result<Nats, StackError> {
        let folder = place.folder("nats")?;
        let store = place.folder("nats/store")?;
        leftover::stop(Server::Nats, &folder).await?;
        Ok(Nats {
            program: program::reachable(place)?,
            run_as: place.run_as,
            folder,
            store,
            log: place.servers.join("nats.log"),
            secrets: secrets.clone(),
            preferred_port: options.preferred_nats_port,
            port: 0,
            child: None,
        })
    }

    /// Starts it and waits until it greets a client. Uses the port it had before if that is free.
    pub(crate) async fn start(&mut self) -> Result<(), StackError> {
        self.child = None;
        leftover::stop(Server::Nats, &self.folder).await?;
        for attempt in 1..=PORT_TRIES {
            let port = free_port(self.preferred_port)
                .map_err(StackError::io("find a port on", "127.0.0.1"))?;
            let conf = self.write_conf(port)?;
            match self.start_once(&conf, port).await {
                Ok(child) => {
                    self.port = port;
                    self.preferred_port = Some(port);
                    self.child = Some(child);
                    return Ok(());
                }
                Err(StackError::Failed { log, .. })
                    if attempt < PORT_TRIES && log.contains("address already in use") => {}
                Err(e) => return Err(e),
            }
        }
        Err(StackError::Misused {
            server: Server::Nats,
            problem: "found no free port",
        })
    }

    fn write_conf(&self, port: u16) -> Result<PathBuf, StackError> {
        let path = self.folder.join("nats.conf");
        let text = conf::text(&self.folder, &self.store, port, &self.secrets);
        crate::secrets::write_private(&path, &text)?;
        self.run_as.own(&path)?;
        Ok(path)
    }

    async fn start_once(&self, conf: &Path, port: u16) -> Result<Child, StackError> {
        let said_before = logs::length(&self.log);
        let log = logs::open(&self.log, self.run_as)?;
        let mut command = Command::new(&self.program);
        self.run_as.apply(&mut command);
        command
            .env_clear()
            .env("TZ", "UTC")
            // Where the next start looks for a server that outlived us.
            .current_dir(&self.folder)
            .arg("-c")
            .arg(conf)
            .stdin(Stdio::null())
            .stdout(log.try_clone().map_err(StackError::io("open", &self.log))?)
            .stderr(log);
        let child = Child::spawn(command, Signal::SIGTERM)
            .await
            .map_err(StackError::io("run", &self.program))?;
        let deadline = Instant::now() + START_PATIENCE;
        while !self.welcomes(port).await {
            if let Some(status) = child.status() {
                return Err(StackError::Failed {
                    server: Server::Nats,
                    status: status.to_string(),
                    log: logs::since(&self.log, said_before),
                });
            }
            if Instant::now() > deadline {
                return Err(StackError::Slow {
                    server: Server::Nats,
                    after: START_PATIENCE,
                    log: logs::since(&self.log, said_before),
                });
            }
            sleep(Duration::from_millis(10)).await;
        }
        Ok(child)
    }

    /// Whether our server listens there. It opens its port only after JetStream has read its store;
    /// until then another stack's may have taken it, greets as well, and knows nobody of ours.
    async fn welcomes(&self, port: u16) -> bool {
        let password = &self.secrets.app;
        let sign_in = format!(
            "CONNECT {{\"user\":\"app\",\"pass\":\"{password}\",\"verbose\":false}}\r\nPING\r\n"
        );
        let hear = async {
            let mut stream = BufReader::new(TcpStream::connect(("127.0.0.1", port)).await?);
            let mut line = String::new();
            // A NATS speaks first.
            line_of(&mut stream, &mut line).await?;
            if !line.starts_with("INFO ") {
                return Ok(false);
            }
            stream.get_mut().write_all(sign_in.as_bytes()).await?;
            line.clear();
            line_of(&mut stream, &mut line).await?;
            std::io::Result::Ok(line.starts_with("PONG"))
        };
        matches!(timeout(Duration::from_secs(2), hear).await, Ok(Ok(true)))
    }

    pub(crate) async fn stop(&mut self) {
        if let Some(child) = self.child.take() {
            child.end(&STOP).await;
        }
    }

    /// A crash: SIGKILL.
    pub(crate) async fn kill(&mut self) {
        if let Some(child) = self.child.take() {
            child.end(&[]).await;
        }
    }

    /// Deletes everything JetStream keeps.
    ///
    /// # Errors
    /// [`StackError::Misused`] while it runs; [`StackError::Io`].
    pub(crate) fn wipe(&self) -> Result<(), StackError> {
        if self.child.as_ref().is_some_and(|c| c.status().is_none()) {
            return Err(StackError::Misused {
                server: Server::Nats,
                problem: "must be stopped before its store is wiped",
            });
        }
        for entry in fs::read_dir(&self.store).map_err(StackError::io("read", &self.store))? {
            let path = entry.map_err(StackError::io("read", &self.store))?.path();
            fs::remove_dir_all(&path).map_err(StackError::io("remove", path))?;
        }
        Ok(())
    }

    pub(crate) fn child(&self) -> Option<&Child> {
        self.child.as_ref()
    }

    pub(crate) fn store(&self) -> &Path {
        &self.store
    }

    pub(crate) fn app_url(&self) -> String {
        self.url("app", &self.secrets.app)
    }

    pub(crate) fn relay_url(&self) -> String {
        self.url("relay", &self.secrets.relay)
    }

    pub(crate) fn analyst_url(&self) -> String {
        self.url("analyst", &self.secrets.analyst)
    }

    fn url(&self, user: &str, password: &str) -> String {
        format!("nats://{user}:{password}@127.0.0.1:{}", self.port)
    }
}

/// One line of whoever listens, of a bounded length.
async fn line_of(stream: &mut BufReader<TcpStream>, line: &mut String) -> std::io::Result<usize> {
    stream.take(LINE_AT_MOST).read_line(line).await
}
