//! Given a tariff's past, when a command comes, then this happens.

use serde_json::{Value, json};

use super::*;
use crate::{Decider, Rejection, Shown};

fn body(change: &Value) -> Value {
    let mut body = json!({
        "name": "Office", "carrier": "electricity", "currency": "EUR", "validFrom": "2026-01-01",
        "energy": [{"name": "all", "price": 0.3}],
    });
    for (name, value) in change.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

fn definition(change: &Value) -> Definition {
    let body = body(change);
    read_tariff(body.as_object().unwrap()).unwrap().definition
}

fn define(change: &Value) -> TariffCommand {
    TariffCommand::Define(Box::new(definition(change)))
}

fn defined() -> TariffEvent {
    TariffEvent::Defined(Defined {
        definition: definition(&json!({})),
    })
}

/// The pointers of the fields that are wrong.
fn wrong(change: &Value) -> Vec<String> {
    let body = body(change);
    let errors = match read_tariff(body.as_object().unwrap()) {
        Err(errors) => errors,
        Ok(read) => {
            let command = TariffCommand::Define(Box::new(read.definition));
            match Tariff::default().decide(&command) {
                Err(Rejection::Invalid(errors)) => errors,
                other => panic!("{change}: {other:?}"),
            }
        }
    };
    errors.into_iter().map(|error| error.pointer).collect()
}

#[test]
fn a_tariff_is_defined_once() {
    let command = define(&json!({}));
    let mut tariff = Tariff::default();
    assert_eq!(tariff.decide(&command), Ok(vec![defined()]));
    tariff.evolve(&defined());
    let again = tariff.decide(&command);
    assert!(matches!(again, Err(Rejection::AlreadyExists { .. })));
    let other = tariff.decide(&define(&json!({"name": "Other"})));
    assert!(matches!(other, Err(Rejection::AlreadyExists { .. })));
}

#[test]
fn what_is_not_said_is_as_usual() {
    let usual = definition(&json!({}));
    assert!(usual.building_ids.is_empty() && usual.holidays.is_empty());
    assert!(usual.demand.is_empty() && usual.fees.is_empty() && usual.co2.is_none());
    assert_eq!(usual.feed_in, FeedIn::UNPAID);
    let night = json!({"energy": [
        {"name": "night", "price": 0.2, "when": [{"from": "22:00"}]},
        {"name": "day", "price": 0.3},
    ]});
    let window = &definition(&night).energy[0].when[0];
    assert_eq!((&*window.from, &*window.to), ("22:00", "24:00"));
    assert_eq!(window.days, TariffDay::ALL);
}

#[test]
fn what_was_read_can_be_sent_again_under_another_id() {
    let full = json!({
        "validUntil": "2027-01-01", "buildingIds": ["rathaus", "school", "rathaus"],
        "holidays": ["2026-05-01", "2026-01-01", "2026-05-01"],
        "energy": [
            {"name": "peak", "price": 0.412_345_678_9, "when": [{
                "season": {"first": "10-01", "last": "03-31"},
                "days": ["fri", "mon"], "from": "08:00", "to": "20:15"}]},
            {"name": "off", "price": -0.05, "when": []},
        ],
        "demand": [{"name": "monthly", "price": 8.5}],
        "fees": [{"per": "month", "price": 12}, {"per": "day", "price": 0.5}],
        "feedIn": {"kind": "paid", "price": 0.08},
        "co2": {"kgPerKwh": 0.05, "year": 2026, "source": "supplier"},
    });
    let first = definition(&full);
    assert_eq!(first.building_ids, ["rathaus", "school"]);
    assert_eq!(first.holidays.len(), 2);
    assert_eq!(
        first.energy[0].when[0].days,
        [TariffDay::Mon, TariffDay::Fri]
    );
    assert!((first.energy[0].price - 0.412_345_679).abs() < 1e-12);
    let mut tariff = Tariff::default();
    tariff.evolve(&TariffEvent::Defined(Defined {
        definition: first.clone(),
    }));
    let now = chrono::DateTime::UNIX_EPOCH;
    let shown = serde_json::to_value(tariff.resource("t", now, now, 1)).unwrap();
    let sent = read_tariff(shown.as_object().unwrap()).unwrap();
    assert_eq!(sent.definition, first);
}

#[test]
fn each_field_that_is_wrong_is_named() {
    let rate = |change: Value| {
        let mut rate = json!({"name": "r", "price": 1});
        rate.as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        json!({"energy": [rate, {"name": "rest", "price": 1}]})
    };
    let window = |window: Value| rate(json!({"when": [window]}));
    for (change, pointer) in [
        (json!({"id": "Stats"}), "/id"),
        (json!({"id": "stats"}), "/id"),
        (json!({"name": ""}), "/name"),
        (json!({"carrier": "coal"}), "/carrier"),
        (json!({"currency": "eur"}), "/currency"),
        (json!({"validFrom": "2026-1-1"}), "/validFrom"),
        (json!({"validFrom": "1899-12-31"}), "/validFrom"),
        (json!({"validUntil": "2026-01-01"}), "/validUntil"),
        (json!({"buildingIds": ["A"]}), "/buildingIds"),
        (json!({"holidays": ["1 May"]}), "/holidays"),
        (json!({"energy": null}), "/energy"),
        (json!({"energy": []}), "/energy"),
        (json!({"energy": [1]}), "/energy"),
        (
            json!({"energy": [{"name": "x", "price": 1, "when": [{}]}]}),
            "/energy",
        ),
        (rate(json!({"name": "rest"})), "/energy/1/name"),
        (rate(json!({"price": "0.3"})), "/energy/0/price"),
        (rate(json!({"price": 1e7})), "/energy/0/price"),
        (rate(json!({"colour": 1})), "/energy/0/colour"),
        (window(json!({"days": []})), "/energy/0/when/0/days"),
        (window(json!({"days": ["may"]})), "/energy/0/when/0/days"),
        (window(json!({"from": "8:00"})), "/energy/0/when/0/from"),
        (window(json!({"from": "08:10"})), "/energy/0/when/0/from"),
        (window(json!({"from": "24:00"})), "/energy/0/when/0/from"),
        (
            window(json!({"from": "08:00", "to": "08:00"})),
            "/energy/0/when/0/to",
        ),
        (window(json!({"to": "24:15"})), "/energy/0/when/0/to"),
        (
            window(json!({"season": {"first": "02-30", "last": "03-01"}})),
            "/energy/0/when/0/season/first",
        ),
        (
            json!({"demand": [{"name": "d", "price": -1}]}),
            "/demand/0/price",
        ),
        (
            json!({"fees": [{"per": "week", "price": 1}]}),
            "/fees/0/per",
        ),
        (json!({"feedIn": {"kind": "paid"}}), "/feedIn/price"),
        (
            json!({"feedIn": {"kind": "netted", "price": 1}}),
            "/feedIn/price",
        ),
        (
            json!({"co2": {"kgPerKwh": 11, "source": "s"}}),
            "/co2/kgPerKwh",
        ),
        (json!({"co2": {"kgPerKwh": 0.1}}), "/co2/source"),
        (json!({"colour": 1}), "/colour"),
    ] {
        let found = wrong(&change);
        assert!(
            found.iter().any(|one| one == pointer),
            "{change}: {found:?}"
        );
    }
    let missing = read_tariff(json!({}).as_object().unwrap()).unwrap_err();
    let pointers: Vec<_> = missing.iter().map(|error| &*error.pointer).collect();
    assert_eq!(
        pointers,
        ["/name", "/carrier", "/currency", "/validFrom", "/energy"]
    );
}
