//! The servers' log files: kept small, and quoted when a server fails.

use std::{
    fs::{self, File},
    io::{Read, Seek, SeekFrom},
    path::Path,
};

use crate::{StackError, user::RunAs};

/// A log that is larger than this at a start moves to `<name>.1`, over the one before.
const ROTATE_BYTES: u64 = 16 * 1024 * 1024;
/// What an error quotes at most.
const QUOTE_BYTES: u64 = 4 * 1024;

/// Opens `path` for appending, as a file of the servers' user.
pub(crate) fn open(path: &Path, run_as: RunAs) -> Result<File, StackError> {
    if fs::metadata(path).is_ok_and(|meta| meta.len() > ROTATE_BYTES) {
        fs::rename(path, path.with_extension("log.1")).map_err(StackError::io("rotate", path))?;
    }
    let file = File::options()
        .create(true)
        .append(true)
        .open(path)
        .map_err(StackError::io("open", path))?;
    run_as.own(path)?;
    Ok(file)
}

/// The length of the log now: what a server says from here on is about this start.
pub(crate) fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |meta| meta.len())
}

/// What was written to the log since it was `from` bytes long, at most its last 4 KB.
pub(crate) fn since(path: &Path, from: u64) -> String {
    let read = || -> std::io::Result<String> {
        let mut file = File::open(path)?;
        let end = file.metadata()?.len();
        file.seek(SeekFrom::Start(from.max(end.saturating_sub(QUOTE_BYTES))))?;
        let mut bytes = Vec::new();
        file.take(QUOTE_BYTES).read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
    };
    read().unwrap_or_else(|e| format!("({}: {e})", path.display()))
}
