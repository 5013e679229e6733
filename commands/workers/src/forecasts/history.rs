//! The past that a model is fitted to.

use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use flowgrid_analysis::buckets::date;
use flowgrid_analysis::degree_days::Hour;
use flowgrid_domain::sensors::{Mode, SensorResource};
use flowgrid_projections::consumption::{self, ConsumptionError, MOST_ROWS, Meters, Thermometer};
use flowgrid_projections::forecasts::Of;
use flowgrid_projections::readings::{self, DayTotal};
use flowgrid_projections::{ModelName, TenantTx, buildings, documents, sensors};

use super::ForecastsError;

/// The longest past that is looked at, in days.
const LONGEST: i64 = 730;
/// An hour of which less was measured is unknown.
const WHOLE: f64 = 0.99;

/// All that a fit needs.
pub(super) struct History {
    pub values: Values,
    pub outdoors: Vec<Hour>,
    pub zone: Tz,
    pub unit: String,
    pub per_reading: f64,
}

/// What is still to be made into hours, which takes a while.
pub(super) enum Values {
    Building(Box<Meters>, Vec<DayTotal>),
    Sensor(Mode, Vec<DayTotal>),
}

/// Reads it; else says why there is none.
pub(super) async fn history(
    tx: &mut TenantTx,
    of: Of,
    subject: &str,
    newest: DateTime<Utc>,
) -> Result<Result<History, String>, ForecastsError> {
    match of {
        Of::Building => of_building(tx, subject, newest).await,
        Of::Sensor => of_sensor(tx, subject, newest).await,
    }
}

async fn of_building(
    tx: &mut TenantTx,
    building: &str,
    newest: DateTime<Utc>,
) -> Result<Result<History, String>, ForecastsError> {
    let meters = match Meters::load(tx, Some(building)).await {
        Ok(meters) => meters.only(|meter| meter.building == building),
        Err(ConsumptionError::NoSuchBuilding) => {
            return Ok(Err("there is no such building".into()));
        }
        Err(error) => return Err(error.into()),
    };
    let zone = meters.zones.get(building).copied().unwrap_or(Tz::UTC);
    let count = meters.tree.meters().len();
    if count == 0 {
        return Ok(Err(
            "the building has no meter whose readings become kWh".into()
        ));
    }
    let (first, last) = dates(newest, zone, MOST_ROWS / count as i64);
    let totals = consumption::hours_of(tx, &meters, first, last).await?;
    Ok(Ok(History {
        values: Values::Building(Box::new(meters), totals),
        outdoors: outdoors(tx, building, (first, last)).await?,
        zone,
        unit: "kWh".to_owned(),
        per_reading: 1.0,
    }))
}

async fn of_sensor(
    tx: &mut TenantTx,
    sensor: &str,
    newest: DateTime<Utc>,
) -> Result<Result<History, String>, ForecastsError> {
    let Some(row) = documents::get(tx, ModelName::Sensors, sensor).await? else {
        return Ok(Err("there is no such sensor".into()));
    };
    let sensor = sensors::resource(&row)?;
    let per_reading = match per_reading(&sensor) {
        Ok(share) => share,
        Err(reason) => return Ok(Err(reason.to_owned())),
    };
    let building = buildings::get(tx, &sensor.building_id).await?;
    let zone = building.and_then(|row| row.timezone?.parse().ok());
    let zone = zone.unwrap_or(Tz::UTC);
    let (first, last) = dates(newest, zone, LONGEST);
    let totals = readings::hour_totals(tx, &[&sensor.id], first, last).await?;
    let outdoors = outdoors(tx, &sensor.building_id, (first, last)).await?;
    Ok(Ok(History {
        values: Values::Sensor(sensor.mode, totals),
        outdoors,
        zone,
        unit: sensor.unit,
        per_reading,
    }))
}

/// What one reading is of the value of its hour.
fn per_reading(sensor: &SensorResource) -> Result<f64, &'static str> {
    match (sensor.mode, sensor.period_seconds) {
        (Mode::Instantaneous, _) => Ok(1.0),
        (Mode::Interval, Some(period)) if period <= 3_600 => Ok(f64::from(period) / 3_600.0),
        (Mode::Interval, _) => Err("it reports less often than every hour"),
        (Mode::Cumulative, _) => {
            Err("what it shows is a count, which no forecast is compared with")
        }
    }
}

fn dates(newest: DateTime<Utc>, zone: Tz, most: i64) -> (NaiveDate, NaiveDate) {
    let last = date(newest, zone);
    let days = Days::new(most.clamp(1, LONGEST).unsigned_abs() - 1);
    (last.checked_sub_days(days).unwrap_or(last), last)
}

/// The outdoor temperature; nothing where it isn't clear who measures it.
async fn outdoors(
    tx: &mut TenantTx,
    building: &str,
    (first, last): (NaiveDate, NaiveDate),
) -> Result<Vec<Hour>, ForecastsError> {
    match Thermometer::near(tx, building).await {
        Ok(Some(one)) => Ok(consumption::felt(tx, &one, first, last).await?),
        Ok(None) | Err(ConsumptionError::SeveralThermometers) => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

impl Values {
    /// The hours of which enough is known.
    pub fn hours(&self) -> Vec<Hour> {
        match self {
            Self::Building(meters, totals) => consumption::used(meters, totals),
            Self::Sensor(mode, totals) => {
                totals.iter().filter_map(|one| hour(*mode, one)).collect()
            }
        }
    }
}

fn hour(mode: Mode, one: &DayTotal) -> Option<Hour> {
    let (bucket, rollup) = (one.total.bucket, &one.total.rollup);
    let value = match mode {
        Mode::Instantaneous => rollup.mean()?,
        Mode::Interval | Mode::Cumulative => rollup.sum,
    };
    let known = mode == Mode::Instantaneous || rollup.coverage(bucket) >= WHOLE;
    known.then(|| Hour {
        start: bucket.start,
        value: value.to_f64(),
    })
}
