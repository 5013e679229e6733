//! The readings found so far, and what is wrong with the rest.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::{MOST_ERRORS, Place, time};
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
    /// In the order in which they came.
    pub rows: Vec<Row>,
}

/// One reading, and whose.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// Place in [`Gathered::sensors`].
    pub sensor: usize,
    pub reading: Reading,
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
    places: HashMap<String, usize>,
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
        self.found.rows.push(Row { sensor, reading });
    }

    fn sensor(&mut self, place: Place, named: Option<&str>) -> Option<usize> {
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
        if let Some(at) = self.places.get(id) {
            return Some(*at);
        }
        if let Err(error) = Slug::parse(id) {
            self.wrong(place, "sensorId", error);
            return None;
        }
        let (id, at) = (id.to_owned(), self.found.sensors.len());
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

    pub fn finish(mut self) -> Result<Gathered, Vec<FieldError>> {
        if self.too_many {
            let detail = format!("at most {MOST_READINGS} readings can come at once");
            self.errors.insert(0, FieldError::new("", detail));
            self.errors.truncate(MOST_ERRORS);
        }
        if self.errors.is_empty() && self.found.rows.is_empty() {
            self.errors.push(FieldError::new("", "holds no reading"));
        }
        if self.errors.is_empty() {
            Ok(self.found)
        } else {
            Err(self.errors)
        }
    }
}
