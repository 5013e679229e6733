//! Reads `data/energy`: three meters, their weather and their truth.

use std::io::Read;
use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use flowgrid_analysis::degree_days::{Hour, Metered};
use flowgrid_analysis::savings::Periods;
use serde_json::Value;

pub const ZONE: Tz = chrono_tz::America::Chicago;
pub const METERS: [&str; 3] = [
    "il-electricity-cdd-hdd-hourly",
    "il-electricity-cdd-only-hourly",
    "il-gas-hdd-only-hourly",
];
const KWH_PER_THERM: f64 = 29.307_1;

pub struct Given {
    pub name: &'static str,
    /// kWh.
    pub usage: Vec<Hour>,
    pub metered: Metered,
    pub periods: Periods,
    /// Share of the baseline's load that the reporting load lacks.
    pub true_share: f64,
    pub truth: Truth,
}

/// Loads of a normal year before the work, in the meter's own unit.
pub struct Truth {
    pub base: f64,
    pub cooling: f64,
}

impl Given {
    pub fn load(name: &'static str) -> Self {
        let metadata: Value = serde_json::from_slice(&bytes("metadata.json")).unwrap();
        let meter = &metadata[name];
        let number = |key: &str| meter[key].as_f64().unwrap();
        let date = |key: &str| meter[key].as_str().unwrap().parse::<NaiveDate>().unwrap();
        let gas = meter["unit"] == "therm";
        let kwh_per_unit = if gas { KWH_PER_THERM } else { 1.0 };
        let before = number("annual_baseline_total_load");
        Self {
            name,
            usage: hours(&format!("{name}.csv.gz"), |value| value * kwh_per_unit),
            metered: if gas {
                Metered::HEAT
            } else {
                Metered::ELECTRICITY
            },
            periods: Periods::around(date("blackout_start_date"), date("blackout_end_date"))
                .unwrap(),
            true_share: 1.0 - number("annual_reporting_total_load") / before,
            truth: Truth {
                base: number("annual_baseline_base_load"),
                cooling: number("annual_baseline_cooling_load"),
            },
        }
    }
}

/// °C outdoors in Illinois, hourly.
pub fn temperature() -> Vec<Hour> {
    hours("il-tempF.csv.gz", |fahrenheit| (fahrenheit - 32.0) / 1.8)
}

fn hours(file: &str, convert: impl Fn(f64) -> f64) -> Vec<Hour> {
    let mut text = String::new();
    flate2::read::GzDecoder::new(bytes(file).as_slice())
        .read_to_string(&mut text)
        .unwrap();
    text.lines()
        .skip(1)
        .map(|line| {
            let (start, value) = line.split_once(',').unwrap();
            Hour {
                start: DateTime::parse_from_rfc3339(start)
                    .unwrap()
                    .with_timezone(&Utc),
                value: convert(value.parse().unwrap()),
            }
        })
        .collect()
}

fn bytes(file: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data/energy");
    std::fs::read(folder.join(file)).unwrap()
}
