//! What all families look at: the past, its calendar, its weather.

use super::calendar::{Calendar, Slot};
use super::options::{ForecastError, Outlook};
use super::series::{Series, Step};
use super::weather::{Air, Weather};
use crate::stats::quantile;

/// A series with the calendar and the weather of its steps and of those to come.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub step: Step,
    pub start: i64,
    /// What was measured; NaN in gaps.
    pub truth: Vec<f64>,
    /// The same for learning: cut where a meter must have been wrong.
    learnt: Vec<f64>,
    /// Of the past, then of the steps ahead.
    pub slots: Vec<Slot>,
    weather: Option<Weather>,
    outlook: Outlook,
}

impl Frame {
    /// The past and `ahead` steps after it.
    ///
    /// # Errors
    /// When the steps differ, or lie beyond the calendar.
    pub fn new(
        history: &Series,
        ahead: usize,
        calendar: &Calendar,
        temperature: Option<&Series>,
        outlook: Outlook,
    ) -> Result<Self, ForecastError> {
        let Series { step, start, .. } = *history;
        if temperature.is_some_and(|temperature| temperature.step != step) {
            return Err(ForecastError::Steps);
        }
        let total = history.values.len() + ahead;
        let slots = (0..i64::try_from(total).map_err(|_| ForecastError::Calendar)?)
            .map(|nth| calendar.slot(step, start.checked_add(nth)?))
            .collect::<Option<Vec<_>>>()
            .ok_or(ForecastError::Calendar)?;
        let truth = history.window(start, history.values.len());
        let weather = temperature
            .and_then(|series| Weather::new(step, series.window(start, total), truth.len()));
        Ok(Self {
            step,
            start,
            learnt: truth.clone(),
            truth,
            slots,
            weather,
            outlook,
        })
    }

    /// Learns nothing from values far outside of all others.
    pub fn cut(mut self) -> Self {
        self.learnt = cut(&self.truth);
        self
    }

    pub fn has_weather(&self) -> bool {
        self.weather.is_some()
    }

    /// The newest steps of what is learnt from, and their temperature.
    pub fn newest(&self, count: usize) -> (Series, Option<Series>) {
        let first = self.learnt.len().saturating_sub(count);
        let series = |values| Series {
            step: self.step,
            start: self.start + i64::try_from(first).unwrap_or(0),
            values,
        };
        let known = |value: &f64| (!value.is_nan()).then_some(*value);
        let history = series(self.learnt[first..].iter().map(known).collect());
        let temperature = self.weather.as_ref().map(|weather| {
            let air = (first..self.learnt.len()).map(|index| weather.at(index));
            series(air.map(|air| air.map(|air| air.now)).collect())
        });
        (history, temperature)
    }

    /// What is known at `origin` (the number of steps before it), and `steps` to foretell.
    pub fn view(&self, origin: usize, steps: usize) -> View<'_> {
        let whole = View {
            step: self.step,
            past: &self.learnt,
            slots: &self.slots,
            weather: self.weather.as_ref(),
            outlook: self.outlook,
            ahead: None,
        };
        whole.earlier(origin, steps)
    }
}

/// What is known at one moment. Nothing in it lies behind that moment, but the calendar and, where a
/// weather forecast is at hand, the temperature.
#[derive(Clone, Debug)]
pub(crate) struct View<'a> {
    pub step: Step,
    /// NaN in gaps.
    pub past: &'a [f64],
    /// Of the past and of the steps to foretell.
    pub slots: &'a [Slot],
    weather: Option<&'a Weather>,
    outlook: Outlook,
    /// The air of the steps to foretell, where it had to be made up.
    ahead: Option<Vec<Air>>,
}

impl<'a> View<'a> {
    /// What was known at an earlier moment, and `steps` to foretell from there.
    pub fn earlier(&self, origin: usize, steps: usize) -> View<'a> {
        let origin = origin.min(self.past.len());
        let end = (origin + steps).min(self.slots.len());
        let slots = &self.slots[..end];
        let ahead = match (self.weather, self.outlook) {
            (Some(weather), Outlook::Unknown) => {
                Some(weather.continued(origin, &slots[origin..], slots))
            }
            (Some(_), Outlook::Forecast) | (None, _) => None,
        };
        View {
            past: &self.past[..origin],
            slots,
            ahead,
            ..*self
        }
    }

    /// The steps to foretell.
    pub fn ahead(&self) -> std::ops::Range<usize> {
        self.past.len()..self.slots.len()
    }

    pub fn has_weather(&self) -> bool {
        self.weather.is_some()
    }

    /// The air at a step of the past or ahead.
    pub fn air(&self, index: usize) -> Option<Air> {
        match (&self.ahead, index.checked_sub(self.past.len())) {
            (Some(ahead), Some(nth)) => ahead.get(nth).copied(),
            (Some(_) | None, _) => self.weather?.at(index),
        }
    }

    /// How many days of past there are.
    pub fn days(&self) -> usize {
        self.past.len() / self.step.per_day()
    }
}

/// Values far outside of all others are a meter's fault and would bend every fit: they are cut to
/// five times the spread between the 1 % and the 99 % quantile beyond these. What the forecast is
/// judged by stays as it was measured.
fn cut(truth: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> = truth.iter().copied().filter(|v| !v.is_nan()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let (Some(low), Some(high)) = (quantile(&sorted, 0.01), quantile(&sorted, 0.99)) else {
        return truth.to_vec();
    };
    let spread = 5.0 * (high - low);
    if spread <= 0.0 {
        return truth.to_vec();
    }
    truth
        .iter()
        .map(|v| v.clamp(low - spread, high + spread))
        .collect()
}
