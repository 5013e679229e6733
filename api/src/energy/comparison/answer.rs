//! Comparisons as callers see them.

use chrono::{DateTime, Utc};
use flowgrid_analysis::units::Exact;
use flowgrid_domain::buildings::BuildingResource;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::bill::{Bill, Bills, Sum};

/// Buildings or periods side by side.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnergyComparison {
    /// All carriers where it is null.
    pub carrier: Option<&'static str>,
    /// In the order asked for; with another period, each building is followed by itself in that.
    pub items: Vec<Compared>,
    /// Meters that count a volume of which nobody said how many kWh it holds (`calorificValue`): left out.
    pub unconverted: Vec<String>,
}

/// A building in a period.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Compared {
    pub building_id: String,
    pub name: String,
    /// Whole days of the building's calendar, up to now; null where all of it is yet to come.
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
    /// Consumed, its own production included; null where nothing was measured.
    pub kwh: Option<f64>,
    /// In this time; null without an area.
    #[serde(rename = "kwhPerM2")]
    pub kwh_per_m2: Option<f64>,
    /// How much of the time was measured, of the carrier that was measured least.
    #[schema(minimum = 0, maximum = 1)]
    pub coverage: f64,
    /// Null where some of it has no tariff, or is in several currencies: see `/energy/costs`.
    pub cost: Option<f64>,
    /// Of the cost.
    pub currency: Option<String>,
    /// Of what was drawn; null where a factor is missing.
    #[serde(rename = "co2Kg")]
    pub co2_kg: Option<f64>,
    /// To what it is compared with; null of the first building and of the other period.
    pub difference: Option<Differences>,
}

/// By how much more, each null where one of the two is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Differences {
    pub kwh: Option<Difference>,
    #[serde(rename = "kwhPerM2")]
    pub kwh_per_m2: Option<Difference>,
    /// Null in different currencies, too.
    pub cost: Option<Difference>,
    #[serde(rename = "co2Kg")]
    pub co2_kg: Option<Difference>,
}

/// More, or less where it is below zero.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    pub amount: f64,
    /// Of what it is compared with; null where that is nothing.
    pub percent: Option<f64>,
}

impl Compared {
    /// A building in the period of some bills.
    pub fn of(place: &BuildingResource, bills: &Bills) -> Self {
        let own = || {
            let of = bills.all.iter();
            of.filter(|((building, _), _)| *building == place.id)
                .map(|(_, bill)| bill)
        };
        let mut sum = Sum::default();
        own()
            .flat_map(|bill| &bill.slots)
            .for_each(|slot| sum.add(slot));
        let kwh = own().filter_map(consumed).reduce(|one, next| one + next);
        let kwh = kwh.map(Exact::to_f64);
        let span = bills.spans.get(&place.id);
        let cost = sum.cost();
        let area = place.area.filter(|area| *area > 0.0);
        Self {
            building_id: place.id.clone(),
            name: place.name.clone(),
            from: span.map(|span| span.start),
            to: span.map(|span| span.end),
            kwh,
            kwh_per_m2: kwh.zip(area).map(|(kwh, area)| kwh / area),
            coverage: own().map(coverage).reduce(f64::min).unwrap_or(0.0),
            cost: cost.map(|(_, cost)| cost),
            currency: cost.map(|(currency, _)| currency.to_string()),
            co2_kg: sum.co2_kg().filter(|_| kwh.is_some()),
            difference: None,
        }
    }

    /// The same beside another.
    pub fn against(self, other: &Self) -> Self {
        let same_currency = self.currency == other.currency;
        let cost = |one: &Self| one.cost.filter(|_| same_currency);
        let difference = Differences {
            kwh: difference(self.kwh, other.kwh),
            kwh_per_m2: difference(self.kwh_per_m2, other.kwh_per_m2),
            cost: difference(cost(&self), cost(other)),
            co2_kg: difference(self.co2_kg, other.co2_kg),
        };
        Self {
            difference: Some(difference),
            ..self
        }
    }
}

fn difference(one: Option<f64>, other: Option<f64>) -> Option<Difference> {
    let (one, other) = one.zip(other)?;
    let amount = one - other;
    Some(Difference {
        amount,
        percent: (other > 0.0).then(|| amount / other * 100.0),
    })
}

/// `None` where nothing was heard.
fn consumed(bill: &Bill) -> Option<Exact> {
    let flows = bill.slots.iter().filter_map(|slot| slot.flow);
    flows
        .map(|flow| flow.consumed)
        .reduce(|one, next| one + next)
}

fn coverage(bill: &Bill) -> f64 {
    let (mut covered, mut whole) = (0.0, 0.0);
    for slot in &bill.slots {
        let length = slot.bucket.micros() as f64;
        let coverage = slot.flow.map_or(0.0, |flow| flow.coverage);
        covered += coverage.clamp(0.0, 1.0) * length;
        whole += length;
    }
    if whole > 0.0 { covered / whole } else { 0.0 }
}
