//! A file of lines, one writer.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::time::Instant;

use serde::Serialize;

/// Writes JSON lines, each with the time since the run began. Unbuffered: a killed writer has lost
/// nothing that it had said.
#[derive(Debug)]
pub(super) struct Lines {
    file: File,
    started: Instant,
}

#[derive(Serialize)]
struct Timed<'a, L> {
    /// ns since the run began.
    t: u64,
    #[serde(flatten)]
    line: &'a L,
}

impl Lines {
    pub(super) fn create(
        folder: &Path,
        kind: &str,
        name: &str,
        started: Instant,
    ) -> io::Result<Self> {
        let path = folder.join(format!("{kind}-{name}.ndjson"));
        let file = OpenOptions::new()
            .append(true)
            .create_new(true)
            .open(path)?;
        Ok(Self { file, started })
    }

    pub(super) fn write(&mut self, line: &impl Serialize) -> io::Result<()> {
        let t = u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let mut text = serde_json::to_vec(&Timed { t, line })?;
        text.push(b'\n');
        self.file.write_all(&text)
    }
}
