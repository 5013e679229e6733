//! Readings on their way in: bytes of a body, in pieces of any size, become checked readings.
//!
//! Nothing of the body is held but the element that a piece broke off within. Everything wrong is
//! named with its place, up to [`MOST_ERRORS`]; one error refuses the whole.

mod csv;
mod distinct;
mod element;
mod events;
mod gathered;
mod split;
mod time;

pub use distinct::Repeats;
pub use gathered::{Gathered, MOST_READINGS, Row};
pub use time::{MOST_AHEAD_SECONDS, read as reading_time};

use chrono::{DateTime, Utc};

use crate::FieldError;

use self::csv::Csv;
use self::gathered::Gathering;
use self::split::Splitter;

/// More errors than this help nobody.
pub const MOST_ERRORS: usize = 100;
/// The longest line or element, in bytes.
const LONGEST_ELEMENT: usize = 4_096;

/// How a body holds its readings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// An array of objects, or one object.
    Json,
    /// An object a line.
    Ndjson,
    /// Lines of comma- or semicolon-separated fields below a line of their names.
    Csv,
}

/// Why a body is refused.
#[derive(Clone, Debug, PartialEq)]
pub enum Refused {
    /// It holds more than [`MOST_READINGS`].
    TooMany,
    /// With what is wrong, at most [`MOST_ERRORS`].
    Wrong(Vec<FieldError>),
}

/// Takes a body piece by piece.
pub struct Intake {
    reader: Reader,
    gathering: Gathering,
}

enum Reader {
    Elements(Splitter),
    Lines(Box<Csv>),
}

impl Intake {
    /// `sensor` is whose the readings are that don't say so; `now` is what the future begins after.
    pub fn new(format: Format, sensor: Option<&str>, now: DateTime<Utc>) -> Self {
        Self {
            reader: match format {
                Format::Json => Reader::Elements(Splitter::json()),
                Format::Ndjson => Reader::Elements(Splitter::lines()),
                Format::Csv => Reader::Lines(Box::default()),
            },
            gathering: Gathering::new(sensor, now),
        }
    }

    /// Takes the next piece. False when what follows can't matter any more: it is refused anyway.
    pub fn push(&mut self, piece: &[u8]) -> bool {
        let gathering = &mut self.gathering;
        if gathering.is_hopeless() {
            return false;
        }
        let taken = match &mut self.reader {
            Reader::Elements(splitter) => splitter.push(piece, |element, place| {
                element::take(element, place, gathering);
            }),
            Reader::Lines(csv) => csv.push(piece, gathering),
        };
        if let Err(error) = taken {
            gathering.give_up(error);
        }
        !gathering.is_hopeless()
    }

    /// All readings, if every one of them is sound and the body was whole.
    ///
    /// # Errors
    /// See [`Refused`].
    pub fn finish(mut self) -> Result<Gathered, Refused> {
        let gathering = &mut self.gathering;
        if !gathering.is_hopeless() {
            let ended = match self.reader {
                Reader::Elements(splitter) => splitter.finish(|element, place| {
                    element::take(element, place, gathering);
                }),
                Reader::Lines(mut csv) => csv.finish(gathering),
            };
            if let Err(error) = ended {
                gathering.give_up(error);
            }
        }
        self.gathering.finish()
    }
}

/// Where an element stands: its number, from 0, and the line where lines count, from 1.
#[derive(Clone, Copy, Debug)]
struct Place {
    number: usize,
    line: Option<usize>,
}

impl Place {
    fn error(self, field: &str, detail: impl std::fmt::Display) -> FieldError {
        let number = self.number;
        let pointer = if field.is_empty() {
            format!("/{number}")
        } else {
            format!("/{number}/{field}")
        };
        match self.line {
            Some(line) => FieldError::new(pointer, format!("line {line}: {detail}")),
            None => FieldError::new(pointer, detail.to_string()),
        }
    }
}

#[cfg(test)]
mod tests;
