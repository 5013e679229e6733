//! From gathered readings to events: one for each building, some where there are many.

use std::collections::HashMap;

use super::Gathered;
use crate::readings::{Batch, OnConflict, ReadingsEvent};

impl Gathered {
    /// The events, each with the building whose it is. `buildings` says where each sensor is, in the order
    /// of [`Gathered::sensors`].
    pub fn to_events(
        &self,
        buildings: &[&str],
        on_conflict: OnConflict,
    ) -> Vec<(String, ReadingsEvent)> {
        let mut batches: Vec<(&str, Batch)> = Vec::new();
        let mut known: HashMap<&str, usize> = HashMap::new();
        let mut place = |building| {
            *known.entry(building).or_insert_with(|| {
                batches.push((building, Batch::default()));
                batches.len() - 1
            })
        };
        let places: Vec<usize> = buildings.iter().map(|one| place(one)).collect();
        for row in &self.rows {
            let place = places.get(row.sensor as usize);
            if let Some((_, batch)) = place.and_then(|place| batches.get_mut(*place)) {
                batch.push(self.sensor_of(row), row.reading);
            }
        }
        let mut events = Vec::with_capacity(batches.len());
        for (building, batch) in batches {
            for event in batch.into_events(on_conflict) {
                events.push((building.to_owned(), event));
            }
        }
        events
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use crate::readings::intake::{Format, Intake};
    use crate::readings::{OnConflict, ReadingsEvent};

    #[test]
    fn each_building_gets_the_readings_of_its_sensors() {
        let body = "sensor,time,value\na,2026-05-01T00:00:00Z,1\nb,2026-05-01T00:00:00Z,2\n\
            c,2026-05-01T00:00:00Z,3\na,2026-05-01T01:00:00Z,4\n";
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let mut intake = Intake::new(Format::Csv, None, now);
        assert!(intake.push(body.as_bytes()));
        let gathered = intake.finish().unwrap();
        let events = gathered.to_events(&["school", "hall", "school"], OnConflict::Correct);
        let values = |event: &ReadingsEvent| match event {
            ReadingsEvent::Recorded(recorded) => {
                assert_eq!(recorded.on_conflict, OnConflict::Correct);
                let series = recorded.series.iter();
                series
                    .flat_map(|one| one.points.iter().map(|(_, value)| *value))
                    .collect()
            }
            ReadingsEvent::Corrected(_) => Vec::new(),
        };
        let found: Vec<(&str, Vec<f64>)> = events
            .iter()
            .map(|(building, event)| (&**building, values(event)))
            .collect();
        assert_eq!(
            found,
            [("school", vec![1.0, 4.0, 3.0]), ("hall", vec![2.0])]
        );
    }
}
