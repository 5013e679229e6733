//! What can go wrong while the servers start or stop, each with what to do about it.

use std::{fmt, io, path::PathBuf, time::Duration};

/// One of the two servers this crate starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Server {
    /// The log's authority and the read models.
    Postgres,
    /// The bus.
    Nats,
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Server::Postgres => "Postgres",
            Server::Nats => "NATS",
        })
    }
}

/// Why the servers could not be started or stopped.
#[derive(Debug, thiserror::Error)]
pub enum StackError {
    /// No server binaries of Postgres were found, or only old ones.
    #[error(
        "no Postgres {least} or newer found on PATH, in /usr/lib/postgresql or in Homebrew's folders: \
         run ops/setup, install the package `postgresql`, or set DATABASE_URL"
    )]
    PostgresMissing {
        /// The oldest major version that would do.
        least: u32,
    },
    /// The data folder was made by a Postgres that is no longer installed.
    #[error(
        "the data in {} was made by Postgres {major}, which is not installed: \
         install postgresql-{major}, or move the folder away to begin anew", data.display()
    )]
    PostgresMajorMissing {
        /// The folder that holds the data.
        data: PathBuf,
        /// The major version that made it.
        major: u32,
    },
    /// No nats-server was found, or only an old one.
    #[error(
        "no nats-server {least} or newer found on PATH or in {}: run ops/setup, \
         install nats-server, or set NATS_URL", tools.display()
    )]
    NatsMissing {
        /// The oldest version that would do.
        least: &'static str,
        /// The folder of our own tools.
        tools: PathBuf,
    },
    /// Another process holds this state folder.
    #[error("{} is in use by another flowgrid: stop it, or set FLOWGRID_STATE to another folder", state.display())]
    InUse {
        /// The state folder.
        state: PathBuf,
    },
    /// Root has no unprivileged user to run the servers as.
    #[error(
        "Postgres refuses to run as root, and there is no user `postgres` or `nobody` to run it as"
    )]
    NoUser,
    /// A file or folder could not be read or written.
    #[error("cannot {doing} {}: {source}", path.display())]
    Io {
        /// What was tried, as a verb.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A server ended while it started.
    #[error("{server} ended while starting ({status}); its last words:\n{log}")]
    Failed {
        /// Which one.
        server: Server,
        /// Its exit status.
        status: String,
        /// The end of its log.
        log: String,
    },
    /// A server was not ready in time.
    #[error("{server} was not ready after {} s; its last words:\n{log}", after.as_secs())]
    Slow {
        /// Which one.
        server: Server,
        /// How long it was given.
        after: Duration,
        /// The end of its log.
        log: String,
    },
    /// A process of an earlier run still works in the folder and does not end.
    #[error("{server} of an earlier run (process {pid}) does not end: stop it by hand")]
    Leftover {
        /// Which one.
        server: Server,
        /// The process.
        pid: i32,
    },
    /// The operating system gave no random bytes for a password.
    #[error("the system gave no random bytes: {0}")]
    Random(getrandom::Error),
    /// The call only makes sense in another state of the server.
    #[error("{server} {problem}")]
    Misused {
        /// Which one.
        server: Server,
        /// What does not fit.
        problem: &'static str,
    },
}

impl StackError {
    /// Closure for `map_err`: names what was tried on which path.
    pub(crate) fn io(
        doing: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> StackError {
        let path = path.into();
        move |source| StackError::Io {
            doing,
            path,
            source,
        }
    }
}
