//! What is asked, and whether the answers are right.

use serde_json::Value;

use super::year::STEPS;
use crate::Result;
use crate::http::{self, Client};
use crate::ingest::{BUILDINGS, SENSORS, value};

/// Coprime to the number of buildings.
const STRIDE: usize = 37;
/// Quarter hours of a day.
const DAY: usize = 96;
/// From 2020-01-01 01:00 in Berlin, where the data begins, to the end of January there.
const JANUARY: std::ops::Range<usize> = 0..31 * DAY - 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// A month of a building by day.
    Month,
    /// A year of a building by day.
    Year,
    /// Its sensors with their last readings.
    List,
}

impl Question {
    pub const KINDS: usize = 3;

    pub fn of(number: usize) -> Self {
        match number % 5 {
            0 | 2 => Self::Month,
            1 | 3 => Self::Year,
            _ => Self::List,
        }
    }
}

pub(super) struct Asked {
    token: String,
}

impl Asked {
    pub fn new(token: String) -> Self {
        Self { token }
    }

    pub fn request(&self, question: Question, number: usize) -> Vec<u8> {
        let building = number * STRIDE % BUILDINGS;
        let month = number / BUILDINGS % 12;
        http::get(&path(question, building, month), &self.token)
    }

    /// January of a building, and the number of a year's days and of a building's sensors.
    pub async fn check(&self, client: &mut Client) -> Result<()> {
        let building = 7;
        let january = self
            .answer(client, &path(Question::Month, building, 0))
            .await?;
        let buckets = buckets(&january)?;
        let kwh: f64 = buckets
            .iter()
            .filter_map(|bucket| bucket["kwh"].as_f64())
            .sum();
        let expected: usize = (0..SENSORS)
            .flat_map(|sensor| JANUARY.map(move |step| value(building + sensor, step)))
            .sum();
        let expected = expected as f64 / 100.0;
        if buckets.len() != 31 || (kwh - expected).abs() > 0.01 {
            return Err(format!(
                "January has {kwh} kWh in {} days, not {expected}",
                buckets.len()
            )
            .into());
        }
        let year = self
            .answer(client, &path(Question::Year, building, 0))
            .await?;
        let days = self::buckets(&year)?
            .iter()
            .filter(|day| day["kwh"].as_f64() > Some(0.0));
        if days.count() < STEPS / DAY {
            return Err("the year lacks days".into());
        }
        let list = self
            .answer(client, &path(Question::List, building, 0))
            .await?;
        let sensors = list["data"].as_array().map_or(0, Vec::len);
        if sensors != SENSORS {
            return Err(format!("the list has {sensors} sensors").into());
        }
        Ok(())
    }

    async fn answer(&self, client: &mut Client, path: &str) -> Result<Value> {
        let answer = client.send(&http::get(path, &self.token)).await?;
        if !answer.is_success() {
            return Err(format!("{path}: {}", answer.describe()).into());
        }
        Ok(serde_json::from_slice(answer.body)?)
    }
}

fn buckets(answer: &Value) -> Result<&Vec<Value>> {
    let buckets = answer["data"]["series"][0]["buckets"].as_array();
    buckets.ok_or_else(|| format!("no buckets: {answer}").into())
}

/// Times are those of Berlin's calendar as near as a fixed offset has them.
fn path(question: Question, building: usize, month: usize) -> String {
    let energy = "/api/v1/citypulse/energy?bucket=day&building=h-";
    match question {
        Question::Month => {
            let first = format!("2020-{:02}-01T12:00:00Z", month + 1);
            let last = format!("2020-{:02}-{}T12:00:00Z", month + 1, DAYS[month]);
            format!("{energy}{building}&from={first}&to={last}")
        }
        Question::Year => {
            format!("{energy}{building}&from=2020-01-01T12:00:00Z&to=2020-12-31T12:00:00Z")
        }
        Question::List => format!("/api/v1/citypulse/sensors?building=h-{building}&limit=50"),
    }
}

/// Days of the months of 2020.
const DAYS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
