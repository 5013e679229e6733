//! The three meters of Illinois with their weather.

use std::io::Read;
use std::ops::ControlFlow;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use flate2::read::GzDecoder;
use flowgrid_analysis::forecast::{Calendar, Model, Options, Series, fit};

pub const METERS: [&str; 3] = [
    "il-electricity-cdd-hdd-hourly",
    "il-electricity-cdd-only-hourly",
    "il-gas-hdd-only-hourly",
];

/// One of the files as a series of hours.
pub fn read(name: &str) -> Series {
    let path = format!("{}/data/energy/{name}.csv.gz", env!("CARGO_MANIFEST_DIR"));
    let mut text = String::new();
    GzDecoder::new(std::fs::File::open(path).unwrap())
        .read_to_string(&mut text)
        .unwrap();
    let rows: Vec<(DateTime<Utc>, f64)> = text.lines().skip(1).map(row).collect();
    let series = Series::hourly(
        rows[0].0,
        rows.iter().map(|(_, value)| Some(*value)).collect(),
    );
    let last = rows.last().unwrap().0.timestamp() / 3600;
    assert_eq!(series.end(), last + 1, "an hour is missing");
    series
}

fn row(line: &str) -> (DateTime<Utc>, f64) {
    let (start, value) = line.split_once(',').unwrap();
    (start.parse().unwrap(), value.parse().unwrap())
}

/// In °C.
pub fn temperature() -> Series {
    let mut series = read("il-tempF");
    for value in series.values.iter_mut().flatten() {
        *value = (*value - 32.0) / 1.8;
    }
    series
}

pub fn chicago() -> Calendar {
    Calendar::new(Tz::America__Chicago, [])
}

/// What was known so many hours before its end.
pub fn before(series: &Series, hours: usize) -> Series {
    let count = series.values.len() - hours;
    Series {
        values: series.values[..count].to_vec(),
        ..series.clone()
    }
}

pub fn fitted(history: &Series, temperature: Option<&Series>, options: &Options) -> Model {
    fit(history, &chicago(), temperature, options, &mut |_| {
        ControlFlow::Continue(())
    })
    .unwrap()
}
