//! The server under test: the release binary's `up`, with servers and data of its own.

use std::fs::{self, File, Permissions};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use flowgrid_stack::{Child, Connections};
use nix::sys::signal::Signal;
use tokio::process::Command;
use tokio::time::sleep;
use uuid::Uuid;

use crate::http::{self, Client};
use crate::{Result, address};

const READY_WITHIN: Duration = Duration::from_secs(60);
const STOP_WITHIN: Duration = Duration::from_secs(60);

/// A running `flowgrid up`. Ends when dropped, and with this process; [`Server::stop`] ends it in order.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) database_url: String,
    pub(crate) nats_url: String,
    pub(crate) state: PathBuf,
    binary: PathBuf,
    secret: String,
    child: Child,
    pid: u32,
}

impl Server {
    /// Starts it on free ports with an empty log. Rate limits are off; everything else is as it comes.
    pub(crate) async fn start(binary: &Path, below: &Path, name: &str) -> Result<Self> {
        let state = std::path::absolute(below)?.join(format!("{name}-{}", std::process::id()));
        fs::create_dir_all(&state)?;
        // Run as root, Postgres is another user, who must be able to walk in.
        fs::set_permissions(&state, Permissions::from_mode(0o711))?;
        let address = address::free()?;
        let secret = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        let log = File::create(state.join("flowgrid.log"))?;
        let mut command = std::process::Command::new(binary);
        command
            .arg("up")
            .env_remove("DATABASE_URL")
            .env_remove("NATS_URL")
            .env_remove("NATS_RELAY_URL")
            .env("FLOWGRID_STATE", &state)
            .env("HOST", address.ip().to_string())
            .env("PORT", address.port().to_string())
            .env("JWT_SECRET", &secret)
            .env("RATE_LIMITING_ENABLED", "false")
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        // Its own children end with it.
        let child = Child::spawn(command, Signal::SIGTERM)
            .await
            .map_err(|e| format!("cannot run {}: {e}", binary.display()))?;
        let pid = child.pid().unsigned_abs();
        let mut server = Self {
            address,
            database_url: String::new(),
            nats_url: String::new(),
            state,
            binary: binary.to_owned(),
            secret,
            child,
            pid,
        };
        server.until_ready().await?;
        let connections =
            Connections::read(&server.state)?.ok_or("the server left no connections")?;
        server.database_url = connections.database_url.ok_or("no address of Postgres")?;
        server.nats_url = connections.nats_url.ok_or("no address of NATS")?;
        Ok(server)
    }

    async fn until_ready(&mut self) -> Result<()> {
        let deadline = Instant::now() + READY_WITHIN;
        let request = http::get("/health/ready", "");
        loop {
            if let Some(status) = self.child.status() {
                return Err(format!("the server ended, {status}:\n{}", self.log_end()).into());
            }
            if let Ok(mut client) = Client::connect(self.address).await
                && client
                    .send(&request)
                    .await
                    .is_ok_and(|answer| answer.is_success())
            {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(format!("the server is not ready:\n{}", self.log_end()).into());
            }
            sleep(Duration::from_millis(50)).await;
        }
    }

    fn log_end(&self) -> String {
        let text = fs::read_to_string(self.state.join("flowgrid.log")).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }

    /// The process itself, without its children.
    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// What its tokens are signed with.
    pub(crate) fn secret(&self) -> &str {
        &self.secret
    }

    /// A token of a member of an organization.
    pub(crate) async fn token(&self, org: &str, role: &str) -> Result<String> {
        self.print_token(&["--org", org, "--role", role]).await
    }

    /// A token of the platform's operator.
    pub(crate) async fn operator_token(&self) -> Result<String> {
        self.print_token(&["--operator"]).await
    }

    async fn print_token(&self, args: &[&str]) -> Result<String> {
        let out = Command::new(&self.binary)
            .arg("token")
            .args(args)
            .env("FLOWGRID_STATE", &self.state)
            .env("JWT_SECRET", &self.secret)
            .output()
            .await?;
        let text = String::from_utf8(out.stdout)?;
        let token = text
            .split_whitespace()
            .find(|word| word.split('.').count() == 3);
        let said = String::from_utf8_lossy(&out.stderr);
        Ok(token.ok_or_else(|| format!("no token: {said}"))?.to_owned())
    }

    /// Folds the log independently and compares a read model with it: what differs, if anything does.
    pub(crate) async fn verify(&self, model: &str) -> Result<std::result::Result<(), String>> {
        let out = Command::new(&self.binary)
            .args(["projections", "verify", model])
            .env("FLOWGRID_STATE", &self.state)
            .env("JWT_SECRET", &self.secret)
            .output()
            .await?;
        if out.status.success() {
            return Ok(Ok(()));
        }
        let said = [out.stdout, out.stderr].concat();
        Ok(Err(String::from_utf8_lossy(&said).into_owned()))
    }

    /// Ends it and removes its data.
    pub(crate) async fn stop(self) -> Result<()> {
        let steps = [
            (Signal::SIGTERM, STOP_WITHIN),
            (Signal::SIGKILL, STOP_WITHIN),
        ];
        self.child.end(&steps).await;
        fs::remove_dir_all(&self.state)?;
        Ok(())
    }
}
