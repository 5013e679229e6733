//! What to start, and where.

use std::{
    env,
    path::{Path, PathBuf},
};

/// What to start, and where its data lies.
#[derive(Debug, Clone)]
pub struct StackOptions {
    /// Folder of the passwords, the lock and (unless run as root in a place that nobody else can reach)
    /// the data. Made if missing.
    pub state_dir: PathBuf,
    /// Start Postgres.
    pub postgres: bool,
    /// Start NATS.
    pub nats: bool,
    /// Port to use for Postgres if it is free; else, and by default, any free one.
    pub preferred_pg_port: Option<u16>,
    /// Port to use for NATS if it is free; else, and by default, any free one.
    pub preferred_nats_port: Option<u16>,
    /// Postgres' `max_connections`.
    pub max_connections: u16,
    /// Postgres' `shared_buffers`, in MB.
    pub shared_buffers_mb: u32,
}

impl StackOptions {
    /// Both servers on any free ports, with their data in `state_dir`.
    pub fn new(state_dir: impl Into<PathBuf>) -> StackOptions {
        StackOptions {
            state_dir: state_dir.into(),
            postgres: true,
            nats: true,
            preferred_pg_port: None,
            preferred_nats_port: None,
            max_connections: 200,
            shared_buffers_mb: 128,
        }
    }
}

/// The state folder: `FLOWGRID_STATE`, else `flowgrid` in the user's state folder
/// (`XDG_STATE_HOME`, else `~/.local/state`), else `.flowgrid` in the current folder.
pub fn default_state_dir() -> PathBuf {
    let set = |name: &str| {
        env::var_os(name)
            .filter(|v| !v.is_empty())
            .map(PathBuf::from)
    };
    if let Some(state) = set("FLOWGRID_STATE") {
        return state;
    }
    set("XDG_STATE_HOME")
        .filter(|dir| dir.is_absolute())
        .or_else(|| set("HOME").map(|home| home.join(".local/state")))
        .map_or_else(
            || Path::new(".flowgrid").to_path_buf(),
            |dir| dir.join("flowgrid"),
        )
}
