//! What is stored already of the sensors and times that come.

use flowgrid_domain::FieldError;
use flowgrid_domain::readings::intake::{Gathered, MOST_ERRORS, Row};
use flowgrid_projections::{ModelName, readings};
use serde::Serialize;
use utoipa::ToSchema;

use crate::context::{Access, Level};
use crate::error::ApiError;

/// With more sensors than this, readings aren't compared with what is stored.
pub const MOST_COMPARED: usize = 2_000;

/// Readings of sensors and times that are known.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Stored {
    /// With the same value.
    #[schema(example = 0)]
    pub same: usize,
    /// With another one, which stays, is corrected, or refuses the request, as `onConflict` says.
    #[schema(example = 0)]
    pub other: usize,
    #[serde(skip)]
    pub errors: Vec<FieldError>,
}

/// Compares; `None` where there are too many sensors for it.
pub async fn stored<L: Level>(
    access: &Access<L>,
    gathered: &Gathered,
) -> Result<Option<Stored>, ApiError> {
    if gathered.sensors.len() > MOST_COMPARED {
        return Ok(None);
    }
    let mut rows: Vec<Vec<&Row>> = vec![Vec::new(); gathered.sensors.len()];
    for row in &gathered.rows {
        if let Some(of_sensor) = rows.get_mut(row.sensor as usize) {
            of_sensor.push(row);
        }
    }
    let mut tx = access.query(&[ModelName::Readings]).await?;
    let mut stored = Stored::default();
    for (id, rows) in gathered.sensors.iter().zip(rows) {
        let time = |row: &&Row| row.reading.time.timestamp_millis();
        let times: Vec<i64> = rows.iter().map(time).collect();
        let known = readings::known(&mut tx, id, &times).await?;
        for row in rows {
            match known.get(&time(&row)) {
                Some(point) if point.value == row.reading.value => stored.same += 1,
                Some(point) => stored.differs(row, point.value),
                None => {}
            }
        }
    }
    Ok(Some(stored))
}

impl Stored {
    fn differs(&mut self, row: &Row, value: f64) {
        self.other += 1;
        if self.errors.len() < MOST_ERRORS {
            let detail = format!("is not {value}, which is stored");
            self.errors.push(row.error("value", detail));
        }
    }
}
