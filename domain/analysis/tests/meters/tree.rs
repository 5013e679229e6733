//! Main meters and sub-meters: nothing is counted twice.

use std::collections::BTreeMap;

use flowgrid_analysis::meters::{Flow, Meter, MeterTree, NotATree, Usage};
use flowgrid_analysis::units::{Carrier, Exact};
use proptest::prelude::*;

use super::cases;

fn meter(id: &str, building: &str, parent: Option<&str>) -> Meter {
    Meter {
        id: id.to_owned(),
        building: building.to_owned(),
        carrier: Carrier::Electricity,
        flow: Flow::Drawn,
        parent: parent.map(str::to_owned),
    }
}

fn flowing(id: &str, flow: Flow) -> Meter {
    Meter {
        flow,
        ..meter(id, "hall", None)
    }
}

fn counted<'a>(all: &[(&'a str, i64)]) -> BTreeMap<&'a str, Usage> {
    let usage = |kwh| Usage {
        kwh: Exact::whole(kwh),
        coverage: 1.0,
    };
    all.iter().map(|(id, kwh)| (*id, usage(*kwh))).collect()
}

const HALL: (&str, Carrier) = ("hall", Carrier::Electricity);

#[test]
fn sub_meters_are_part_of_the_meter_above_them() {
    let tree = MeterTree::new(vec![
        meter("pump", "hall", Some("main")),
        meter("main", "hall", None),
        meter("light", "hall", Some("main")),
    ])
    .unwrap();
    let counted = counted(&[("main", 100), ("pump", 30), ("light", 25)]);
    let balances = tree.balances(&counted);
    assert_eq!(balances[&HALL].consumed, Exact::whole(100));
    let uses = tree.uses(&counted);
    let main = uses[1].as_ref().unwrap();
    assert_eq!(main.unmetered, Some(Exact::whole(45)));
    assert_eq!(uses[0].as_ref().unwrap().unmetered, None);
}

#[test]
fn a_meter_that_is_silent_stands_for_its_sub_meters() {
    let tree = MeterTree::new(vec![
        meter("main", "hall", None),
        meter("pump", "hall", Some("main")),
        meter("light", "hall", Some("main")),
    ])
    .unwrap();
    let balance = &tree.balances(&counted(&[("pump", 30)]))[&HALL];
    assert_eq!(balance.drawn, Exact::whole(30));
    assert_eq!(balance.coverage, 0.5);
    assert_eq!(tree.uses(&counted(&[])), [None, None, None]);
    assert_eq!(tree.balances(&counted(&[]))[&HALL].coverage, 0.0);
}

#[test]
fn a_sub_meter_in_another_building_counts_there() {
    let tree = MeterTree::new(vec![
        meter("main", "hall", None),
        meter("annex", "annex", Some("main")),
        meter("room", "hall", Some("annex")),
    ])
    .unwrap();
    let balances = tree.balances(&counted(&[("main", 100), ("annex", 40), ("room", 5)]));
    assert_eq!(balances[&HALL].drawn, Exact::whole(65));
    let annex = &balances[&("annex", Carrier::Electricity)];
    assert_eq!(annex.drawn, Exact::whole(35));
}

#[test]
fn what_is_produced_and_not_fed_in_is_consumed() {
    let meters = vec![
        flowing("grid", Flow::Drawn),
        flowing("roof", Flow::Produced),
        flowing("export", Flow::FedIn),
    ];
    let tree = MeterTree::new(meters.clone()).unwrap();
    let balance = &tree.balances(&counted(&[("grid", 50), ("roof", 30), ("export", 20)]))[&HALL];
    assert_eq!(balance.consumed, Exact::whole(60));
    let unmeasured = MeterTree::new(vec![meters[0].clone(), meters[2].clone()]).unwrap();
    let balance = &unmeasured.balances(&counted(&[("grid", 50), ("export", 20)]))[&HALL];
    assert_eq!(balance.consumed, Exact::whole(50));
}

#[test]
fn what_is_no_tree_is_refused_by_the_meter_that_breaks_it() {
    let refused = |meters: Vec<Meter>| MeterTree::new(meters).unwrap_err();
    let named = str::to_owned;
    assert_eq!(
        refused(vec![meter("a", "x", None), meter("a", "y", None)]),
        NotATree::Twice(named("a"))
    );
    assert_eq!(
        refused(vec![meter("a", "x", Some("b"))]),
        NotATree::UnknownParent(named("a"))
    );
    assert_eq!(
        refused(vec![
            meter("top", "x", None),
            meter("a", "x", Some("b")),
            meter("b", "x", Some("a"))
        ]),
        NotATree::Cycle(named("a"))
    );
    let mut gas = meter("gas", "x", Some("top"));
    gas.carrier = Carrier::Gas;
    assert_eq!(
        refused(vec![meter("top", "x", None), gas]),
        NotATree::OtherCarrier(named("gas"))
    );
    let export = Meter {
        flow: Flow::FedIn,
        ..meter("export", "x", None)
    };
    assert_eq!(
        refused(vec![export, meter("lamp", "x", Some("export"))]),
        NotATree::NotDrawn(named("lamp"))
    );
}

#[test]
fn what_is_produced_behind_a_meter_reaches_its_sub_meters_too() {
    let roof = Meter {
        flow: Flow::Produced,
        ..meter("roof", "hall", Some("main"))
    };
    let meters = vec![
        meter("main", "hall", None),
        meter("pump", "hall", Some("main")),
        roof,
    ];
    let tree = MeterTree::new(meters).unwrap();
    let all = counted(&[("main", 50), ("roof", 30), ("pump", 60)]);
    let main = tree.uses(&all)[0].clone().unwrap();
    assert_eq!(main.unmetered, Some(Exact::whole(20)));
    assert_eq!(tree.balances(&all)[&HALL].consumed, Exact::whole(80));
    let silent = counted(&[("roof", 30), ("pump", 60)]);
    assert_eq!(tree.balances(&silent)[&HALL].consumed, Exact::whole(60));
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn buildings_add_up_to_what_the_top_meters_drew(
        parents in prop::collection::vec((any::<prop::sample::Index>(), 0..4_u8, 0..1000_i64), 1..40)
    ) {
        let mut meters = Vec::new();
        let mut values = Vec::new();
        for (index, (parent, building, kwh)) in parents.iter().enumerate() {
            // A quarter have none above them; the others one of those before.
            let above = (index > 0 && kwh % 4 != 0).then(|| parent.index(index).to_string());
            meters.push(meter(&index.to_string(), &building.to_string(), above.as_deref()));
            values.push(*kwh);
        }
        let ids: Vec<String> = (0..values.len()).map(|index| index.to_string()).collect();
        let pairs: Vec<(&str, i64)> =
            ids.iter().map(String::as_str).zip(values.iter().copied()).collect();
        let counted = counted(&pairs);
        let top: Exact = meters
            .iter()
            .filter(|meter| meter.parent.is_none())
            .map(|meter| counted[meter.id.as_str()].kwh)
            .sum();
        let tree = MeterTree::new(meters).unwrap();
        let all: Exact = tree.balances(&counted).values().map(|balance| balance.drawn).sum();
        prop_assert_eq!(all, top);
    }
}
