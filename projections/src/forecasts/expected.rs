//! What readings of a sensor should be.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::Kept;

/// Hours that are remembered: two weeks.
const MOST_HOURS: usize = 14 * 24;

/// What each hour should bring, by the newest forecast that was made before it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expected {
    /// By hours since 1970.
    hours: BTreeMap<i64, f64>,
    newest: i64,
    per_reading: f64,
}

impl Expected {
    /// Takes in a forecast; one that begins before another that is known already changes nothing.
    pub fn learn(&mut self, kept: &Kept) {
        self.take(kept);
        while self.hours.len() > MOST_HOURS {
            self.hours.pop_first();
        }
    }

    /// The same of forecasts in order, however far they reach back.
    pub fn of(all: &[Kept]) -> Self {
        let mut expected = Self::default();
        for kept in all {
            expected.take(kept);
        }
        expected
    }

    fn take(&mut self, kept: &Kept) {
        let origin = hour(kept.origin);
        if origin < self.newest {
            return;
        }
        self.newest = origin;
        self.per_reading = kept.per_reading;
        self.hours.split_off(&origin);
        let points = kept.forecast.points.iter();
        self.hours
            .extend(points.map(|point| (point.index, point.predicted)));
    }

    /// What a reading of this time should be; `None` where nothing was foretold.
    pub fn at(&self, time: DateTime<Utc>) -> Option<f64> {
        let hour = self.hours.get(&hour(time))?;
        Some(hour * self.per_reading)
    }
}

fn hour(time: DateTime<Utc>) -> i64 {
    time.timestamp().div_euclid(3_600)
}

#[cfg(test)]
mod tests {
    use flowgrid_analysis::forecast::{Family, Forecast, Holdout, Judgement, Point, Step};

    use super::*;

    fn at(hours: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(hours * 3_600 + 900, 0).unwrap()
    }

    fn kept(origin: i64, hours: i64, predicted: f64) -> Kept {
        let point = |index| Point {
            index,
            predicted,
            lower: 0.0,
            upper: 2.0 * predicted,
        };
        let judgement = Judgement {
            family: Family::Regression,
            mase: None,
            naive: Family::NaiveDaily,
            naive_mase: None,
            coverage: None,
            level: 0.9,
            holdout: Holdout {
                start: 0,
                end: 0,
                origins: 0,
                values: 0,
            },
            table: Vec::new(),
        };
        Kept {
            origin: DateTime::from_timestamp(origin * 3_600, 0).unwrap(),
            made_at: at(origin),
            unit: "kWh".to_owned(),
            per_reading: 0.25,
            forecast: Forecast {
                step: Step::Hour,
                points: (origin..origin + hours).map(point).collect(),
                family: Family::Regression,
                judgement,
                notes: Vec::new(),
            },
        }
    }

    #[test]
    fn an_hour_is_expected_by_the_newest_forecast_made_before_it() {
        let mut expected = Expected::default();
        expected.learn(&kept(100, 48, 8.0));
        expected.learn(&kept(124, 48, 4.0));
        // Read again, out of order.
        expected.learn(&kept(100, 48, 9.0));
        let quarters = [99, 100, 123, 124, 171, 172].map(|hour| expected.at(at(hour)));
        let wanted = [None, Some(2.0), Some(2.0), Some(1.0), Some(1.0), None];
        assert_eq!(quarters, wanted);
    }

    #[test]
    fn two_weeks_are_remembered() {
        let mut expected = Expected::default();
        for day in 0..30 {
            expected.learn(&kept(day * 24, 168, 1.0));
        }
        assert_eq!(expected.hours.len(), MOST_HOURS);
        assert!(expected.at(at(29 * 24 + 167)).is_some());
        let all: Vec<Kept> = (0..30).map(|day| kept(day * 24, 168, 1.0)).collect();
        assert!(Expected::of(&all).at(at(0)).is_some());
    }
}
