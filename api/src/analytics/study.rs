//! Building by building: what is known of it is read, and then looked at on a thread of its own.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use flowgrid_analysis::buckets::date;
use flowgrid_analysis::degree_days::{Hour, Metered};
use flowgrid_analysis::units::Carrier;
use flowgrid_domain::sensors::Mode;
use flowgrid_domain::tariffs::TariffResource;
use flowgrid_projections::consumption::{self, ConsumptionError, MODELS, Meters, Thermometer};
use flowgrid_projections::documents::{self, DocumentFilter};
use flowgrid_projections::readings::{self, DayTotal};
use flowgrid_projections::{ModelName, TenantTx, buildings, sensors, tariffs};

use super::asked::Asked;
use crate::context::{Access, Viewer};
use crate::error::ApiError;

/// The most buildings of one question.
const MOST_BUILDINGS: usize = 50;
/// The read models in which it stands.
const LOOKED_AT: [ModelName; 5] = {
    let [a, b, c, d] = MODELS;
    [a, b, c, d, ModelName::Tariffs]
};
/// How long all of them together may take.
const LONGEST: Duration = Duration::from_secs(20);
/// The most sensors of a building, beside its meters, that are looked at.
const MOST_SENSORS: u32 = 20;

/// What is known of a building, from some time before what was asked for.
pub struct Known {
    pub id: String,
    pub name: String,
    /// m².
    pub area: Option<f64>,
    pub zone: Tz,
    /// The hours of each carrier, in kWh.
    pub carriers: Vec<(Carrier, Vec<Hour>)>,
    /// °C; empty where nobody measures it.
    pub outdoors: Vec<Hour>,
    /// Where they were asked for.
    pub sensors: Vec<Watched>,
    /// All of the organization.
    pub tariffs: Vec<TariffResource>,
}

/// What a sensor shows, hour by hour, in its own unit.
pub struct Watched {
    pub id: String,
    pub kind: String,
    pub unit: String,
    pub hours: Vec<Hour>,
}

/// How much is read.
#[derive(Clone, Copy)]
pub struct Depth {
    /// From how long before what was asked for.
    pub lead: TimeDelta,
    /// Sensors as well.
    pub sensors: bool,
}

/// Looks at each building that was asked for.
///
/// # Errors
/// 404 without such a building; 400 where there are too many, or too much time; 503 where it takes too long.
pub async fn each<T: Send + 'static>(
    access: &Access<Viewer>,
    asked: &Asked,
    depth: Depth,
    look: fn(&Asked, &Known) -> T,
) -> Result<Vec<T>, ApiError> {
    let (begun, mut found) = (Instant::now(), Vec::new());
    for id in of_interest(access, asked).await? {
        if begun.elapsed() > LONGEST {
            return Err(too_slow());
        }
        let mut tx = access.query(&LOOKED_AT).await?;
        let raw = Raw::read(&mut tx, &id, asked, depth).await?;
        drop(tx);
        let asked = asked.clone();
        found.push(
            access
                .study(move || look(&asked, &raw.known(&asked)))
                .await?,
        );
    }
    Ok(found)
}

fn too_slow() -> ApiError {
    ApiError::Unavailable {
        code: "query-too-slow",
        detail: "the question took too long; ask for one building or for less time".into(),
        retry_after_s: 1,
        cause: "too many buildings".to_owned(),
    }
}

async fn of_interest(access: &Access<Viewer>, asked: &Asked) -> Result<BTreeSet<String>, ApiError> {
    if let Some(building) = &asked.building {
        return Ok(BTreeSet::from([building.clone()]));
    }
    let mut tx = access.query(&MODELS).await?;
    let meters = Meters::load(&mut tx, None).await?;
    if meters.zones.len() > MOST_BUILDINGS {
        let detail =
            format!("is required: there are more than {MOST_BUILDINGS} buildings with meters");
        return Err(ApiError::parameter("building", detail));
    }
    Ok(meters.zones.into_keys().collect())
}

/// As it was read.
struct Raw {
    known: Known,
    meters: Meters,
    totals: Vec<DayTotal>,
}

