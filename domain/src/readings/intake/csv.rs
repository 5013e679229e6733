//! Readings as lines of fields (RFC 4180), separated by commas or, as spreadsheets of half of Europe
//! write them, by semicolons with decimal commas.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::element::quality;
use super::gathered::{Gathering, Parts};
use super::{LONGEST_ELEMENT, Place};
use crate::FieldError;
use crate::values::Invalid;

/// The most fields of a line.
const MOST_FIELDS: usize = 32;

/// Reads a line at a time. Until the first line is whole, nobody knows what separates.
pub(super) struct Csv {
    head: Option<Head>,
    first: Vec<u8>,
    reader: Reader,
    line: Box<[u8; LONGEST_ELEMENT]>,
    used: usize,
    ends: [usize; MOST_FIELDS],
    fields: usize,
    number: usize,
    /// Line ends so far, and whether one came last.
    line_ends: usize,
    at_line_end: bool,
}

/// What the first line says: in which column each field stands.
#[derive(Clone, Copy, Default)]
struct Head {
    sensor: Option<usize>,
    time: usize,
    value: usize,
    quality: Option<usize>,
    columns: usize,
    decimal_comma: bool,
}

impl Default for Csv {
    fn default() -> Self {
        Self {
            head: None,
            first: Vec::new(),
            reader: Reader::new(),
            line: Box::new([0; LONGEST_ELEMENT]),
            used: 0,
            ends: [0; MOST_FIELDS],
            fields: 0,
            number: 0,
            line_ends: 1,
            at_line_end: true,
        }
    }
}

impl Csv {
    pub fn push(&mut self, piece: &[u8], into: &mut Gathering) -> Result<(), FieldError> {
        let mut rest = piece;
        if self.head.is_none() {
            let Some(end) = rest.iter().position(|byte| *byte == b'\n') else {
                return self.keep_first(rest);
            };
            let (line, after) = rest.split_at(end + 1);
            self.keep_first(line)?;
            self.begin()?;
            rest = after;
        }
        while !rest.is_empty() {
            rest = self.read(rest, into)?;
        }
        Ok(())
    }

    /// The body is over; a last line needs no end.
    pub fn finish(&mut self, into: &mut Gathering) -> Result<(), FieldError> {
        if self.head.is_none() {
            self.begin()?;
        }
        // An empty input tells the reader that nothing follows.
        self.read(&[], into).map(drop)
    }

    fn keep_first(&mut self, part: &[u8]) -> Result<(), FieldError> {
        if self.first.len() + part.len() > LONGEST_ELEMENT {
            return Err(too_long(1));
        }
        self.first.extend_from_slice(part);
        Ok(())
    }

    fn begin(&mut self) -> Result<(), FieldError> {
        let first = self
            .first
            .strip_prefix(b"\xef\xbb\xbf")
            .unwrap_or(&self.first);
        let text = std::str::from_utf8(first).map_err(|_| header("is no UTF-8"))?;
        let semicolon = text.contains(';');
        let separator = if semicolon { ';' } else { ',' };
        let mut head = Head::of(text, separator)?;
        head.decimal_comma = semicolon;
        self.head = Some(head);
        let mut builder = ReaderBuilder::new();
        self.reader = builder.delimiter(separator as u8).build();
        Ok(())
    }

