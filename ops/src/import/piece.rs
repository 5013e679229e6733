//! Some rows as the body of one request.

use std::fmt::Write;
use std::io::Read;

use chrono::SecondsFormat;
use csv::{Writer, WriterBuilder};
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use super::rows::{Row, Rows};
use crate::Failure;

pub(super) struct Piece {
    /// CSV, compressed.
    pub body: Vec<u8>,
    /// Follows from where it stands and what it holds.
    pub key: String,
    /// The line of each row in the file.
    lines: Vec<u64>,
}

impl Piece {
    /// The next `most` rows; `None` when there are none.
    pub fn fill<R: Read>(rows: &mut Rows<R>, most: usize) -> Result<Option<Self>, Failure> {
        let packed = GzEncoder::new(Vec::new(), Compression::fast());
        let mut writer = WriterBuilder::new().from_writer(Hashed(packed, Sha256::new()));
        writer.write_record(["sensorId", "timestamp", "value", "quality"])?;
        let mut lines = Vec::with_capacity(most);
        while lines.len() < most
            && let Some(row) = rows.next()?
        {
            write(&mut writer, &row)?;
            lines.push(row.line);
        }
        let Some(first) = lines.first() else {
            return Ok(None);
        };
        let written = writer
            .into_inner()
            .map_err(|error| Failure::new(error.to_string()))?;
        let Hashed(packed, hash) = written;
        let mut key = format!("import-{first}-");
        for byte in hash.finalize().iter().take(16) {
            write!(key, "{byte:02x}")?;
        }
        Ok(Some(Self {
            body: packed.finish()?,
            key,
            lines,
        }))
    }

    /// The line of the file that an error's pointer names: `/12/value` is the field `value` of the
    /// thirteenth row.
    pub fn line_of<'p>(&self, pointer: &'p str) -> Option<(u64, &'p str)> {
        let (number, field) = match pointer.strip_prefix('/')?.split_once('/') {
            Some((number, field)) => (number, field),
            None => (pointer.strip_prefix('/')?, ""),
        };
        let line = self.lines.get(number.parse::<usize>().ok()?)?;
        Some((*line, field))
    }
}

fn write<W: std::io::Write>(writer: &mut Writer<W>, row: &Row) -> Result<(), csv::Error> {
    let time = row.time.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    writer.write_record([&*row.sensor, &time, &row.value.to_string(), &row.quality])
}

/// Hashes what it compresses.
struct Hashed(GzEncoder<Vec<u8>>, Sha256);

impl std::io::Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.0.write(bytes)?;
        self.1.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}
