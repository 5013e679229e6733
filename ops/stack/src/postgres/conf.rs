//! Writes `postgresql.conf`. The whole file is ours, anew at each start.

use std::{fs, path::Path};

use super::bare_command;
use crate::{PostgresBinaries, StackError, user::RunAs};

/// What differs from one stack to the next.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settings {
    pub(super) max_connections: u16,
    pub(super) shared_buffers_mb: u32,
    /// Whether this Postgres was built with lz4.
    pub(super) lz4: bool,
}

/// Asks the binary itself: a value it doesn't know ends it with an error.
pub(super) fn knows_lz4(binaries: &PostgresBinaries, data: &Path, run_as: RunAs) -> bool {
    bare_command(&binaries.program("postgres"), run_as)
        .arg("-D")
        .arg(data)
        .args(["-C", "wal_compression", "-c", "wal_compression=lz4"])
        .output()
        .is_ok_and(|out| out.status.success() && out.stdout.starts_with(b"lz4"))
}

pub(super) fn write(
    data: &Path,
    run_as: RunAs,
    settings: &Settings,
    port: u16,
) -> Result<(), StackError> {
    let path = data.join("postgresql.conf");
    fs::write(&path, text(settings, port)).map_err(StackError::io("write", &path))?;
    run_as.own(&path)
}

fn text(settings: &Settings, port: u16) -> String {
    let Settings {
        max_connections,
        shared_buffers_mb,
        lz4,
    } = settings;
    let compression = if *lz4 {
        "wal_compression = lz4\ndefault_toast_compression = lz4\n"
    } else {
        "wal_compression = on\n"
    };
    format!(
        "# Written by flowgrid at each start; changes are lost.
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
password_encryption = scram-sha-256
max_connections = {max_connections}

# Durability is that of production.
fsync = on
full_page_writes = on
synchronous_commit = on

shared_buffers = {shared_buffers_mb}MB
work_mem = 8MB
maintenance_work_mem = 64MB
effective_cache_size = 1GB
wal_buffers = 16MB
max_wal_size = 2GB
min_wal_size = 256MB
checkpoint_timeout = 15min
checkpoint_completion_target = 0.9
{compression}
# Leaves of the event log are locked one by one when an aggregate's history is read.
max_locks_per_transaction = 256
random_page_cost = 1.1
jit = off

log_line_prefix = '%m [%p] '
log_checkpoints = off
log_timezone = 'UTC'
timezone = 'UTC'
datestyle = 'iso, ymd'
lc_messages = 'C'
lc_monetary = 'C'
lc_numeric = 'C'
lc_time = 'C'
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lz4_is_used_where_it_is_known() {
        let settings = |lz4| Settings {
            max_connections: 10,
            shared_buffers_mb: 32,
            lz4,
        };
        assert!(text(&settings(true), 1).contains("default_toast_compression = lz4"));
        assert!(!text(&settings(false), 1).contains("lz4"));
    }
}
