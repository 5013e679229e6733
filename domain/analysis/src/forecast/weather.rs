//! The temperature as the families use it, and its continuation where no forecast of it is known.

use crate::stats::mean;

use super::calendar::Slot;
use super::series::Step;

/// The air at one step, in °C: buildings answer to what it is now and to what it has been. Wang, Liu
/// and Hong, Electric load forecasting with recency effect, International Journal of Forecasting
/// 32(3), 2016.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Air {
    pub now: f64,
    /// The mean of the last day.
    pub day: f64,
    /// The mean of the last three days.
    pub slow: f64,
}

/// The air at each step, without a gap.
#[derive(Clone, Debug)]
pub(crate) struct Weather {
    step: Step,
    air: Vec<Air>,
}

impl Weather {
    /// From temperatures with gaps (NaN); none where less than four fifths of `judged` steps are
    /// known.
    pub fn new(step: Step, mut temperatures: Vec<f64>, judged: usize) -> Option<Self> {
        let known = |values: &[f64]| values.iter().filter(|value| !value.is_nan()).count();
        let judged = judged.min(temperatures.len());
        if known(&temperatures[..judged]) * 5 < judged * 4 || known(&temperatures) == 0 {
            return None;
        }
        fill(&mut temperatures, step.per_day());
        let air = smooth(step, &temperatures, 0);
        Some(Self { step, air })
    }

    pub fn at(&self, index: usize) -> Option<Air> {
        self.air.get(index).copied()
    }

    /// The air of the steps from `origin` on, of which nothing is known: each hour as it was on
    /// average in the last two weeks, and what the last day was warmer or colder than they fades by
    /// a quarter a day. Murphy, Climatology, persistence, and their linear combination as standards
    /// of reference in skill scores, Weather and Forecasting 7(4), 1992.
    pub fn continued(&self, origin: usize, ahead: &[Slot], slots: &[Slot]) -> Vec<Air> {
        let per_day = self.step.per_day();
        let past = &self.air[..origin.min(self.air.len())];
        let recent = past.len().saturating_sub(14 * per_day)..past.len();
        let normal = by_hour(&past[recent.clone()], &slots[recent]);
        let deviation = past.last().map_or(0.0, |air| air.day - normal.1);
        let steps = (0_u16..).zip(ahead).map(|(nth, slot)| {
            let days = f64::from(nth) / per_day as f64;
            normal.0[slot.hour] + deviation * 0.75_f64.powf(days + 0.5)
        });
        let before = past.len().saturating_sub(3 * per_day);
        let mut temperatures: Vec<f64> = past[before..].iter().map(|air| air.now).collect();
        let from = temperatures.len();
        temperatures.extend(steps);
        smooth(self.step, &temperatures, from)
    }
}

/// The mean temperature of each hour of the day, and of all.
fn by_hour(air: &[Air], slots: &[Slot]) -> ([f64; 24], f64) {
    let all = mean(air.iter().map(|air| air.now)).unwrap_or(0.0);
    let mut sums = [(0.0, 0.0); 24];
    for (air, slot) in air.iter().zip(slots) {
        let (sum, count) = &mut sums[slot.hour];
        *sum += air.now;
        *count += 1.0;
    }
    (
        sums.map(|(sum, count)| if count > 0.0 { sum / count } else { all }),
        all,
    )
}

/// Means of the last day and the last three days at each step from one on.
fn smooth(step: Step, temperatures: &[f64], from: usize) -> Vec<Air> {
    let mut sums = Vec::with_capacity(temperatures.len() + 1);
    sums.push(0.0);
    let mut sum = 0.0;
    for value in temperatures {
        sum += value;
        sums.push(sum);
    }
    let last = |index: usize, count: usize| {
        let first = (index + 1).saturating_sub(count);
        (sums[index + 1] - sums[first]) / (index + 1 - first) as f64
    };
    let air = |index: usize| Air {
        now: temperatures[index],
        day: last(index, step.per_day()),
        slow: last(index, 3 * step.per_day()),
    };
    (from..temperatures.len()).map(air).collect()
}

/// Short gaps are bridged by a straight line; in longer ones each hour is as it was the day before.
fn fill(values: &mut [f64], per_day: usize) {
    bridge(values, 6.min(per_day));
    for index in per_day..values.len() {
        if values[index].is_nan() {
            values[index] = values[index - per_day];
        }
    }
    let mut next = f64::NAN;
    for value in values.iter_mut().rev() {
        if value.is_nan() {
            *value = next;
        }
        next = *value;
    }
    // What is left has nothing known behind it.
    let mut last = f64::NAN;
    for value in values.iter_mut() {
        if value.is_nan() {
            *value = last;
        }
        last = *value;
    }
}

/// Straight lines over gaps of at most so many steps.
fn bridge(values: &mut [f64], longest: usize) {
    let mut last: Option<usize> = None;
    for index in 0..values.len() {
        if values[index].is_nan() {
            continue;
        }
        if let Some(left) = last.filter(|left| (2..=longest + 1).contains(&(index - left))) {
            let (from, to) = (values[left], values[index]);
            let slope = (to - from) / (index - left) as f64;
            for (nth, gap) in values[left + 1..index].iter_mut().enumerate() {
                *gap = from + slope * (nth + 1) as f64;
            }
        }
        last = Some(index);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GAP: f64 = f64::NAN;

    fn slot(hour: usize) -> Slot {
        Slot {
            hour,
            weekday: 0,
            day: 0,
            year: 0.0,
        }
    }

    #[test]
    fn a_short_gap_is_bridged_by_a_line() {
        let weather = Weather::new(Step::Hour, vec![1.0, GAP, 3.0, 4.0, 5.0], 5).unwrap();
        assert_eq!(weather.at(1).unwrap().now, 2.0);
        assert_eq!(weather.at(2).unwrap().day, 2.0);
        assert_eq!(weather.at(5), None);
    }

    #[test]
    fn a_gap_at_either_end_takes_what_is_next_to_it() {
        let mut values = vec![7.0; 30];
        values[0] = GAP;
        values[29] = GAP;
        let weather = Weather::new(Step::Hour, values, 30).unwrap();
        assert_eq!(
            (weather.at(0).unwrap().now, weather.at(29).unwrap().now),
            (7.0, 7.0)
        );
    }

    #[test]
    fn weather_that_is_mostly_unknown_is_none() {
        assert!(Weather::new(Step::Hour, vec![1.0, GAP, GAP, GAP], 4).is_none());
        assert!(Weather::new(Step::Hour, vec![], 0).is_none());
    }

    #[test]
    fn a_warm_day_fades_into_the_days_before_it() {
        let mut values = vec![10.0; 14];
        values[13] = 24.0;
        let weather = Weather::new(Step::Day, values, 14).unwrap();
        let days = [slot(0); 20];
        let ahead = weather.continued(14, &days[..6], &days[..14]);
        assert!(ahead[0].now < 24.0 && ahead[0].now > ahead[5].now);
        assert!(ahead[5].now > 11.0 && ahead[5].now < 14.0);
        assert!(ahead[0].slow > ahead[0].now - 20.0);
    }
}
