//! What is different from the time before.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;
use flowgrid_analysis::buckets::date;
use flowgrid_analysis::degree_days::{Day, Hour, Load, days, fit_days};
use flowgrid_analysis::insights::{Consumption, Prices, schedule_drift};
use flowgrid_analysis::units::Carrier;

use super::asked::Asked;
use super::study::{Known, metered};
use super::words::{figure, sentence};

/// Less of a change is none, as a share.
const LEAST: f64 = 0.05;
/// As much of both times must be known.
const ENOUGH: f64 = 0.8;
/// The past by which the weather's part is judged, in days.
const YEAR: i64 = 365;

/// Something that has changed.
#[derive(Clone, Debug)]
pub struct Change {
    pub kind: &'static str,
    pub building: String,
    pub carrier: Carrier,
    pub unit: &'static str,
    pub now: f64,
    pub before: f64,
    /// Of the difference, how much the weather makes.
    pub weather: Option<f64>,
    /// What it comes to in the time asked for, to rank by.
    pub kwh: f64,
    pub text: String,
}

/// From how long before a change is looked for.
pub fn lead(asked: &Asked) -> TimeDelta {
    (asked.to - asked.from).max(TimeDelta::days(YEAR))
}

/// All changes of a building.
pub fn changes(asked: &Asked, known: &Known) -> Vec<Change> {
    let mut all = Vec::new();
    for (carrier, hours) in &known.carriers {
        let pair = Pair {
            asked,
            known,
            carrier: *carrier,
            hours,
            now: Known::within(hours, asked.from, asked.to),
            before: Known::within(hours, asked.before().0, asked.from),
        };
        all.extend(pair.consumption());
        all.extend(pair.night());
        all.extend(pair.peak());
        all.extend(pair.schedule());
    }
    all
}

/// A carrier now and before.
struct Pair<'k> {
    asked: &'k Asked,
    known: &'k Known,
    carrier: Carrier,
    hours: &'k [Hour],
    now: &'k [Hour],
    before: &'k [Hour],
}

