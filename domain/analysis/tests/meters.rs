//! From readings to rollups: in any order, in any batches, corrected and late.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "meters/cumulative.rs"]
mod cumulative;
#[path = "meters/rollups.rs"]
mod rollups;
#[path = "meters/spreads.rs"]
mod spreads;
#[path = "meters/tree.rs"]
mod tree;

use chrono::{DateTime, Utc};
use flowgrid_analysis::meters::Reading;
use flowgrid_analysis::units::Exact;
use proptest::test_runner::Config;

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

fn exact(text: &str) -> Exact {
    text.parse().unwrap()
}

fn reading(at: DateTime<Utc>, value: i64) -> Reading {
    Reading {
        at,
        value: Exact::whole(value),
    }
}

fn cases(cases: u32) -> Config {
    Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    }
}
