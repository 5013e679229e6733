//! The rows of a CSV file, one after the other.

use std::io::{BufRead, BufReader, Read};

use chrono::{DateTime, Utc};
use csv::{ReaderBuilder, StringRecord};

use super::columns::Columns;
use super::line_ends::LineEnds;
use super::time::Times;
use crate::Failure;

/// One reading of the file.
#[derive(Debug, PartialEq)]
pub(super) struct Row {
    /// From 1.
    pub line: u64,
    /// Empty where all are of one sensor.
    pub sensor: String,
    pub time: DateTime<Utc>,
    pub value: f64,
    pub quality: String,
}

pub(super) struct Rows<R> {
    reader: csv::Reader<BufReader<LineEnds<R>>>,
    columns: Columns,
    times: Times,
    decimal_comma: bool,
    record: StringRecord,
}

impl<R: Read> Rows<R> {
    /// Reads the names of the columns; what separates them is found out.
    pub fn begin(
        input: R,
        times: Times,
        columns: impl FnOnce(&StringRecord) -> Result<Columns, Failure>,
    ) -> Result<Self, Failure> {
        let mut input = BufReader::new(LineEnds::of(input));
        let start = input.fill_buf()?;
        let first = start
            .split(|byte| *byte == b'\n')
            .next()
            .unwrap_or_default();
        let separator = [b';', b'\t'].into_iter().find(|one| first.contains(one));
        let mut builder = ReaderBuilder::new();
        builder.delimiter(separator.unwrap_or(b','));
        let mut reader = builder.from_reader(input);
        let mut head = reader.headers()?.clone();
        if let Some(name) = head.get(0).and_then(|name| name.strip_prefix('\u{feff}')) {
            let rest = head.iter().skip(1);
            head = std::iter::once(name).chain(rest).collect();
        }
        Ok(Self {
            columns: columns(&head)?,
            reader,
            times,
            decimal_comma: separator == Some(b';'),
            record: StringRecord::new(),
        })
    }

    /// The next one; `None` at the end.
    pub fn next(&mut self) -> Result<Option<Row>, Failure> {
        if !self.reader.read_record(&mut self.record)? {
            return Ok(None);
        }
        // The reader stands behind the record's end, so at the next line.
        let line = self.reader.position().line().saturating_sub(1);
        let row = self.row(line);
        row.map(Some)
            .map_err(|error| Failure::new(format!("line {line}: {error}")))
    }

    fn row(&mut self, line: u64) -> Result<Row, String> {
        let field = |at: usize| self.record.get(at).unwrap_or_default().trim();
        let Columns {
            sensor,
            time,
            value,
            quality,
        } = self.columns;
        let sensor = sensor.map(field).unwrap_or_default();
        Ok(Row {
            line,
            sensor: sensor.to_owned(),
            time: self.times.read(field(time), sensor)?,
            value: number(field(value), self.decimal_comma)?,
            quality: quality.map(field).unwrap_or_default().to_owned(),
        })
    }
}

fn number(text: &str, decimal_comma: bool) -> Result<f64, String> {
    let parsed = if decimal_comma {
        text.replace(',', ".").parse::<f64>()
    } else {
        text.parse()
    };
    let finite = parsed.ok().filter(|value| value.is_finite());
    finite.ok_or_else(|| format!("{text:?} is no number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Result<(u64, String, f64), String>> {
        let columns = |head: &StringRecord| {
            assert_eq!(head, vec!["id", "at", "value"]);
            Ok(Columns {
                sensor: Some(0),
                time: 1,
                value: 2,
                quality: None,
            })
        };
        let mut rows = Rows::begin(text.as_bytes(), Times::of(None), columns).unwrap();
        let mut found = Vec::new();
        loop {
            match rows.next() {
                Ok(None) => return found,
                Ok(Some(row)) => found.push(Ok((row.line, row.sensor, row.value))),
                Err(error) => found.push(Err(error.to_string())),
            }
        }
    }

    #[test]
    fn commas_semicolons_and_tabs_separate() {
        let expected = [Ok((2, "a".to_owned(), 1.5)), Ok((4, "b".to_owned(), 2.0))];
        for text in [
            "id,at,value\na,2026-05-01T00:00:00Z,1.5\n\nb,2026-05-01T00:00:00Z,2",
            "\u{feff}id;at;value\r\na;2026-05-01T00:00:00Z;1,5\r\n\r\nb;2026-05-01T00:00:00Z;2\r\n",
            "id\tat\tvalue\n\"a\"\t2026-05-01T00:00:00Z\t1.5\n\nb\t2026-05-01T00:00:00Z\t2\n",
        ] {
            assert_eq!(rows(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_by_line() {
        let text = "id,at,value\na,2026-05-01T00:00:00Z,x\na,never,1\na,2026-05-01T00:00:00Z,1\n";
        let found = rows(text);
        assert_eq!(found[0], Err("line 2: \"x\" is no number".to_owned()));
        assert_eq!(found[1], Err("line 3: \"never\" is no time".to_owned()));
        assert!(found[2].is_ok());
    }
}
