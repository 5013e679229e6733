//! The two shapes in which readings come, as requests. Times go on from one to the next of the same sensors, a
//! quarter of an hour apart, so no reading comes twice.

use std::fmt::Write;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::DateTime;

use super::city::{BUILDINGS, DEVICES, KINDS, SENSORS, bulk_sensor};

/// Readings of each sensor in a bulk request.
pub(crate) const EACH: usize = 100;
/// Quarters of an hour in two years; after them they come again.
const STEPS: usize = 2 * 365 * 96;
/// 2020-01-01T00:00:00Z, in seconds since 1970.
const FIRST: i64 = 1_577_836_800;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// 1,000 readings of a building's ten sensors.
    Bulk,
    /// Three readings of one device.
    Meters,
}

impl Shape {
    /// Readings of a request.
    pub fn readings(self) -> usize {
        match self {
            Self::Bulk => SENSORS * EACH,
            Self::Meters => KINDS.len(),
        }
    }

    pub fn connections(self) -> usize {
        match self {
            Self::Bulk => 16,
            Self::Meters => 256,
        }
    }
}

/// One request after the other.
#[derive(Debug)]
pub(crate) struct Stream {
    shape: Shape,
    token: String,
    /// The time of each step, written once.
    times: Vec<String>,
    next: AtomicUsize,
}

impl Stream {
    pub fn new(shape: Shape, token: String) -> Self {
        Self {
            shape,
            token,
            times: (0..STEPS).map(time).collect(),
            next: AtomicUsize::new(0),
        }
    }

    pub fn next_request(&self) -> Vec<u8> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let (kind, body) = match self.shape {
            Shape::Bulk => ("text/csv", self.bulk(number)),
            Shape::Meters => ("application/json", self.meter(number)),
        };
        let (token, length) = (&self.token, body.len());
        let head = format!(
            "POST /api/v1/citypulse/readings HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
        );
        [head.as_bytes(), body.as_bytes()].concat()
    }

    /// The same until there were so many.
    pub fn next_of(&self, many: usize) -> Option<Vec<u8>> {
        (self.next.load(Ordering::Relaxed) < many).then(|| self.next_request())
    }

    fn bulk(&self, number: usize) -> String {
        let (building, block) = (number % BUILDINGS, number / BUILDINGS);
        let mut body = String::with_capacity(48 * SENSORS * EACH);
        body.push_str("sensorId,timestamp,value\n");
        for sensor in 0..SENSORS {
            let id = bulk_sensor(building, sensor);
            for step in block * EACH..(block + 1) * EACH {
                let (time, value) = (&self.times[step % STEPS], value(building + sensor, step));
                // Writing to a text can't fail.
                let _ = writeln!(body, "{id},{time},{}.{:02}", value / 100, value % 100);
            }
        }
        body
    }

    fn meter(&self, number: usize) -> String {
        let (device, step) = (number % DEVICES, number / DEVICES);
        let (time, power) = (&self.times[step % STEPS], value(device, step));
        let [(count, ..), (watts, ..), (volts, ..)] = KINDS;
        let (counted, voltage) = (step * 10 + device % 10, 229 + device % 3);
        format!(
            r#"[{{"sensorId":"d-{device}-{count}","timestamp":"{time}","value":{counted}.5}},{{"sensorId":"d-{device}-{watts}","timestamp":"{time}","value":{}.{:02}}},{{"sensorId":"d-{device}-{volts}","timestamp":"{time}","value":{voltage}.25}}]"#,
            power / 100,
            power % 100
        )
    }
}

/// In hundredths.
pub(crate) fn value(sensor: usize, step: usize) -> usize {
    (sensor * 7 + step * 13) % 1_000
}

/// RFC 3339.
pub(super) fn time(step: usize) -> String {
    let seconds = FIRST + step as i64 * 900;
    let time = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_a_quarter_of_an_hour_apart() {
        assert_eq!(time(0), "2020-01-01T00:00:00Z");
        assert_eq!(time(59 * 96 + 95), "2020-02-29T23:45:00Z");
        assert_eq!(time(60 * 96), "2020-03-01T00:00:00Z");
        assert_eq!(time(366 * 96 - 1), "2020-12-31T23:45:00Z");
        assert_eq!(time(366 * 96), "2021-01-01T00:00:00Z");
    }

    #[test]
    fn no_sensor_reports_a_time_twice() {
        for (shape, many) in [(Shape::Bulk, 2 * BUILDINGS), (Shape::Meters, 2 * DEVICES)] {
            let stream = Stream::new(shape, String::new());
            let mut seen = std::collections::HashSet::new();
            for number in 0..many {
                let body = match shape {
                    Shape::Bulk => stream.bulk(number),
                    Shape::Meters => stream.meter(number).replace("},{", "\n"),
                };
                for line in body.lines().filter(|line| line.contains("20")) {
                    let key = line.rsplit_once([',']).map(|(key, _)| key.to_owned());
                    assert!(seen.insert(key), "{line}");
                }
            }
            assert_eq!(seen.len(), many * shape.readings());
        }
    }
}