    fn read<'p>(&mut self, piece: &'p [u8], into: &mut Gathering) -> Result<&'p [u8], FieldError> {
        let line = self.line.get_mut(self.used..).unwrap_or_default();
        let ends = self.ends.get_mut(self.fields..).unwrap_or_default();
        let (result, read, written, ended) = self.reader.read_record(piece, line, ends);
        self.used += written;
        self.fields += ended;
        self.count_lines(piece.get(..read).unwrap_or_default());
        match result {
            ReadRecordResult::InputEmpty | ReadRecordResult::End => {}
            ReadRecordResult::OutputFull => return Err(too_long(self.line_ends + 1)),
            ReadRecordResult::OutputEndsFull => {
                let place = self.place();
                return Err(place.error("", format!("has more than {MOST_FIELDS} fields")));
            }
            ReadRecordResult::Record => {
                self.record(into);
                (self.used, self.fields) = (0, 0);
                self.number += 1;
            }
        }
        Ok(piece.get(read..).unwrap_or_default())
    }

    fn count_lines(&mut self, read: &[u8]) {
        self.line_ends += read.iter().filter(|byte| **byte == b'\n').count();
        if let Some(last) = read.last() {
            self.at_line_end = *last == b'\n';
        }
    }

    /// Of the record that was just read.
    fn place(&self) -> Place {
        let line = self.line_ends + usize::from(!self.at_line_end);
        Place {
            number: self.number,
            line: Some(line),
        }
    }

    fn record(&self, into: &mut Gathering) {
        let (place, head) = (self.place(), self.head.unwrap_or_default());
        if self.fields != head.columns {
            let detail = format!("has {} fields, not {}", self.fields, head.columns);
            return into.wrong(place, "", detail);
        }
        let read = |column: usize| self.field(column);
        let value = read(head.value).and_then(|text| head.number(text));
        let value = value.map_err(|error| into.wrong(place, "value", error));
        let time = read(head.time).map_err(|error| into.wrong(place, "timestamp", error));
        let sensor = head.sensor.map(read).transpose();
        let sensor = sensor.map_err(|error| into.wrong(place, "sensorId", error));
        let said = head.quality.map(read).transpose();
        let quality = said.and_then(|said| quality(said.unwrap_or_default()));
        let quality = quality.map_err(|error| into.wrong(place, "quality", error));
        let (Ok(value), Ok(time), Ok(sensor), Ok(quality)) = (value, time, sensor, quality) else {
            return;
        };
        let parts = Parts {
            sensor: sensor.filter(|sensor| !sensor.is_empty()),
            time,
            value,
            quality,
        };
        into.add(place, &parts);
    }

    fn field(&self, column: usize) -> Result<&str, Invalid> {
        let start = column
            .checked_sub(1)
            .map_or(Some(0), |at| self.ends.get(at).copied());
        let range = start.zip(self.ends.get(column).copied());
        let bytes = range.and_then(|(start, end)| self.line.get(start..end));
        let text = bytes.map(std::str::from_utf8);
        match text {
            Some(Ok(text)) => Ok(text.trim()),
            Some(Err(_)) => Invalid::because("is no UTF-8"),
            None => Invalid::because("is missing"),
        }
    }
}

impl Head {
    fn of(line: &str, separator: char) -> Result<Self, FieldError> {
        let names: Vec<&str> = line
            .split(separator)
            .map(|name| name.trim().trim_matches('"'))
            .collect();
        if names.len() > MOST_FIELDS {
            return Err(header(&format!("has more than {MOST_FIELDS} columns")));
        }
        let column = |known: &[&str]| {
            names
                .iter()
                .position(|name| known.iter().any(|known| name.eq_ignore_ascii_case(known)))
        };
        let (sensor, time, value, quality) = (
            column(&["sensorId", "sensor_id", "sensor"]),
            column(&["timestamp", "time"]),
            column(&["value"]),
            column(&["quality"]),
        );
        let known = [sensor, time, value, quality];
        let unknown = (0..names.len()).find(|at| !known.contains(&Some(*at)));
        if let Some(name) = unknown.and_then(|at| names.get(at)) {
            let short: String = name.chars().take(64).collect();
            return Err(header(&format!(
                "names an unknown or repeated column {short:?}"
            )));
        }
        let (Some(time), Some(value)) = (time, value) else {
            return Err(header(
                "must name the columns: sensorId, timestamp, value and perhaps quality",
            ));
        };
        Ok(Self {
            sensor,
            time,
            value,
            quality,
            columns: names.len(),
            decimal_comma: false,
        })
    }

    fn number(self, text: &str) -> Result<f64, Invalid> {
        let parsed = if self.decimal_comma && text.contains(',') {
            text.replace(',', ".").parse::<f64>()
        } else {
            text.parse::<f64>()
        };
        match parsed {
            Ok(number) if number.is_finite() => Ok(number),
            Ok(_) | Err(_) => Invalid::because("must be a finite number"),
        }
    }
}

fn header(detail: &str) -> FieldError {
    FieldError::new("", format!("line 1: the header {detail}"))
}

fn too_long(line: usize) -> FieldError {
    let detail = format!("line {line}: is longer than {LONGEST_ELEMENT} bytes");
    FieldError::new("", detail)
}
