//! What a building's figures say of its waste and its faults.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use flowgrid_analysis::buckets::date;
use flowgrid_analysis::degree_days::{Hour, days, fit_days};
use flowgrid_analysis::insights::{
    Consumption, Evidence, Finding, Period, Prices, drifting, ranked, stuck, weather,
};
use flowgrid_analysis::tariffs::Currency;
use flowgrid_analysis::units::Carrier;

use super::asked::Asked;
use super::prices::prices;
use super::study::{Known, Watched, metered};

/// Whose a finding is.
#[derive(Clone, Debug)]
pub struct Found {
    pub building: String,
    pub carrier: Option<Carrier>,
    pub sensor: Option<String>,
    pub unit: Option<String>,
    /// Of its money.
    pub currency: Option<Currency>,
    pub finding: Finding,
}

/// All that can be recommended of a building. Anomalies happened once: no advice for the next year.
pub fn findings(asked: &Asked, known: &Known) -> Vec<Found> {
    let mut all = Vec::new();
    for (carrier, hours) in &known.carriers {
        let hours = Known::within(hours, asked.from, asked.to);
        let place = (known.id.as_str(), *carrier, known.zone);
        let (currency, prices) = prices(&known.tariffs, place, hours).unzip();
        let of_carrier = of_carrier(known, (*carrier, hours), asked, &prices.unwrap_or_default());
        all.extend(of_carrier.into_iter().map(|finding| Found {
            building: known.id.clone(),
            carrier: Some(*carrier),
            sensor: None,
            unit: None,
            currency,
            finding,
        }));
    }
    for (nth, sensor) in known.sensors.iter().enumerate() {
        let drift = reference(known, nth).and_then(|others| drifting(&sensor.hours, &others));
        let found = stuck(&sensor.hours).into_iter().chain(drift);
        all.extend(found.map(|finding| Found {
            building: known.id.clone(),
            carrier: None,
            sensor: Some(sensor.id.clone()),
            unit: Some(sensor.unit.clone()),
            currency: None,
            finding,
        }));
    }
    all
}

fn of_carrier(
    known: &Known,
    (carrier, hours): (Carrier, &[Hour]),
    asked: &Asked,
    prices: &Prices,
) -> Vec<Finding> {
    let consumption = Consumption::new(hours, known.zone, &BTreeSet::new());
    let weather = weather_of(known, carrier, hours, asked, prices);
    let mut found = ranked(&consumption, prices, weather);
    found.retain(|finding| match finding.evidence {
        Evidence::Anomaly { .. } => false,
        // Only electricity is paid for by its highest hours.
        Evidence::Peaks { .. } => carrier == Carrier::Electricity,
        Evidence::NightLoad { .. }
        | Evidence::WeekendLoad { .. }
        | Evidence::HeatingSensitivity { .. }
        | Evidence::CoolingSensitivity { .. }
        | Evidence::ScheduleDrift { .. } => finding.kwh_per_year > 0.0,
        Evidence::StuckSensor { .. } | Evidence::DriftingSensor { .. } => true,
    });
    found
}

fn weather_of(
    known: &Known,
    carrier: Carrier,
    hours: &[Hour],
    asked: &Asked,
    prices: &Prices,
) -> Vec<Finding> {
    let metered = metered(carrier);
    let range = date(asked.from, known.zone)..date(asked.to, known.zone);
    let days = days(
        hours,
        &known.outdoors,
        known.zone,
        range,
        metered.zero_is_missing,
    );
    let (Some(fit), Some(first), Some(last)) =
        (fit_days(&days, metered), hours.first(), hours.last())
    else {
        return Vec::new();
    };
    let period = Period {
        from: first.start,
        to: last.start + TimeDelta::hours(1),
    };
    weather(&fit, &days, period, prices)
}

/// The middle of the others of its kind, hour by hour; `None` with fewer than two of them: then nobody knows who
/// of them drifts.
fn reference(known: &Known, nth: usize) -> Option<Vec<Hour>> {
    let own = known.sensors.get(nth)?;
    let alike =
        |other: &&Watched| other.id != own.id && other.kind == own.kind && other.unit == own.unit;
    let others: Vec<&Watched> = known.sensors.iter().filter(alike).collect();
    if others.len() < 2 {
        return None;
    }
    let mut by_hour = std::collections::BTreeMap::<_, Vec<f64>>::new();
    for hour in others.iter().flat_map(|other| &other.hours) {
        by_hour.entry(hour.start).or_default().push(hour.value);
    }
    let middle = |(start, mut values): (_, Vec<f64>)| {
        values.sort_by(f64::total_cmp);
        let value = *values.get(values.len() / 2)?;
        Some(Hour { start, value })
    };
    Some(by_hour.into_iter().filter_map(middle).collect())
}
