//! What flowed of each carrier through each building's connection.

use std::collections::{BTreeMap, BTreeSet};

use flowgrid_analysis::buckets::{Bucket, BucketSize};
use flowgrid_analysis::meters::Flow as Way;
use flowgrid_analysis::units::{Carrier, Exact};
use flowgrid_projections::consumption::Meters;
use flowgrid_projections::readings::DayTotal;

use super::super::account::{gather, usages};

/// Of one bucket in which something was heard.
#[derive(Clone, Copy, Debug, Default)]
pub struct Flow {
    /// kWh from the network.
    pub drawn: Exact,
    /// kWh given to it: what is produced without a main meter, so not for the building itself.
    pub fed_in: Exact,
    /// kWh used, its own production included.
    pub consumed: Exact,
    pub coverage: f64,
    /// The highest mean of a quarter hour, where the meter counts quarter hours.
    pub peak_kw: Option<Exact>,
}

/// By building and carrier, then by time.
pub type Flows = BTreeMap<(String, Carrier), BTreeMap<Bucket, Flow>>;

/// The meters of a building and carrier.
#[derive(Default)]
struct Connection<'m> {
    meters: Vec<&'m str>,
    /// Those through which energy comes in.
    drawn: Vec<&'m str>,
    /// Those whose production goes to the network.
    produced: Vec<&'m str>,
    /// A meter of another building stands below, so the main meter alone doesn't tell the peak.
    shared: bool,
}

/// What meters counted in buckets of a size, from their rollups.
pub fn flows(meters: &Meters, totals: &[DayTotal], size: BucketSize) -> Flows {
    let connections = connections(meters);
    let mut flows = Flows::new();
    for (bucket, counted) in gather(meters, totals, size) {
        let usages = usages(meters, bucket, &counted);
        for ((building, carrier), balance) in meters.tree.balances(&usages) {
            let Some(connection) = connections.get(&(building, carrier)) else {
                continue;
            };
            if !connection.meters.iter().any(|id| usages.contains_key(id)) {
                continue;
            }
            let produced = connection.produced.iter();
            let alone: Exact = produced
                .filter_map(|id| usages.get(id))
                .map(|usage| usage.kwh)
                .sum();
            let highest = connection
                .peak_meter(meters)
                .and_then(|id| Some((id, counted.get(id)?.max?)));
            let flow = Flow {
                drawn: balance.drawn,
                fed_in: balance.fed_in + alone,
                consumed: balance.consumed,
                coverage: balance.coverage,
                peak_kw: highest.map(|(id, most)| meters.kwh(id, most).scaled(4, 1)),
            };
            let place = flows.entry((building.to_owned(), carrier)).or_default();
            place.insert(bucket, flow);
        }
    }
    flows
}

fn connections(meters: &Meters) -> BTreeMap<(&str, Carrier), Connection<'_>> {
    let all = meters.tree.meters();
    let buildings: BTreeMap<&str, &str> = all
        .iter()
        .map(|meter| (meter.id.as_str(), meter.building.as_str()))
        .collect();
    let above = |parent: &Option<String>| buildings.get(parent.as_deref()?).copied();
    let mut found: BTreeMap<(&str, Carrier), Connection<'_>> = BTreeMap::new();
    let mut shared: BTreeSet<(&str, Carrier)> = BTreeSet::new();
    for meter in all {
        let above = above(&meter.parent);
        let place = (meter.building.as_str(), meter.carrier);
        let connection = found.entry(place).or_default();
        connection.meters.push(&meter.id);
        match meter.flow {
            Way::Drawn if above != Some(place.0) => connection.drawn.push(&meter.id),
            Way::Produced if meter.parent.is_none() => connection.produced.push(&meter.id),
            Way::Drawn | Way::Produced | Way::FedIn => {}
        }
        if let Some(above) = above.filter(|above| *above != place.0) {
            shared.insert((above, meter.carrier));
        }
    }
    for place in shared {
        if let Some(connection) = found.get_mut(&place) {
            connection.shared = true;
        }
    }
    found
}

impl<'m> Connection<'m> {
    /// The one meter whose quarter hours are those of the building.
    fn peak_meter(&self, meters: &Meters) -> Option<&'m str> {
        match self.drawn[..] {
            [only] if !self.shared && meters.quarter_hourly.contains(only) => Some(only),
            _ => None,
        }
    }
}
