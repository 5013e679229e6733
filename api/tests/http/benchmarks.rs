//! kWh per m² and year, beside the organization's own buildings and published values.

use chrono::{DateTime, TimeDelta, Utc};
use flowgrid_bus::Role;
use serde_json::{Value, json};

use crate::call::{BUILDINGS, get};
use crate::energy::{City, at};
use crate::world::run;

const BENCHMARKS: &str = "/api/v1/citypulse/energy/benchmarks";

/// An office with a meter of days.
async fn office(city: &mut City, id: &str, with: Value) {
    let mut body = json!({"id": id, "name": id, "kind": "office", "area": 1000.0, "timezone": "Europe/Berlin"});
    for (name, value) in with.as_object().unwrap() {
        body[name] = value.clone();
    }
    city.send(BUILDINGS, &body).await;
    let meter = json!({"buildingId": id, "periodSeconds": 86_400});
    city.meter(&format!("{id}-meter"), meter).await;
}

/// So many kWh on each of the first days of 2025 in Berlin.
async fn days(city: &mut City, id: &str, days: i64, kwh: f64) {
    let first = at("2024-12-31T23:00:00Z");
    let reading = |day: i64| {
        // Summer begins on 30 March and ends on 26 October.
        let summer = i64::from((89..299).contains(&day));
        let time: DateTime<Utc> = first + TimeDelta::hours(24 * day - summer);
        json!({"sensorId": format!("{id}-meter"), "timestamp": time, "value": kwh})
    };
    let all: Vec<Value> = (0..days).map(reading).collect();
    city.send("/api/v1/citypulse/readings", &json!(all)).await;
}

#[test]
fn buildings_are_compared_with_their_peers_and_with_what_is_published() {
    run(|world, org| async move {
        let mut city = City::new(world, &org).await;
        for (id, kwh) in [("frugal", 100.0), ("usual", 200.0), ("lavish", 300.0)] {
            office(&mut city, id, json!({})).await;
            days(&mut city, id, 365, kwh).await;
        }
        let asked = city.ask("/benchmarks?building=usual&year=2025").await;
        let one = &asked["buildings"][0];
        assert_eq!(asked["buildings"].as_array().unwrap().len(), 1);
        assert_eq!(
            (&one["country"], &one["heat"]),
            (&json!("DE"), &Value::Null)
        );
        assert_eq!(one["from"], "2024-12-31T23:00:00Z");
        let power = &one["electricity"];
        let used = power["kwhPerM2"].as_f64().unwrap();
        // 200 kWh a day and 1000 m², in a year of 365.2425 days.
        assert!((used - 73.05).abs() < 0.05, "{power}");
        assert!(power["coverage"].as_f64().unwrap() > 0.999, "{power}");
        assert_eq!(
            (&power["percentile"], &power["peers"]),
            (&json!(50.0), &json!(2))
        );
        assert_eq!(power["reasons"], json!([]));
        let published = power["published"].as_array().unwrap();
        assert!(!published.is_empty());
        for value in published {
            let reference = value["kwhPerM2"].as_f64().unwrap();
            let difference = value["difference"].as_f64().unwrap();
            assert!((used - reference - difference).abs() < 1e-9, "{value}");
            assert!(
                value["source"].as_str().unwrap().contains("BAnz"),
                "{value}"
            );
        }
        // Germany's table says nothing of all energy together.
        assert_eq!(one["total"]["reasons"], json!(["no-reference"]));
        let all = city.ask("/benchmarks?year=2025&kind=office").await;
        let ranks: Vec<_> = all["buildings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["electricity"]["percentile"].as_f64().unwrap())
            .collect();
        assert_eq!(ranks, [0.0, 100.0, 50.0], "frugal, lavish, usual");
    });
}

#[test]
fn what_cannot_be_compared_is_said() {
    run(|world, org| async move {
        let mut city = City::new(world, &org).await;
        office(&mut city, "no-area", json!({"area": null})).await;
        office(&mut city, "no-zone", json!({"timezone": null})).await;
        office(&mut city, "odd", json!({"kind": "lighthouse"})).await;
        office(&mut city, "gaps", json!({"kind": "school"})).await;
        for (id, number) in [
            ("no-area", 365),
            ("no-zone", 365),
            ("odd", 365),
            ("gaps", 300),
        ] {
            days(&mut city, id, number, 10.0).await;
        }
        for (id, reason) in [
            ("no-area", "no-area"),
            ("no-zone", "no-country"),
            ("odd", "no-reference"),
            ("gaps", "low-coverage"),
        ] {
            let asked = city
                .ask(&format!("/benchmarks?building={id}&year=2025"))
                .await;
            let power = &asked["buildings"][0]["electricity"];
            let reasons = power["reasons"].as_array().unwrap();
            assert!(reasons.contains(&json!(reason)), "{power}");
            assert!(
                reasons.contains(&json!("no-peers")) || id == "no-area",
                "{power}"
            );
            assert_eq!(power["published"], json!([]));
            let known = matches!(id, "odd" | "no-zone");
            assert_eq!(power["kwhPerM2"].is_number(), known, "{power}");
        }
        let nothing = city.ask("/benchmarks?building=rathaus&year=2025").await;
        assert_eq!(nothing["buildings"][0]["electricity"], Value::Null);
    });
}

#[test]
fn wrong_questions_and_others_buildings_are_refused() {
    run(|world, org| async move {
        let city = City::new(world, &org).await;
        for (query, name) in [
            ("year=x", "?year"),
            ("year=1900", "?year"),
            ("buildings=,", "?buildings"),
        ] {
            let call = get(format!("{BENCHMARKS}?{query}")).token(&city.token);
            let problem = call.send(world).await.json();
            assert!(problem.to_string().contains(name), "{query}: {problem}");
        }
        let theirs = world.token(&format!("{org}-other"), Role::User);
        let call = get(format!("{BENCHMARKS}?building=rathaus")).token(&theirs);
        call.send(world).await.problem(404, "not-found");
    });
}
