//! What a verification found.

use flowgrid_bus::LogId;
use serde::Serialize;
use uuid::Uuid;

/// The outcome of a verification.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VerifyReport {
    pub name: &'static str,
    pub version: i32,
    pub generation: i32,
    /// Up to where each log was folded: the live checkpoint.
    pub positions: Vec<(LogId, u64)>,
    /// Rows that are stored.
    pub rows: u64,
    /// Events folded.
    pub events: u64,
    /// How many rows are wrong.
    pub differing: u64,
    /// The first of them, at most 100.
    pub differences: Vec<Difference>,
}

impl VerifyReport {
    /// Every row is as the log says, and no other.
    pub fn is_clean(&self) -> bool {
        self.differing == 0
    }
}

/// One wrong row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    pub tenant_id: Uuid,
    pub id: String,
    pub problem: Problem,
}

/// What is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Problem {
    /// The log says there should be one.
    Missing,
    /// The log knows of none.
    Surplus,
    /// Its columns are others than the log says.
    Different,
}
