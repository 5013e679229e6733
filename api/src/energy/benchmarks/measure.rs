//! What a building used in a year, and how that compares.

use chrono_tz::Tz;
use flowgrid_analysis::benchmarks::{self, Benchmark};
use flowgrid_analysis::buckets::Bucket;
use flowgrid_analysis::places;
use flowgrid_analysis::units::{Carrier, Exact};
use flowgrid_domain::buildings::BuildingResource;

use super::super::bill::{Flow, Flows};
use super::answer::{Benchmarked, BuildingBenchmark, LEAST_COVERAGE, PublishedValue, Reason};

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    Electricity,
    Heat,
    Total,
}

/// A building and its year.
#[derive(Clone, Copy)]
pub struct Place<'b> {
    pub building: &'b BuildingResource,
    pub zone: Option<Tz>,
    pub span: Bucket,
}

/// What it used.
pub struct Measured<'b> {
    pub place: Place<'b>,
    electricity: Option<Used>,
    heat: Option<Used>,
    total: Option<Used>,
}

/// kWh, and how much of the year was measured.
#[derive(Clone, Copy, Debug)]
struct Used {
    kwh: Exact,
    coverage: f64,
}

impl Used {
    fn and(self, other: Self) -> Self {
        Self {
            kwh: self.kwh + other.kwh,
            coverage: self.coverage.min(other.coverage),
        }
    }
}

impl<'b> Measured<'b> {
    pub fn of(place: Place<'b>, flows: &Flows) -> Self {
        let used = |carrier: Carrier| {
            let flows = flows.get(&(place.building.id.clone(), carrier))?;
            let within = flows
                .iter()
                .filter(|(day, _)| place.span.contains(day.start));
            Some(used(within, place.span))
        };
        let both = |one: Option<Used>, other: Option<Used>| match (one, other) {
            (Some(one), Some(other)) => Some(one.and(other)),
            (one, other) => one.or(other),
        };
        let electricity = used(Carrier::Electricity);
        let heat = both(used(Carrier::Gas), used(Carrier::Heat));
        Self {
            place,
            electricity,
            heat,
            total: both(electricity, heat),
        }
    }

    /// The building beside all others of its kind.
    pub fn beside(&self, all: &[Measured<'_>]) -> BuildingBenchmark {
        let building = self.place.building;
        BuildingBenchmark {
            building_id: building.id.clone(),
            name: building.name.clone(),
            kind: building.kind.clone(),
            area: building.area,
            country: self.country(),
            from: self.place.span.start,
            to: self.place.span.end,
            electricity: self.compared(Of::Electricity, all),
            heat: self.compared(Of::Heat, all),
            total: self.compared(Of::Total, all),
        }
    }

    fn compared(&self, of: Of, all: &[Measured<'_>]) -> Option<Benchmarked> {
        let used = self.used(of)?;
        let value = self.intensity(of);
        let mut reasons = Vec::new();
        if self.place.building.area.is_none() {
            reasons.push(Reason::NoArea);
        }
        if used.coverage < LEAST_COVERAGE {
            reasons.push(Reason::LowCoverage);
        }
        let others = all.iter().filter(|other| {
            let (one, other) = (self.place.building, other.place.building);
            one.kind == other.kind && one.id != other.id
        });
        let peers: Vec<f64> = others.filter_map(|other| other.intensity(of)).collect();
        if peers.is_empty() {
            reasons.push(Reason::NoPeers);
        }
        let references = self.references(of);
        match self.country() {
            None => reasons.push(Reason::NoCountry),
            Some(_) if references.is_empty() => reasons.push(Reason::NoReference),
            Some(_) => {}
        }
        let published = references.into_iter();
        Some(Benchmarked {
            kwh: used.kwh.to_f64(),
            coverage: used.coverage,
            kwh_per_m2: value,
            percentile: value.and_then(|value| benchmarks::percentile(value, &peers)),
            peers: peers.len(),
            published: published
                .filter_map(|(one, reference)| beside_published(one, value?, reference))
                .collect(),
            reasons,
        })
    }

    fn used(&self, of: Of) -> Option<Used> {
        match of {
            Of::Electricity => self.electricity,
            Of::Heat => self.heat,
            Of::Total => self.total,
        }
    }

    /// kWh per m² in a year of the time that was measured.
    fn intensity(&self, of: Of) -> Option<f64> {
        let used = self.used(of)?;
        if used.coverage < LEAST_COVERAGE {
            return None;
        }
        let days = self.place.span.length().num_seconds() as f64 / 86_400.0;
        benchmarks::intensity(used.kwh, self.place.building.area?, days * used.coverage)
    }

    fn country(&self) -> Option<&'static str> {
        places::country(self.place.zone?)
    }

    fn references(&self, of: Of) -> Vec<(&'static Benchmark, f64)> {
        let Some(country) = self.country() else {
            return Vec::new();
        };
        let all = benchmarks::for_kind(&self.place.building.kind, Some(country));
        let value = |one: &Benchmark| match of {
            Of::Electricity => one.electricity,
            Of::Heat => one.heat,
            Of::Total => one.total,
        };
        let known = all.into_iter();
        known.filter_map(|one| Some((one, value(one)?))).collect()
    }
}

fn used<'f>(days: impl Iterator<Item = (&'f Bucket, &'f Flow)>, span: Bucket) -> Used {
    let mut kwh = Exact::ZERO;
    let mut covered = 0.0;
    for (day, flow) in days {
        kwh += flow.consumed;
        covered += flow.coverage.clamp(0.0, 1.0) * day.micros() as f64;
    }
    Used {
        kwh,
        coverage: (covered / (span.micros() as f64).max(1.0)).clamp(0.0, 1.0),
    }
}

fn beside_published(one: &'static Benchmark, value: f64, reference: f64) -> Option<PublishedValue> {
    let compared = benchmarks::compare(value, reference)?;
    Some(PublishedValue {
        id: one.id,
        category: one.category,
        statistic: one.statistic,
        area: one.area,
        year: one.year,
        source: one.source,
        note: one.note,
        kwh_per_m2: compared.reference,
        difference: compared.difference,
        ratio: compared.ratio,
    })
}
