//! What the demo adds of its own: buildings, sensors and rules.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;

use super::client::Client;
use crate::Failure;

const CITY: &str = include_str!("data/city.json");

/// As the public API takes them.
#[derive(Deserialize)]
pub(super) struct City {
    buildings: Vec<Value>,
    sensors: Vec<Value>,
    rules: Vec<Value>,
}

impl City {
    pub fn read() -> Result<Self, Failure> {
        Ok(serde_json::from_str(CITY)?)
    }

    /// Registers what isn't there yet.
    pub async fn build(&self, client: &Client) -> Result<(), Failure> {
        for building in &self.buildings {
            client.make("citypulse/buildings", building).await?;
        }
        for sensor in &self.sensors {
            client.make("citypulse/sensors", sensor).await?;
        }
        Ok(())
    }

    pub async fn watch(&self, client: &Client) -> Result<(), Failure> {
        for rule in &self.rules {
            client.make("citypulse/alert-rules", rule).await?;
        }
        Ok(())
    }

    /// The newest reading of the sensor that has the oldest: what is before it is there for all.
    pub async fn stored_until(&self, client: &Client) -> Result<Option<DateTime<Utc>>, Failure> {
        let mut oldest = None::<DateTime<Utc>>;
        for sensor in &self.sensors {
            let id = sensor["id"].as_str().unwrap_or_default();
            let shown = client.get(&format!("citypulse/sensors/{id}")).await?;
            let newest = &shown["data"]["lastReading"]["timestamp"];
            let Some(newest) = newest.as_str().and_then(|text| text.parse().ok()) else {
                return Ok(None);
            };
            oldest = Some(oldest.map_or(newest, |oldest| oldest.min(newest)));
        }
        Ok(oldest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_looks_at_a_sensor_or_building_of_the_city() {
        let city = City::read().unwrap();
        let ids: Vec<&Value> = city
            .buildings
            .iter()
            .chain(&city.sensors)
            .map(|one| &one["id"])
            .collect();
        assert!(
            city.sensors
                .iter()
                .all(|sensor| ids.contains(&&sensor["buildingId"]))
        );
        for rule in &city.rules {
            let target = &rule["target"];
            assert!(
                ids.contains(&&target["sensorId"]) || ids.contains(&&target["buildingId"]),
                "{rule}"
            );
        }
    }
}
