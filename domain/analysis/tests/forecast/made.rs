//! Meters that are made up, of which the truth is known.

use std::ops::ControlFlow;

use chrono::{DateTime, Datelike, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use flowgrid_analysis::forecast::{Calendar, Model, Options, Series, Step, fit};

pub const BERLIN: Tz = Tz::Europe__Berlin;

pub fn berlin() -> Calendar {
    Calendar::new(BERLIN, [])
}

pub fn hour(text: &str) -> i64 {
    text.parse::<DateTime<Utc>>().unwrap().timestamp() / 3600
}

/// The local time of an hour.
pub fn local(index: i64) -> DateTime<Tz> {
    BERLIN.from_utc_datetime(&Step::hour(index).unwrap().naive_utc())
}

/// Between -1 and 1, different for each number and always the same.
pub fn noise(number: i64) -> f64 {
    let mixed = number
        .wrapping_mul(0x5851_F42D_4C95_7F2D)
        .wrapping_add(0x1405_7B7E_F767_814F);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0x2545_F491_4F6C_DD1D);
    ((mixed >> 33) & 0xFFFF) as f64 / 32767.5 - 1.0
}

/// An office: 10 in working hours, 2 else, and a little noise.
pub fn office(index: i64) -> f64 {
    let time = local(index);
    let at_work = time.weekday().num_days_from_monday() < 5 && (8..18).contains(&time.hour());
    (if at_work { 10.0 } else { 2.0 }) + 0.3 * noise(index)
}

/// Hours of some meter up to an hour.
pub fn hours(end: i64, count: i64, meter: impl Fn(i64) -> f64) -> Series {
    Series {
        step: Step::Hour,
        start: end - count,
        values: (end - count..end).map(|index| Some(meter(index))).collect(),
    }
}

pub fn fitted(history: &Series, options: &Options) -> Model {
    fit(history, &berlin(), None, options, &mut |_| {
        ControlFlow::Continue(())
    })
    .unwrap()
}
