//! A sensor as rules see it.

use chrono::{DateTime, Utc};
use flowgrid_domain::rules::evaluate::Seen;

pub(in super::super) struct Sensor {
    pub id: Box<str>,
    pub building: Box<str>,
    pub name: Box<str>,
    pub kind: Box<str>,
    pub unit: Box<str>,
    /// The oldest first: from when on, factor and offset.
    pub calibrations: Vec<(DateTime<Utc>, f64, f64)>,
    /// Whether it measures.
    pub present: bool,
    pub installed_at: DateTime<Utc>,
    pub revision: u64,
    pub newest: Option<Seen>,
    /// Whether `newest` differs from what is stored.
    pub(super) touched: bool,
    /// Who looks at it.
    pub(super) bounds: Vec<usize>,
}

impl Sensor {
    /// One that nobody looks at yet. `named`: its building, name, kind and unit.
    pub fn new(
        id: &str,
        named: (&str, &str, &str, &str),
        calibrations: Vec<(DateTime<Utc>, f64, f64)>,
        present: bool,
        installed_at: DateTime<Utc>,
        revision: u64,
    ) -> Self {
        let (building, name, kind, unit) = named;
        Self {
            id: id.into(),
            building: building.into(),
            name: name.into(),
            kind: kind.into(),
            unit: unit.into(),
            calibrations,
            present,
            installed_at,
            revision,
            newest: None,
            touched: false,
            bounds: Vec::new(),
        }
    }

    /// A value as it was reported, as it is meant.
    pub fn calibrated(&self, time: DateTime<Utc>, value: f64) -> f64 {
        let valid = self.calibrations.iter().rev().find(|one| one.0 <= time);
        valid.map_or(value, |(_, factor, offset)| value * factor + offset)
    }

    /// From a time on, in the place of another of that time.
    pub fn calibrate(&mut self, from: DateTime<Utc>, factor: f64, offset: f64) {
        let at = self.calibrations.binary_search_by_key(&from, |one| one.0);
        match at {
            Ok(at) => self.calibrations[at] = (from, factor, offset),
            Err(at) => self.calibrations.insert(at, (from, factor, offset)),
        }
    }
}
