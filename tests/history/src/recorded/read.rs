//! Reading a recording back.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use super::{Recorded, clients, subscribers};
use crate::record::line::At;

/// Why a recording can't be read.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: io::Error },
    /// A line that no recorder wrote.
    #[error("{path} line {line}: {problem}")]
    Line {
        path: PathBuf,
        line: usize,
        problem: String,
    },
}

/// Reads every client's and every subscriber's file of a folder. The last line of a file may be
/// torn, when its writer was killed.
///
/// # Errors
/// See [`RecordingError`].
pub fn read_recording(folder: &Path) -> Result<Recorded, RecordingError> {
    let io = |source| RecordingError::Io {
        path: folder.to_owned(),
        source,
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(io)? {
        files.push(entry.map_err(io)?.path());
    }
    files.sort();
    let mut recorded = Recorded::default();
    for path in files {
        let stem = path.file_name().and_then(|name| name.to_str());
        let name = stem
            .and_then(|name| name.strip_suffix(".ndjson"))
            .unwrap_or("");
        if let Some(client) = name.strip_prefix("client-") {
            clients::read(&path, client, &mut recorded.operations)?;
        } else if let Some(subscriber) = name.strip_prefix("subscriber-") {
            recorded
                .subscribers
                .push(subscribers::read(&path, subscriber)?);
        }
    }
    Ok(recorded)
}

/// Hands each line of a file to `each`, which may find fault with it.
pub(super) fn each_line<L: DeserializeOwned>(
    path: &Path,
    mut each: impl FnMut(u64, L) -> Result<(), &'static str>,
) -> Result<(), RecordingError> {
    let io = |source| RecordingError::Io {
        path: path.to_owned(),
        source,
    };
    let mut reader = BufReader::new(File::open(path).map_err(io)?);
    let mut text = String::new();
    for line in 1.. {
        text.clear();
        reader.read_line(&mut text).map_err(io)?;
        // Nothing, or a torn end.
        if !text.ends_with('\n') {
            break;
        }
        let wrong = |problem: String| RecordingError::Line {
            path: path.to_owned(),
            line,
            problem,
        };
        let At { t, line: read } =
            serde_json::from_str::<At<L>>(&text).map_err(|error| wrong(error.to_string()))?;
        each(t, read).map_err(|problem| wrong(problem.to_owned()))?;
    }
    Ok(())
}
