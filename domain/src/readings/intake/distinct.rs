//! Readings of the same sensor and time within one request: one of them is left.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::{Gathered, MOST_ERRORS, Row};
use crate::FieldError;
use crate::readings::OnConflict;

/// What was left out because the sensor has a reading of that time in the same request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Repeats {
    /// With the same value.
    pub same: usize,
    /// With another one.
    pub other: usize,
}

impl Gathered {
    /// Leaves one reading of each sensor and time: the first, or the last where the newer value counts.
    ///
    /// # Errors
    /// With those that say another value than one before, at most [`MOST_ERRORS`], where that is not
    /// accepted.
    pub fn leave_distinct(&mut self, on_conflict: OnConflict) -> Result<Repeats, Vec<FieldError>> {
        // Nearly always a sensor's readings come in the order of time, and none can be there twice.
        if self.is_in_order() {
            return Ok(Repeats::default());
        }
        let mut kept: HashMap<(u32, i64), usize> = HashMap::with_capacity(self.rows.len());
        let mut rows: Vec<Row> = Vec::with_capacity(self.rows.len());
        let (mut repeats, mut errors) = (Repeats::default(), Vec::new());
        for row in &self.rows {
            let time = row.reading.time.timestamp_millis();
            let before = match kept.entry((row.sensor, time)) {
                Entry::Vacant(free) => {
                    free.insert(rows.len());
                    rows.push(*row);
                    continue;
                }
                Entry::Occupied(taken) => &mut rows[*taken.get()],
            };
            if before.reading.value == row.reading.value {
                repeats.same += 1;
                continue;
            }
            repeats.other += 1;
            match on_conflict {
                OnConflict::Ignore => {}
                OnConflict::Correct => before.reading = row.reading,
                OnConflict::Reject if errors.len() < MOST_ERRORS => {
                    errors.push(row.error("value", differs(before)));
                }
                OnConflict::Reject => {}
            }
        }
        self.rows = rows;
        if errors.is_empty() {
            Ok(repeats)
        } else {
            Err(errors)
        }
    }

    fn is_in_order(&self) -> bool {
        let mut newest = vec![i64::MIN; self.sensors.len()];
        self.rows.iter().all(|row| {
            let time = row.reading.time.timestamp_millis();
            let newest = newest.get_mut(row.sensor as usize);
            newest.is_some_and(|newest| std::mem::replace(newest, time) < time)
        })
    }
}

fn differs(before: &Row) -> String {
    let value = before.reading.value;
    match before.line {
        0 => format!("is not {value}, as element {} says", before.number),
        line => format!("is not {value}, as line {line} says"),
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;
    use crate::readings::{Quality, Reading};

    /// Sensor, second and value of each.
    fn gathered(rows: &[(u32, i64, f64)]) -> Gathered {
        let row = |(number, (sensor, seconds, value)): (u32, &(u32, i64, f64))| Row {
            number,
            line: number + 2,
            sensor: *sensor,
            reading: Reading {
                time: DateTime::from_timestamp(*seconds, 0).unwrap(),
                value: *value,
                quality: Quality::Measured,
            },
        };
        let most = rows.iter().map(|(sensor, _, _)| sensor + 1).max();
        Gathered {
            sensors: (0..most.unwrap_or(0)).map(|n| format!("s{n}")).collect(),
            rows: (0..).zip(rows).map(row).collect(),
        }
    }

    fn left(gathered: &Gathered) -> Vec<(u32, i64, f64)> {
        let plain = |row: &Row| (row.sensor, row.reading.time.timestamp(), row.reading.value);
        gathered.rows.iter().map(plain).collect()
    }

    const ROWS: &[(u32, i64, f64)] = &[
        (0, 60, 1.0),
        (1, 60, 2.0),
        (0, 60, 1.0),
        (1, 60, 3.0),
        (0, 0, 4.0),
    ];

    #[test]
    fn the_first_stays_or_the_last_or_nothing_is_taken() {
        let counted = Ok(Repeats { same: 1, other: 1 });
        let mut ignoring = gathered(ROWS);
        assert_eq!(ignoring.leave_distinct(OnConflict::Ignore), counted);
        assert_eq!(left(&ignoring), [(0, 60, 1.0), (1, 60, 2.0), (0, 0, 4.0)]);
        let mut correcting = gathered(ROWS);
        assert_eq!(correcting.leave_distinct(OnConflict::Correct), counted);
        assert_eq!(left(&correcting), [(0, 60, 1.0), (1, 60, 3.0), (0, 0, 4.0)]);
        let wrong = gathered(ROWS).leave_distinct(OnConflict::Reject);
        let detail = "line 5: is not 2, as line 3 says";
        assert_eq!(wrong, Err(vec![FieldError::new("/3/value", detail)]));
        let mut repeated = gathered(&[ROWS[0], ROWS[2]]);
        let same = Ok(Repeats { same: 1, other: 0 });
        assert_eq!(repeated.leave_distinct(OnConflict::Reject), same);
    }

    proptest! {
        #[test]
        fn each_sensor_and_time_is_left_once(
            rows in prop::collection::vec((0..4_u32, 0..30_i64, (0..3_u8).prop_map(f64::from)), 0..60),
            correct in any::<bool>(),
        ) {
            let on_conflict = if correct { OnConflict::Correct } else { OnConflict::Ignore };
            let mut found = gathered(&rows);
            let repeats = found.leave_distinct(on_conflict).unwrap();
            let mut expected: Vec<(u32, i64, f64)> = Vec::new();
            for row in &rows {
                match expected.iter_mut().find(|one| (one.0, one.1) == (row.0, row.1)) {
                    Some(one) if correct => *one = *row,
                    Some(_) => {}
                    None => expected.push(*row),
                }
            }
            prop_assert_eq!(left(&found), expected);
            prop_assert_eq!(found.rows.len() + repeats.same + repeats.other, rows.len());
        }
    }
}