impl Pair<'_> {
    fn length_days(&self) -> f64 {
        (self.asked.to - self.asked.from).num_seconds() as f64 / 86_400.0
    }

    fn is_known(&self) -> bool {
        let wanted = ENOUGH * 24.0 * self.length_days();
        self.now.len() as f64 >= wanted && self.before.len() as f64 >= wanted
    }

    fn change(&self, kind: &'static str, unit: &'static str, now: f64, before: f64) -> Change {
        Change {
            kind,
            building: self.known.id.clone(),
            carrier: self.carrier,
            unit,
            now,
            before,
            weather: None,
            kwh: 0.0,
            text: String::new(),
        }
    }

    /// kWh a day.
    fn consumption(&self) -> Option<Change> {
        if !self.is_known() {
            return None;
        }
        let (now, before) = (24.0 * mean(self.now)?, 24.0 * mean(self.before)?);
        let (more, percent) = differ(now, before)?;
        let (name, carrier) = (&self.known.name, self.carrier.name());
        let mut text = format!(
            "{name} used {} kWh of {carrier} a day, {percent} % {more} than in the {:.0} days before ({} kWh).",
            figure(now),
            self.length_days(),
            figure(before)
        );
        let weather = self.weather();
        if let Some(part) = weather {
            text.push_str(&format!(
                " The weather makes {} kWh a day of the difference of {}.",
                figure(part),
                figure(now - before)
            ));
        }
        Some(Change {
            weather,
            kwh: (now - before) * self.length_days(),
            text,
            ..self.change("consumption", "kWh a day", now, before)
        })
    }

    /// What the weather alone would have changed, in kWh a day, by a model of the year before.
    fn weather(&self) -> Option<f64> {
        let metered = metered(self.carrier);
        let of = |from: DateTime<Utc>, to: DateTime<Utc>| {
            let zone = self.known.zone;
            let range = date(from, zone)..date(to, zone);
            let (hours, outdoors) = (self.hours, &self.known.outdoors);
            days(hours, outdoors, zone, range, metered.zero_is_missing)
        };
        let year = of(self.asked.from - TimeDelta::days(YEAR), self.asked.from);
        let fit = fit_days(&year, metered).filter(|fit| fit.model.terms() > 0)?;
        let load = |days: Vec<Day>| {
            let warmth = days.iter().filter(|day| !day.celsius.is_empty());
            let (mut sum, mut count) = (Load::default(), 0.0);
            for day in warmth {
                sum += fit.model.load(&day.celsius);
                count += 1.0;
            }
            (count > 0.0).then(|| sum.total_kwh() / count)
        };
        let (from, until) = self.asked.before();
        Some(load(of(self.asked.from, self.asked.to))? - load(of(from, until))?)
    }

    /// kW from 0:00 to 5:00.
    fn night(&self) -> Option<Change> {
        if !self.is_known() {
            return None;
        }
        let nights = |hours: &[Hour]| {
            let nights = hours.iter().filter(|hour| local(hour, self.known.zone) < 5);
            mean(&nights.copied().collect::<Vec<_>>())
        };
        let (now, before) = (nights(self.now)?, nights(self.before)?);
        let (more, percent) = differ(now, before)?;
        let text = format!(
            "At night (0:00 to 5:00) {} drew {} kW of {}, {percent} % {more} than before ({} kW).",
            self.known.name,
            figure(now),
            self.carrier.name(),
            figure(before)
        );
        Some(Change {
            kwh: (now - before) * 5.0 * self.length_days(),
            text,
            ..self.change("nightLoad", "kW", now, before)
        })
    }

    /// The highest hour, in kW.
    fn peak(&self) -> Option<Change> {
        if !self.is_known() || self.carrier != Carrier::Electricity {
            return None;
        }
        let highest = |hours: &[Hour]| {
            hours
                .iter()
                .copied()
                .max_by(|a, b| a.value.total_cmp(&b.value))
        };
        let (now, before) = (highest(self.now)?, highest(self.before)?);
        let (more, percent) = differ(now.value, before.value)?;
        let text = format!(
            "The highest hour of {} was {} kW at {}, {percent} % {more} than before ({} kW).",
            self.known.name,
            figure(now.value),
            now.start.format("%Y-%m-%dT%H:%MZ"),
            figure(before.value)
        );
        Some(Change {
            kwh: now.value - before.value,
            text,
            ..self.change("peak", "kW", now.value, before.value)
        })
    }

    /// Hours of a working day.
    fn schedule(&self) -> Option<Change> {
        let hours = Known::within(self.hours, DateTime::UNIX_EPOCH, self.asked.to);
        let consumption = Consumption::new(hours, self.known.zone, &BTreeSet::new());
        let finding = schedule_drift(&consumption, &Prices::default())?;
        let flowgrid_analysis::insights::Evidence::ScheduleDrift {
            start_before,
            start_now,
            end_before,
            end_now,
            ..
        } = finding.evidence
        else {
            return None;
        };
        let text = format!("{}: {}", self.known.name, sentence(&finding.evidence));
        Some(Change {
            kwh: finding.kwh_per_year * self.length_days() / 365.0,
            text,
            ..self.change(
                "scheduleDrift",
                "hours a working day",
                end_now - start_now,
                end_before - start_before,
            )
        })
    }
}

fn mean(hours: &[Hour]) -> Option<f64> {
    let sum: f64 = hours.iter().map(|hour| hour.value).sum();
    (!hours.is_empty()).then(|| sum / hours.len() as f64)
}

fn local(hour: &Hour, zone: Tz) -> u32 {
    hour.start.with_timezone(&zone).hour()
}

/// In words and percent; `None` where it is the same, or there is nothing to compare with.
fn differ(now: f64, before: f64) -> Option<(&'static str, String)> {
    if before <= 0.0 || (now - before).abs() < LEAST * before {
        return None;
    }
    let more = if now > before { "more" } else { "less" };
    let percent = 100.0 * (now - before).abs() / before;
    Some((more, figure(percent)))
}
