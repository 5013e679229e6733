//! The energy meters of an organization, and how what they count becomes kWh.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;
use flowgrid_analysis::meters::{Flow, Meter, MeterTree};
use flowgrid_analysis::units::{Carrier, Conversion, Exact, FuelValue};
use flowgrid_domain::sensors::{Direction, Mode, SensorResource};

use super::ConsumptionError;
use crate::buildings;
use crate::documents::{self, DocumentFilter};
use crate::{ModelName, TenantTx, sensors};

/// The most meters of one question.
pub const MOST_METERS: usize = 2_000;
/// Read at once.
const PAGE: u32 = 500;

/// The read models that these questions take.
pub const MODELS: [ModelName; 4] = [
    ModelName::Readings,
    ModelName::Sensors,
    ModelName::Buildings,
    ModelName::Alerts,
];

/// Energy meters with all that is needed to read them.
#[derive(Clone, Debug)]
pub struct Meters {
    pub tree: MeterTree,
    pub conversions: BTreeMap<String, Conversion>,
    /// The calendars of buildings; UTC where a building has none.
    pub zones: BTreeMap<String, Tz>,
    pub unconverted: Vec<String>,
    /// Meters whose readings are each of a quarter of an hour.
    pub quarter_hourly: BTreeSet<String>,
}

impl Meters {
    /// Those of one building, or of all.
    ///
    /// # Errors
    /// [`ConsumptionError`] when there is no such building, there are more than [`MOST_METERS`], or read models
    /// can't be read.
    pub async fn load(tx: &mut TenantTx, building: Option<&str>) -> Result<Self, ConsumptionError> {
        let named = building.map(|id| vec![id.to_owned()]);
        Self::load_of(tx, named.as_deref()).await
    }

    /// Those of some buildings, or of all.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub async fn load_of(
        tx: &mut TenantTx,
        named: Option<&[String]>,
    ) -> Result<Self, ConsumptionError> {
        let mut sensors = Vec::new();
        match named {
            None => sensors = energy_sensors(tx, None).await?,
            Some(ids) => {
                for id in ids {
                    sensors.extend(energy_sensors(tx, Some(id)).await?);
                }
            }
        }
        if sensors.len() > MOST_METERS {
            return Err(ConsumptionError::TooManyMeters);
        }
        let mut zones = BTreeMap::new();
        let places: BTreeSet<&str> = sensors
            .iter()
            .map(|sensor| sensor.building_id.as_str())
            .chain(named.into_iter().flatten().map(String::as_str))
            .collect();
        for place in places {
            let row = buildings::get(tx, place).await?;
            if row.is_none() && named.is_some() {
                return Err(ConsumptionError::NoSuchBuilding);
            }
            let zone = row.and_then(|row| row.timezone?.parse().ok());
            zones.insert(place.to_owned(), zone.unwrap_or(Tz::UTC));
        }
        Ok(Self::of(&sensors, zones))
    }

    pub fn count(&self) -> i64 {
        i64::try_from(self.tree.meters().len()).unwrap_or(i64::MAX)
    }

    fn of(sensors: &[SensorResource], zones: BTreeMap<String, Tz>) -> Self {
        let (mut conversions, mut meters, mut unconverted) =
            (BTreeMap::new(), Vec::new(), Vec::new());
        for sensor in sensors {
            match (carrier(sensor), conversion(sensor)) {
                (Some(carrier), Some(conversion)) => {
                    conversions.insert(sensor.id.clone(), conversion);
                    meters.push(meter(sensor, carrier));
                }
                (Some(_), None) => unconverted.push(sensor.id.clone()),
                (None, _) => {}
            }
        }
        let quarters = |sensor: &&SensorResource| {
            sensor.mode == Mode::Interval && sensor.period_seconds == Some(900)
        };
        let quarter_hourly = sensors.iter().filter(quarters);
        Self {
            quarter_hourly: quarter_hourly.map(|sensor| sensor.id.clone()).collect(),
            tree: tree(meters),
            conversions,
            zones,
            unconverted,
        }
    }

    /// The same without meters of which nothing is asked.
    #[must_use]
    pub fn only(&self, wanted: impl Fn(&Meter) -> bool) -> Self {
        let meters = self.tree.meters().iter();
        Self {
            tree: tree(meters.filter(|meter| wanted(meter)).cloned().collect()),
            ..self.clone()
        }
    }

    pub fn ids(&self) -> Vec<&str> {
        let meters = self.tree.meters().iter();
        meters.map(|meter| meter.id.as_str()).collect()
    }

    /// What a meter counted, in kWh; nothing where it is unknown.
    pub fn kwh(&self, meter: &str, sum: Exact) -> Exact {
        let conversion = self.conversions.get(meter);
        conversion.map_or(Exact::ZERO, |conversion| conversion.kwh(sum))
    }
}

async fn energy_sensors(
    tx: &mut TenantTx,
    building: Option<&str>,
) -> Result<Vec<SensorResource>, ConsumptionError> {
    let kinds = Carrier::ALL.map(Carrier::name);
    let mut found = Vec::new();
    loop {
        let filter = DocumentFilter {
            owner: building.map(str::to_owned),
            one_of: vec![("kind", kinds.to_vec())],
            limit: PAGE,
            offset: found.len() as u64,
            ..DocumentFilter::default()
        };
        let page = documents::list(tx, ModelName::Sensors, &filter).await?;
        if page.total > MOST_METERS as u64 {
            return Err(ConsumptionError::TooManyMeters);
        }
        let before = found.len();
        for row in &page.items {
            found.push(sensors::resource(row)?);
        }
        if found.len() == before || found.len() as u64 >= page.total {
            // Power is no energy that was counted: a building's meter of kW stands beside its meter of kWh.
            found.retain(|sensor| sensor.mode != Mode::Instantaneous);
            return Ok(found);
        }
    }
}

fn carrier(sensor: &SensorResource) -> Option<Carrier> {
    sensor.kind.parse().ok()
}

fn conversion(sensor: &SensorResource) -> Option<Conversion> {
    let exact = |value: f64| Exact::new(value).ok();
    let fuel = sensor
        .calorific_value
        .and_then(exact)
        .and_then(|calorific| {
            let state = sensor.state_number.and_then(exact).unwrap_or(Exact::ONE);
            FuelValue::new(calorific, state, "the meter's own").ok()
        });
    Conversion::of(&sensor.unit, fuel)
}

fn meter(sensor: &SensorResource, carrier: Carrier) -> Meter {
    Meter {
        id: sensor.id.clone(),
        building: sensor.building_id.clone(),
        carrier,
        flow: match sensor.direction {
            Direction::Consumption => Flow::Drawn,
            Direction::Generation => Flow::Produced,
        },
        parent: sensor.parent_id.clone(),
    }
}

/// A meter whose main meter isn't there, or counts something else, stands for itself.
fn tree(mut meters: Vec<Meter>) -> MeterTree {
    let known: BTreeMap<String, (Carrier, Flow)> = meters
        .iter()
        .map(|meter| (meter.id.clone(), (meter.carrier, meter.flow)))
        .collect();
    for meter in &mut meters {
        let fits = |parent: &String| known.get(parent) == Some(&(meter.carrier, Flow::Drawn));
        meter.parent = meter.parent.take().filter(fits);
    }
    let alone = meters.clone();
    MeterTree::new(meters).unwrap_or_else(|_| {
        let alone = alone.into_iter().map(|meter| Meter {
            parent: None,
            ..meter
        });
        MeterTree::new(alone.collect()).unwrap_or_default()
    })
}
