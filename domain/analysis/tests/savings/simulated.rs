//! Meters drawn from a known building over the real weather of Illinois.
//!
//! [`Noise::Exponential`] with [`Building::lag_hours`] of 3 is how the given meters were simulated, as
//! far as their numbers tell: their hours have a standard deviation equal to their mean, and of all lags
//! three hours leaves the least unexplained, with the base loads of metadata.json to a tenth.

use chrono::{NaiveDate, TimeZone};
use flowgrid_analysis::degree_days::{Hour, Metered};
use flowgrid_analysis::savings::Periods;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::given::ZONE;

#[derive(Debug, Clone, Copy)]
pub struct Building {
    pub base_kwh_per_day: f64,
    pub heating: Option<(f64, f64)>,
    pub cooling: Option<(f64, f64)>,
    /// How late the building answers to the weather.
    pub lag_hours: usize,
    /// Share by which every load is lower after the work.
    pub saved_share: f64,
}

#[derive(Debug, Clone, Copy)]
pub enum Noise {
    /// Every hour by itself, with a standard deviation equal to its mean.
    Exponential,
    /// Days that are off together by this share (standard deviation) and resemble the day before, and
    /// hours that are off by the same share on their own.
    Lasting { share: f64, resemblance: f64 },
}

pub struct Simulated {
    pub usage: Vec<Hour>,
    pub metered: Metered,
    pub periods: Periods,
    /// What the draw was expected to save, as a share of what would have been used.
    pub true_share: f64,
}

/// The work is done at the turn of 2016 to 2017. `missing` is the share of hours that never arrived.
pub fn draw(
    building: &Building,
    weather: &[Hour],
    noise: Noise,
    missing: f64,
    seed: u64,
) -> Simulated {
    let date = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
    let midnight = date(2016, 12, 30).and_hms_opt(0, 0, 0).unwrap();
    let work = ZONE.from_local_datetime(&midnight).unwrap();
    let mut random = StdRng::seed_from_u64(seed);
    let mut off_today = 0.0;
    let mut usage = Vec::with_capacity(weather.len());
    for (index, hour) in weather.iter().enumerate() {
        if index % 24 == 0 {
            off_today = next_day(noise, off_today, &mut random);
        }
        let felt = weather[index.saturating_sub(building.lag_hours)].value;
        let after = hour.start >= work;
        let left = if after {
            1.0 - building.saved_share
        } else {
            1.0
        };
        let factor = factor(noise, off_today, &mut random);
        if random.random::<f64>() >= missing {
            usage.push(Hour {
                start: hour.start,
                value: building.kwh(felt) * left * factor,
            });
        }
    }
    Simulated {
        usage,
        metered: Metered {
            cooling: building.cooling.is_some(),
            ..Metered::ELECTRICITY
        },
        periods: Periods::around(date(2016, 12, 26), date(2017, 1, 4)).unwrap(),
        true_share: building.saved_share,
    }
}

impl Building {
    /// kWh of one hour.
    fn kwh(&self, celsius: f64) -> f64 {
        let heating = self
            .heating
            .map_or(0.0, |(balance, slope)| slope * (balance - celsius).max(0.0));
        let cooling = self
            .cooling
            .map_or(0.0, |(balance, slope)| slope * (celsius - balance).max(0.0));
        (self.base_kwh_per_day + heating + cooling) / 24.0
    }

    /// Base loads, slopes, balance points and savings of all sizes.
    pub fn any(seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed ^ 0xb111_d1e5);
        let base_kwh_per_day = 10f64.powf(random.random_range(0.5..3.5));
        let steepness = |random: &mut StdRng| base_kwh_per_day * random.random_range(0.03..0.2);
        let heating = (random.random_range(11.0..17.0), steepness(&mut random));
        let cooling = (random.random_range(18.0..23.0), steepness(&mut random));
        let kind = random.random_range(0..4);
        Self {
            base_kwh_per_day,
            heating: (kind != 1 && kind != 3).then_some(heating),
            cooling: (kind != 0 && kind != 3).then_some(cooling),
            lag_hours: random.random_range(0..4),
            saved_share: random.random_range(-0.05..0.3),
        }
    }
}

fn next_day(noise: Noise, yesterday: f64, random: &mut StdRng) -> f64 {
    match noise {
        Noise::Exponential => 0.0,
        Noise::Lasting { share, resemblance } => {
            let fresh = (1.0 - resemblance * resemblance).sqrt();
            resemblance * yesterday + fresh * share * normal(random)
        }
    }
}

fn factor(noise: Noise, off_today: f64, random: &mut StdRng) -> f64 {
    match noise {
        Noise::Exponential => -(1.0 - random.random::<f64>()).ln(),
        Noise::Lasting { share, .. } => (1.0 + off_today + share * normal(random)).max(0.0),
    }
}

/// Box and Muller (1958).
fn normal(random: &mut StdRng) -> f64 {
    let radius = (-2.0 * (1.0 - random.random::<f64>()).ln()).sqrt();
    radius * (std::f64::consts::TAU * random.random::<f64>()).cos()
}
