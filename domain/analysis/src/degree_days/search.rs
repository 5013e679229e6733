//! The search for balance points (3.2) and the choice among candidates (3.4.3).

use super::fit::{Fit, assess};
use super::least_squares::{Column, Line, Response, intercept_only, one, two};
use super::model::{Branch, DegreeDayModel, Degrees, Side};
use super::student::two_sided_p;
use super::{Day, MAX_DAYS};

/// Which branches a meter may have, and what a day of zero says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metered {
    pub heating: bool,
    pub cooling: bool,
    /// A day without use is a day without reading (2.2.1.4).
    pub zero_is_missing: bool,
}

impl Metered {
    /// May heat and cool; a day of zeros is a dead meter.
    pub const ELECTRICITY: Self = Self {
        heating: true,
        cooling: true,
        zero_is_missing: true,
    };
    /// Gas, oil, district heat: never cool (3.2.1.1), and may rest for days.
    pub const HEAT: Self = Self {
        heating: true,
        cooling: false,
        zero_is_missing: false,
    };
    /// District cooling.
    pub const COLD: Self = Self {
        heating: false,
        cooling: true,
        zero_is_missing: false,
    };
}

/// Balance points from -1 to 32 °C (30 to 90 °F, 3.2.1) by half degrees; at most 1.67 are allowed (3.2.3).
const LOWEST_CELSIUS: f64 = -1.0;
const STEP_CELSIUS: f64 = 0.5;
const BALANCE_POINTS: u32 = 67;
/// A branch needs this many days of its own and 20 °F degree days, or it is fitted to a handful (3.2.2.2).
const FEWEST_DAYS: usize = 10;
const FEWEST_DEGREE_DAYS: f64 = 20.0 / 1.8;

/// By how much a candidate's adjusted R² must be higher: less is rounding, which would add terms for nothing.
const BETTER: f64 = 1e-9;

/// The best model of the days of which use and temperature are known: of all combinations of balance
/// points whose slopes and base load are positive, the one with the highest adjusted R²; without any,
/// the mean alone, which may be negative where more is fed in than used.
///
/// `None` with fewer than ten known days. No p-value is asked for: CalTRACK 2.0 dropped the screen of
/// version 1 (technical appendix, 3.4.3.2). A year takes some milliseconds.
pub fn fit_days(days: &[Day], metered: Metered) -> Option<Fit> {
    let days = &days[..days.len().min(MAX_DAYS)];
    let known: Vec<(&[f64], f64)> = days.iter().filter_map(Day::known).collect();
    if known.len() < FEWEST_DAYS {
        return None;
    }
    let y = Response::of(known.iter().map(|(_, usage)| *usage));
    // The method's own degrees first: the others must be better, not just as good.
    let [mean, hours] =
        [Degrees::Mean, Degrees::Hours].map(|degrees| best_candidate(&known, &y, metered, degrees));
    let fits = |candidate: &Candidate| y.adjusted_r_squared(&candidate.line);
    let best = if fits(&hours) > fits(&mean) + BETTER {
        hours
    } else {
        mean
    };
    Some(assess(best.model(&y), days, &y))
}

struct Candidate {
    line: Line,
    degrees: Degrees,
    heating_celsius: Option<f64>,
    cooling_celsius: Option<f64>,
}

/// The degrees of every day for one balance point.
struct Balance {
    celsius: f64,
    column: Column,
    /// Around their mean.
    degrees: Vec<f64>,
}

fn best_candidate(
    known: &[(&[f64], f64)],
    y: &Response,
    metered: Metered,
    degrees: Degrees,
) -> Candidate {
    let balances = |wanted: bool, side: Side| -> Vec<Balance> {
        (0..BALANCE_POINTS)
            .filter(|_| wanted)
            .map(|step| LOWEST_CELSIUS + STEP_CELSIUS * f64::from(step))
            .filter_map(|celsius| Balance::of(known, y, celsius, degrees, side))
            .collect()
    };
    let heating = balances(metered.heating, Side::Heating);
    let cooling = balances(metered.cooling, Side::Cooling);

    let mut best = Candidate {
        line: intercept_only(y),
        degrees,
        heating_celsius: None,
        cooling_celsius: None,
    };
    let mut offer = |line: Option<Line>, heat: Option<&Balance>, cool: Option<&Balance>| {
        let Some(line) = line.filter(qualifies) else {
            return;
        };
        if y.adjusted_r_squared(&line) > y.adjusted_r_squared(&best.line) + BETTER {
            best = Candidate {
                line,
                degrees,
                heating_celsius: heat.map(|balance| balance.celsius),
                cooling_celsius: cool.map(|balance| balance.celsius),
            };
        }
    };
    for heat in &heating {
        offer(one(y, &heat.column), Some(heat), None);
    }
    for cool in &cooling {
        offer(one(y, &cool.column), None, Some(cool));
    }
    for heat in &heating {
        for cool in cooling.iter().filter(|cool| cool.celsius >= heat.celsius) {
            let both = heat.degrees.iter().zip(&cool.degrees);
            let cross = both.map(|(heat, cool)| heat * cool).sum();
            offer(
                two(y, &heat.column, &cool.column, cross),
                Some(heat),
                Some(cool),
            );
        }
    }
    best
}

impl Balance {
    /// `None` where too few days lie beyond it.
    fn of(
        known: &[(&[f64], f64)],
        y: &Response,
        celsius: f64,
        degrees: Degrees,
        side: Side,
    ) -> Option<Self> {
        let mut of_days: Vec<f64> = (known.iter())
            .map(|(temperatures, _)| degrees.of(side, celsius, temperatures))
            .collect();
        let total: f64 = of_days.iter().sum();
        let days = of_days.iter().filter(|degrees| **degrees > 0.0).count();
        if days < FEWEST_DAYS || total < FEWEST_DEGREE_DAYS {
            return None;
        }
        let mean = total / known.len() as f64;
        of_days.iter_mut().for_each(|degrees| *degrees -= mean);
        let with = of_days.iter().zip(known);
        Some(Self {
            celsius,
            column: Column {
                mean,
                squares: of_days.iter().map(|degrees| degrees * degrees).sum(),
                with_response: with
                    .map(|(degrees, (_, usage))| degrees * (usage - y.mean))
                    .sum(),
            },
            degrees: of_days,
        })
    }
}

/// Use that falls with more cold or heat, or a base load below nothing, is no building (3.4.3.2).
fn qualifies(line: &Line) -> bool {
    line.intercept > 0.0 && line.slopes[..line.terms].iter().all(|slope| *slope > 0.0)
}

impl Candidate {
    fn model(&self, y: &Response) -> DegreeDayModel {
        let freedom = y.count as f64 - self.line.terms as f64 - 1.0;
        let variance = self.line.unexplained / freedom;
        let branch = |balance_celsius, term: usize| {
            let slope = self.line.slopes[term];
            let error = (variance * self.line.spread[term]).sqrt();
            Branch {
                balance_celsius,
                kwh_per_degree_day: slope,
                p_value: (error > 0.0)
                    .then(|| two_sided_p(slope / error, freedom))
                    .flatten(),
            }
        };
        DegreeDayModel {
            degrees: self.degrees,
            base_kwh_per_day: self.line.intercept,
            heating: self.heating_celsius.map(|balance| branch(balance, 0)),
            cooling: (self.cooling_celsius).map(|balance| branch(balance, self.line.terms - 1)),
        }
    }
}
