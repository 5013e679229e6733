//! The readings found so far, and what is wrong with the rest.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::{MOST_ERRORS, Place, Refused, time};
use crate::FieldError;
use crate::readings::{Quality, Reading};
use crate::values::Slug;

/// The most readings of one request.
pub const MOST_READINGS: usize = 100_000;

/// Readings of many sensors.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gathered {
    /// The sensors named, each once.
    pub sensors: Vec<String>,
    /// In the order in which they came: a row for each element.
    pub rows: Vec<Row>,
}

/// One reading, and whose.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// Number of the element, from 0.
    pub number: u32,
    /// From 1; 0 where lines don't count.
    pub line: u32,
    /// Place in [`Gathered::sensors`].
    pub sensor: u32,
    pub reading: Reading,
}

impl Row {
    /// What is wrong with a field of this reading.
    pub fn error(&self, field: &str, detail: impl std::fmt::Display) -> FieldError {
        let place = Place {
            number: self.number as usize,
            line: (self.line > 0).then_some(self.line as usize),
        };
        place.error(field, detail)
    }
}

impl Gathered {
    /// The id of a row's sensor.
    pub fn sensor_of(&self, row: &Row) -> &str {
        let id = self.sensors.get(row.sensor as usize);
        id.map_or("", String::as_str)
    }

    /// Where each sensor is named first, in the order of [`Gathered::sensors`].
    pub fn first_rows(&self) -> Vec<Row> {
        let mut first = Vec::with_capacity(self.sensors.len());
        for row in &self.rows {
            // Sensors are numbered as they come.
            if row.sensor as usize == first.len() {
                first.push(*row);
            }
        }
        first
    }
}

/// A reading's fields, each as its format gave it.
pub(super) struct Parts<'a> {
    pub sensor: Option<&'a str>,
    pub time: &'a str,
    pub value: f64,
    pub quality: Quality,
}

pub(super) struct Gathering {
    /// Whose the readings are that don't say so.
    usual: Option<String>,
    now: DateTime<Utc>,
    places: HashMap<String, u32>,
    found: Gathered,
    errors: Vec<FieldError>,
    too_many: bool,
    /// The body's form is broken: nobody knows where the next element begins.
    broken: bool,
}

impl Gathering {
    pub fn new(usual: Option<&str>, now: DateTime<Utc>) -> Self {
        Self {
            usual: usual.map(str::to_owned),
            now,
            places: HashMap::new(),
            found: Gathered::default(),
            errors: Vec::new(),
            too_many: false,
            broken: false,
        }
    }

    /// Takes a reading, or notes what is wrong with it.
    pub fn add(&mut self, place: Place, parts: &Parts<'_>) {
        if self.found.rows.len() >= MOST_READINGS {
            self.too_many = true;
            return;
        }
        let time = time::read(parts.time, self.now);
        let time = time.map_err(|detail| self.wrong(place, "timestamp", detail));
        let sensor = self.sensor(place, parts.sensor);
        let (Ok(time), Some(sensor)) = (time, sensor) else {
            return;
        };
        let reading = Reading {
            time,
            value: parts.value,
            quality: parts.quality,
        };
        let whole = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        self.found.rows.push(Row {
            number: whole(place.number),
            line: place.line.map_or(0, whole),
            sensor,
            reading,
        });
    }

    fn sensor(&mut self, place: Place, named: Option<&str>) -> Option<u32> {
        let Some(id) = named.or(self.usual.as_deref()) else {
            self.wrong(place, "sensorId", "is required");
            return None;
        };
        if let (Some(named), Some(usual)) = (named, &self.usual)
            && named != usual
        {
            self.wrong(
                place,
                "sensorId",
                format!("is not {usual}, whose path this is"),
            );
            return None;
        }
        // Mostly one sensor's readings come one after the other.
        if let Some(last) = self.found.rows.last()
            && self.found.sensor_of(last) == id
        {
            return Some(last.sensor);
        }
        if let Some(at) = self.places.get(id) {
            return Some(*at);
        }
        if let Err(error) = Slug::parse(id) {
            self.wrong(place, "sensorId", error);
            return None;
        }
        // There are no more sensors than readings.
        let at = u32::try_from(self.found.sensors.len()).ok()?;
        let id = id.to_owned();
        self.found.sensors.push(id.clone());
        self.places.insert(id, at);
        Some(at)
    }

    /// Notes what is wrong with a field of an element.
    pub fn wrong(&mut self, place: Place, field: &str, detail: impl std::fmt::Display) {
        self.refuse(place.error(field, detail));
    }

    /// Notes what makes everything that follows unreadable.
    pub fn give_up(&mut self, error: FieldError) {
        self.broken = true;
        self.refuse(error);
    }

    fn refuse(&mut self, error: FieldError) {
        if self.errors.len() < MOST_ERRORS {
            self.errors.push(error);
        }
    }

    /// How many things are known to be wrong.
    pub fn errors(&self) -> usize {
        self.errors.len()
    }

    /// Whether nothing that may follow changes the answer.
    pub fn is_hopeless(&self) -> bool {
        self.too_many || self.broken || self.errors.len() >= MOST_ERRORS
    }

    pub fn finish(mut self) -> Result<Gathered, Refused> {
        if self.too_many {
            return Err(Refused::TooMany);
        }
        if self.errors.is_empty() && self.found.rows.is_empty() {
            self.errors.push(FieldError::new("", "holds no reading"));
        }
        if self.errors.is_empty() {
            Ok(self.found)
        } else {
            Err(Refused::Wrong(self.errors))
        }
    }
}
