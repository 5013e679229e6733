//! Which columns of the file hold what.

use csv::StringRecord;

use crate::{Failure, cli};

/// Names by which a column is known that nobody named.
const SENSOR: &[&str] = &["sensorId", "sensor_id", "sensor"];
const TIME: &[&str] = &["timestamp", "time", "datetime", "start", "date", "dt"];
const VALUE: &[&str] = &["value", "reading", "kwh"];
const QUALITY: &[&str] = &["quality"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Columns {
    /// None where all readings are of one sensor.
    pub sensor: Option<usize>,
    pub time: usize,
    pub value: usize,
    pub quality: Option<usize>,
}

impl Columns {
    pub fn of(head: &StringRecord, options: &cli::ImportReadings) -> Result<Self, Failure> {
        let find = |asked: &Option<String>, usual: &[&str]| match asked {
            Some(name) => at(head, name).map(Some).ok_or_else(|| unknown(head, name)),
            None => Ok(usual.iter().find_map(|name| at(head, name))),
        };
        let sensor = match &options.sensor {
            Some(_) => None,
            None => {
                let found = find(&options.sensor_column, SENSOR)?;
                Some(found.ok_or_else(|| missing(head, "sensors", "--sensor or --sensor-column"))?)
            }
        };
        let time = find(&options.time_column, TIME)?;
        let value = find(&options.value_column, VALUE)?;
        Ok(Self {
            sensor,
            time: time.ok_or_else(|| missing(head, "times", "--time-column"))?,
            value: value.ok_or_else(|| missing(head, "values", "--value-column"))?,
            quality: find(&options.quality_column, QUALITY)?,
        })
    }
}

fn at(head: &StringRecord, name: &str) -> Option<usize> {
    head.iter()
        .position(|column| column.trim().eq_ignore_ascii_case(name))
}

fn unknown(head: &StringRecord, name: &str) -> Failure {
    Failure::new(format!(
        "no column is called {name:?}; there are {}",
        list(head)
    ))
}

fn missing(head: &StringRecord, what: &str, option: &str) -> Failure {
    let list = list(head);
    Failure::new(format!(
        "which column holds the {what}? Say so with {option}; there are {list}"
    ))
}

fn list(head: &StringRecord) -> String {
    let names: Vec<&str> = head.iter().take(32).map(str::trim).collect();
    names.join(", ")
}
