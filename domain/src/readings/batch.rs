//! Readings of one request on their way into events.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::{OnConflict, Quality, ReadingsEvent, Recorded, Series};

/// The most readings in one event.
pub const MOST_POINTS: usize = 5_000;

/// One reading of one sensor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// The start of its period; whole milliseconds.
    pub time: DateTime<Utc>,
    /// In the sensor's unit.
    pub value: f64,
    pub quality: Quality,
}

/// Gathers the readings of one building; a sensor's stay in the order in which they came.
#[derive(Debug, Default)]
pub struct Batch {
    series: Vec<Series>,
    /// The series that a sensor's next reading goes to, by quality.
    open: HashMap<String, [Option<usize>; 3]>,
}

impl Batch {
    pub fn is_empty(&self) -> bool {
        self.series.is_empty()
    }

    pub fn push(&mut self, sensor: &str, reading: Reading) {
        let at = self.series_of(sensor, reading);
        let series = &mut self.series[at];
        let offset = (reading.time - series.start).num_milliseconds();
        series.points.push((offset, reading.value));
    }

    fn series_of(&mut self, sensor: &str, reading: Reading) -> usize {
        // Mostly one sensor's readings come one after the other.
        if let Some(last) = self.series.last()
            && last.sensor_id == sensor
            && last.quality == reading.quality
        {
            return self.series.len() - 1;
        }
        let place = match reading.quality {
            Quality::Measured => 0,
            Quality::Estimated => 1,
            Quality::Corrected => 2,
        };
        if let Some(at) = self.open.get(sensor).and_then(|open| open[place]) {
            return at;
        }
        let at = self.series.len();
        self.series.push(Series {
            sensor_id: sensor.to_owned(),
            quality: reading.quality,
            start: reading.time,
            points: Vec::new(),
        });
        let open = self.open.entry(sensor.to_owned()).or_default();
        open[place] = Some(at);
        at
    }

    pub(super) fn into_series(self) -> Vec<Series> {
        self.series
    }

    /// The events, each with at most [`MOST_POINTS`] readings.
    pub fn into_events(self, on_conflict: OnConflict) -> Vec<ReadingsEvent> {
        let recorded = |series| {
            ReadingsEvent::Recorded(Recorded {
                on_conflict,
                series,
            })
        };
        chunks(self.series).into_iter().map(recorded).collect()
    }
}

/// Cuts series so that each group holds at most [`MOST_POINTS`] points.
pub(super) fn chunks(series: Vec<Series>) -> Vec<Vec<Series>> {
    let mut groups = Vec::new();
    let (mut group, mut room) = (Vec::new(), MOST_POINTS);
    for mut one in series {
        while one.points.len() > room {
            let rest = one.points.split_off(room);
            let (sensor_id, quality, start) = (one.sensor_id.clone(), one.quality, one.start);
            group.push(one);
            groups.push(std::mem::take(&mut group));
            room = MOST_POINTS;
            one = Series {
                sensor_id,
                quality,
                start,
                points: rest,
            };
        }
        room -= one.points.len();
        if !one.points.is_empty() {
            group.push(one);
        }
    }
    if !group.is_empty() {
        groups.push(group);
    }
    groups
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reading(seconds: i64, value: f64) -> Reading {
        Reading {
            time: DateTime::from_timestamp(seconds, 0).unwrap(),
            value,
            quality: Quality::Measured,
        }
    }

    #[test]
    fn a_sensors_readings_make_one_series() {
        let mut batch = Batch::default();
        for (sensor, seconds, value) in [("a", 900, 1.0), ("b", 900, 2.0), ("a", 0, 3.0)] {
            batch.push(sensor, reading(seconds, value));
        }
        let events = batch.into_events(OnConflict::Ignore);
        let [ReadingsEvent::Recorded(recorded)] = &events[..] else {
            panic!("{events:?}");
        };
        assert_eq!(recorded.series[0].points, [(0, 1.0), (-900_000, 3.0)]);
        assert_eq!(recorded.series[1].sensor_id, "b");
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_no_event_is_too_large(
            all in prop::collection::vec((0..5_u8, -1_000_i64..1_000_000, -1e6..1e6), 0..200),
            repeat in 1..80_usize,
        ) {
            let mut batch = Batch::default();
            let mut expected: HashMap<String, Vec<(DateTime<Utc>, f64)>> = HashMap::new();
            for _ in 0..repeat {
                for (sensor, seconds, value) in &all {
                    let reading = reading(*seconds, *value);
                    batch.push(&sensor.to_string(), reading);
                    expected.entry(sensor.to_string()).or_default().push((reading.time, *value));
                }
            }
            let mut found: HashMap<String, Vec<(DateTime<Utc>, f64)>> = HashMap::new();
            for event in batch.into_events(OnConflict::Correct) {
                let ReadingsEvent::Recorded(recorded) = event else { panic!("{event:?}") };
                let many: usize = recorded.series.iter().map(|series| series.points.len()).sum();
                prop_assert!((1..=MOST_POINTS).contains(&many));
                for series in &recorded.series {
                    found.entry(series.sensor_id.clone()).or_default().extend(series.readings());
                }
            }
            prop_assert_eq!(found, expected);
        }
    }
}
