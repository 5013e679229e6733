//! What the regression sees of a step.

use serde::{Deserialize, Serialize};

use crate::forecast::calendar::Slot;
use crate::forecast::frame::View;
use crate::forecast::weather::Air;
use crate::stats::quantile;

/// Below this daily mean in °C buildings are heated; above the other they are cooled. Where a meter's
/// own bends lie, the knots find: these only say which hours answer to cold and to heat.
const HEATED_BELOW: f64 = 16.0;
const COOLED_ABOVE: f64 = 18.0;

/// The columns of the regression: the hour of the day, the hour of the week, the temperature by
/// straight pieces (now, of the last day, of the last three), the hour's own answer to cold and heat,
/// and two waves of the year.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Columns {
    per_day: usize,
    /// Where the pieces of the temperature's response meet, in °C.
    knots: Vec<f64>,
    /// The range of temperatures that were seen; beyond it the response goes on for 5 °C only.
    range: Option<(f64, f64)>,
    annual: bool,
}

impl Columns {
    pub fn of(view: &View<'_>) -> Self {
        let mut days: Vec<f64> = (0..view.past.len())
            .filter_map(|index| view.air(index))
            .map(|air| air.day)
            .collect();
        days.sort_unstable_by(f64::total_cmp);
        let knots = [0.1, 0.3, 0.5, 0.7, 0.9].map(|share| quantile(&days, share));
        Self {
            per_day: view.step.per_day(),
            knots: knots.into_iter().flatten().collect(),
            range: days.first().copied().zip(days.last().copied()),
            annual: view.days() >= 400,
        }
    }

    /// Whether it says nothing without a temperature.
    pub fn need_air(&self) -> bool {
        self.range.is_some()
    }

    /// What the ridge holds back, for each column: the shape of the day little, what differs from it
    /// more.
    pub fn penalty(&self, ridge: f64) -> Vec<f64> {
        let mut penalty = vec![1e-6];
        penalty.extend(vec![0.1 * ridge; self.hours()]);
        penalty.extend(vec![ridge; 7 * self.per_day]);
        if self.range.is_some() {
            penalty.extend(vec![0.1 * ridge; self.responses() * (self.knots.len() + 1)]);
            penalty.extend(vec![ridge; 2 * self.hours()]);
        }
        penalty.extend(vec![ridge; if self.annual { 4 } else { 0 }]);
        penalty
    }

    /// The columns of a step that are not zero, in ascending order.
    pub fn row(&self, slot: Slot, air: Option<Air>, row: &mut Vec<(usize, f64)>) {
        row.clear();
        row.push((0, 1.0));
        let mut next = 1;
        if self.hours() > 0 {
            row.push((next + slot.hour, 1.0));
            next += self.hours();
        }
        row.push((next + slot.of_week(self.per_day), 1.0));
        next += 7 * self.per_day;
        if let (Some(range), Some(air)) = (self.range, air) {
            next = self.temperature(air, range, next, row);
            next = self.answer_of_hour(slot, air, next, row);
        }
        if self.annual {
            let angle = std::f64::consts::TAU * slot.year;
            let waves = [
                angle.sin(),
                angle.cos(),
                (2.0 * angle).sin(),
                (2.0 * angle).cos(),
            ];
            row.extend((next..).zip(waves));
        }
    }

    /// Straight pieces between the knots, as in Mathieu, Price, Kiliccote and Piette, Quantifying
    /// changes in building electricity use, with application to demand response, IEEE Transactions on
    /// Smart Grid 2(3), 2011.
    fn temperature(
        &self,
        air: Air,
        (low, high): (f64, f64),
        mut next: usize,
        row: &mut Vec<(usize, f64)>,
    ) -> usize {
        let responses = [air.day, air.slow, air.now];
        for degrees in responses.into_iter().take(self.responses()) {
            let degrees = degrees.clamp(low - 5.0, high + 5.0);
            row.push((next, degrees / 10.0));
            next += 1;
            for knot in &self.knots {
                if degrees > *knot {
                    row.push((next, (degrees - knot) / 10.0));
                }
                next += 1;
            }
        }
        next
    }

    fn answer_of_hour(
        &self,
        slot: Slot,
        air: Air,
        next: usize,
        row: &mut Vec<(usize, f64)>,
    ) -> usize {
        let hours = self.hours();
        if hours > 0 && air.day < HEATED_BELOW {
            row.push((next + slot.hour, (HEATED_BELOW - air.day).min(40.0) / 10.0));
        }
        if hours > 0 && air.day > COOLED_ABOVE {
            row.push((
                next + hours + slot.hour,
                (air.day - COOLED_ABOVE).min(40.0) / 10.0,
            ));
        }
        next + 2 * hours
    }

    /// Hours of the day have columns of their own where a day has more than one step.
    fn hours(&self) -> usize {
        if self.per_day > 1 { self.per_day } else { 0 }
    }

    /// The temperatures that are looked at: of a day, its mean is its only one.
    fn responses(&self) -> usize {
        if self.per_day > 1 { 3 } else { 2 }
    }
}
