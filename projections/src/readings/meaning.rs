//! What the readings of a sensor mean.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use flowgrid_analysis::buckets;
use flowgrid_analysis::meters::{
    Calibration, Calibrations, Mode, Period, Reading, Register, Spread,
};
use flowgrid_analysis::units::Exact;
use flowgrid_domain::sensors::{self, Details};

use super::Point;

/// Where no period is known: the usual one of meters.
const PERIOD_SECONDS: i64 = 900;

/// What is needed to turn readings into rollups.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Meaning {
    pub zone: Tz,
    /// Nothing while the sensor isn't known: then its readings are kept by days of UTC, without rollups.
    pub meter: Option<Meter>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Meter {
    pub mode: Mode,
    pub period: Period,
    pub register: Register,
    pub calibrations: Calibrations,
}

impl Meaning {
    pub(super) const UNKNOWN: Self = Self {
        zone: Tz::UTC,
        meter: None,
    };

    /// Of a sensor in a building of that zone. Days are UTC's where the zone's name is unknown here.
    pub(super) fn of(details: &Details, zone: &str) -> Self {
        Self {
            zone: zone.parse().unwrap_or(Tz::UTC),
            meter: Some(Meter::of(details)),
        }
    }

    /// The day on the building's calendar.
    pub(super) fn date(&self, at_ms: i64) -> NaiveDate {
        buckets::date(moment(at_ms), self.zone)
    }

    /// The days that a reading reaches into.
    pub(super) fn reach(&self, at_ms: i64) -> (NaiveDate, NaiveDate) {
        let first = self.date(at_ms);
        let Some(meter) = &self.meter else {
            return (first, first);
        };
        let until = at_ms.saturating_add(meter.period.length().num_milliseconds() - 1);
        (first, self.date(until))
    }

    pub(super) fn is_cumulative(&self) -> bool {
        let mode = self.meter.as_ref().map(|meter| meter.mode);
        mode == Some(Mode::Cumulative)
    }
}

impl Meter {
    fn of(details: &Details) -> Self {
        let installed = &details.installed;
        let seconds = installed.period_seconds.map_or(PERIOD_SECONDS, i64::from);
        let size = installed.register_size.map(Exact::clamped);
        let calibration = |one: &sensors::Calibrated| Calibration {
            valid_from: one.valid_from,
            factor: one.factor,
            offset: one.offset,
        };
        let calibrations = details.calibrations.iter().map(calibration).collect();
        Self {
            mode: match installed.mode {
                sensors::Mode::Interval => Mode::Interval,
                sensors::Mode::Cumulative => Mode::Cumulative,
                sensors::Mode::Instantaneous => Mode::Instantaneous,
            },
            // The domain refuses what these refuse.
            period: Period::of_seconds(seconds).unwrap_or_else(|_| Period::longest()),
            register: Register::new(size, None).unwrap_or_default(),
            calibrations: Calibrations::new(calibrations).unwrap_or_default(),
        }
    }

    /// The reading as it should have been shown.
    pub(super) fn shown(&self, point: &Point) -> Reading {
        self.calibrations.reading(point.at(), point.value)
    }

    /// What one reading stands for; that of a count shows only beside its neighbours.
    pub(super) fn spread(&self, point: &Point) -> Option<Spread> {
        let reading = self.shown(point);
        match self.mode {
            Mode::Interval => Some(Spread::interval(reading, self.period)),
            Mode::Instantaneous => Some(Spread::instantaneous(reading, self.period)),
            Mode::Cumulative => None,
        }
    }
}

/// A count as the meter showed it.
pub(super) fn count(point: &Point) -> Reading {
    Reading {
        at: point.at(),
        value: Exact::clamped(point.value),
    }
}

fn moment(at_ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at_ms).unwrap_or_default()
}