impl Raw {
    async fn read(
        tx: &mut TenantTx,
        id: &str,
        asked: &Asked,
        depth: Depth,
    ) -> Result<Self, ApiError> {
        let building = buildings::get(tx, id).await?.ok_or(ApiError::NotFound)?;
        let meters = Meters::load(tx, Some(id)).await?;
        let meters = meters.only(|meter| meter.building == id);
        let zone = meters.zones.get(id).copied().unwrap_or(Tz::UTC);
        let dates = dates(asked.from - depth.lead, asked.to, zone);
        let totals = consumption::hours_of(tx, &meters, dates.0, dates.1).await?;
        let sensors = if depth.sensors {
            watched(tx, id, dates).await?
        } else {
            Vec::new()
        };
        let known = Known {
            id: building.id,
            name: building.name,
            area: building.area,
            zone,
            carriers: Vec::new(),
            outdoors: outdoors(tx, id, dates).await?,
            sensors,
            tariffs: tariffs::all(tx).await?,
        };
        Ok(Self {
            known,
            meters,
            totals,
        })
    }

    fn known(mut self, asked: &Asked) -> Known {
        let meters = self.meters.tree.meters().iter();
        let carriers: BTreeSet<Carrier> = meters.map(|meter| meter.carrier).collect();
        let wanted = |carrier: &Carrier| asked.carrier.is_none_or(|wanted| wanted == *carrier);
        for carrier in carriers.into_iter().filter(wanted) {
            let meters = self.meters.only(|meter| meter.carrier == carrier);
            let ids: BTreeSet<String> = meters.ids().into_iter().map(str::to_owned).collect();
            let totals: Vec<DayTotal> = self
                .totals
                .extract_if(.., |one| ids.contains(&one.sensor_id))
                .collect();
            let mut hours = consumption::used(&meters, &totals);
            hours.retain(|hour| hour.start < asked.to);
            self.known.carriers.push((carrier, hours));
        }
        self.known
    }
}

impl Known {
    /// The hours of a stretch of time.
    pub fn within(hours: &[Hour], from: DateTime<Utc>, to: DateTime<Utc>) -> &[Hour] {
        let before = |moment| hours.partition_point(|hour| hour.start < moment);
        hours.get(before(from)..before(to)).unwrap_or_default()
    }
}

/// What a carrier may be used for.
pub fn metered(carrier: Carrier) -> Metered {
    match carrier {
        Carrier::Electricity => Metered::ELECTRICITY,
        Carrier::Gas | Carrier::Heat => Metered::HEAT,
    }
}

fn dates(from: DateTime<Utc>, to: DateTime<Utc>, zone: Tz) -> (NaiveDate, NaiveDate) {
    (date(from, zone), date(to, zone))
}

async fn outdoors(
    tx: &mut TenantTx,
    building: &str,
    (first, last): (NaiveDate, NaiveDate),
) -> Result<Vec<Hour>, ApiError> {
    match Thermometer::near(tx, building).await {
        Ok(Some(one)) => Ok(consumption::felt(tx, &one, first, last).await?),
        Ok(None) | Err(ConsumptionError::SeveralThermometers) => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

/// Sensors that show how it is at a moment.
async fn watched(
    tx: &mut TenantTx,
    building: &str,
    (first, last): (NaiveDate, NaiveDate),
) -> Result<Vec<Watched>, ApiError> {
    let filter = DocumentFilter {
        owner: Some(building.to_owned()),
        equal: vec![("mode", "instantaneous".to_owned())],
        limit: MOST_SENSORS,
        ..DocumentFilter::default()
    };
    let page = documents::list(tx, ModelName::Sensors, &filter).await?;
    let mut all = Vec::new();
    for row in &page.items {
        let sensor = sensors::resource(row)?;
        if sensor.mode != Mode::Instantaneous {
            continue;
        }
        let totals = readings::hour_totals(tx, &[&sensor.id], first, last).await?;
        let hour = |one: &DayTotal| {
            Some(Hour {
                start: one.total.bucket.start,
                value: one.total.rollup.mean()?.to_f64(),
            })
        };
        all.push(Watched {
            hours: totals.iter().filter_map(hour).collect(),
            id: sensor.id,
            kind: sensor.kind,
            unit: sensor.unit,
        });
    }
    Ok(all)
}
