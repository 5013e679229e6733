//! What a row should be.

use flowgrid_bus::RecordedEvent;
use serde::Serialize;
use sqlx::postgres::PgRow;

use crate::ReadError;

/// One aggregate, folded by the domain's own functions.
pub(crate) trait Expected: Default + Send + 'static {
    /// Takes in the next event, or says why it can't.
    fn fold(&mut self, event: &RecordedEvent) -> Result<(), String>;

    /// The row as [`canonical`] text; `None` where there should be none.
    fn row(&self, id: &str) -> Option<String>;

    /// The same of a row that is stored.
    fn stored(row: &PgRow) -> Result<String, ReadError>;
}

/// A resource and its position as text: equal texts mean equal rows.
pub(crate) fn canonical<R: Serialize>(resource: &R, position: u64) -> String {
    // The resources have no map with keys that aren't texts, so this can't fail; a failure would
    // show as a difference.
    let json = serde_json::to_string(resource).unwrap_or_default();
    format!("{json} at {position}")
}
