//! Buildings or periods side by side.

use flowgrid_bus::Role;
use serde_json::{Value, json};

use crate::call::{BUILDINGS, get, post};
use crate::energy::{City, at};
use crate::tariffs::TARIFFS;
use crate::world::run;

const COMPARISON: &str = "/api/v1/citypulse/analytics/comparison";

/// A school beside the town hall, and what a kWh costs.
async fn two_buildings(city: &mut City, org: &str) {
    let school =
        json!({"id": "school", "name": "School", "area": 500.0, "timezone": "Europe/Berlin"});
    city.send(BUILDINGS, &school).await;
    city.meter("school-main", json!({"buildingId": "school"}))
        .await;
    let flat = json!({"name": "Flat", "carrier": "electricity", "currency": "EUR",
        "validFrom": "2020-01-01", "energy": [{"name": "all", "price": 0.5}]});
    let manager = city.world.token(org, Role::Manager);
    let reply = post(TARIFFS, &flat).token(&manager).send(city.world).await;
    reply.expect(201);
    city.known = reply.header("x-event-position").to_owned();
}

async fn compare(city: &City, query: &str) -> Value {
    let reply = city.read(&format!("{COMPARISON}?{query}")).await;
    reply.expect(200)["data"].clone()
}

#[test]
fn buildings_are_compared_with_the_first() {
    run(|world, org| async move {
        let mut city = City::new(world, &org).await;
        two_buildings(&mut city, &org).await;
        // Two days of Berlin, the second of 23 hours.
        let (from, to) = ("2026-03-27T23:00:00Z", "2026-03-29T22:00:00Z");
        city.report("main", at(from), at(to), 0.5).await;
        city.report("school-main", at(from), at(to), 0.25).await;
        let compared = compare(
            &city,
            &format!("buildings=rathaus,school&from={from}&to={to}"),
        )
        .await;
        let (hall, school) = (&compared["items"][0], &compared["items"][1]);
        assert_eq!((&hall["kwh"], &hall["cost"]), (&json!(94.0), &json!(47.0)));
        assert_eq!(
            (&hall["kwhPerM2"], &hall["difference"]),
            (&Value::Null, &Value::Null)
        );
        assert_eq!(
            (&school["kwh"], &school["currency"]),
            (&json!(47.0), &json!("EUR"))
        );
        assert_eq!(school["kwhPerM2"], 0.094);
        let less = &school["difference"];
        assert_eq!(less["kwh"], json!({"amount": -47.0, "percent": -50.0}));
        assert_eq!(less["cost"], json!({"amount": -23.5, "percent": -50.0}));
        assert_eq!(less["kwhPerM2"], Value::Null);
        assert_eq!(
            (&school["coverage"], &school["from"]),
            (&json!(1.0), &json!(from))
        );
        let all = compare(&city, &format!("from={from}&to={to}&carrier=electricity")).await;
        assert_eq!(all["items"].as_array().unwrap().len(), 2);
    });
}

#[test]
fn a_building_is_compared_with_itself_in_whole_days() {
    run(|world, org| async move {
        let mut city = City::new(world, &org).await;
        two_buildings(&mut city, &org).await;
        // Berlin's 28 to 31 March; the clocks are put forward on the 29th.
        let (from, middle, to) = (
            "2026-03-27T23:00:00Z",
            "2026-03-29T22:00:00Z",
            "2026-03-31T22:00:00Z",
        );
        city.report("school-main", at(from), at(middle), 0.25).await;
        city.report("school-main", at(middle), at(to), 0.5).await;
        let query = format!("building=school&from={middle}&to={to}&against=previous");
        let compared = compare(&city, &query).await;
        let (now, then) = (&compared["items"][0], &compared["items"][1]);
        assert_eq!((&now["kwh"], &then["kwh"]), (&json!(96.0), &json!(47.0)));
        assert_eq!((&then["from"], &then["to"]), (&json!(from), &json!(middle)));
        assert_eq!(now["difference"]["kwh"]["amount"], 49.0);
        assert_eq!(then["difference"], Value::Null);
        // A year before nothing was measured, and the days are those of the calendar.
        let query = format!("building=school&from={middle}&to={to}&against=year");
        let compared = compare(&city, &query).await;
        let then = &compared["items"][1];
        assert_eq!(
            (&then["kwh"], &then["coverage"]),
            (&Value::Null, &json!(0.0))
        );
        assert_eq!(then["from"], "2025-03-29T23:00:00Z");
        assert_eq!(then["to"], "2025-03-31T22:00:00Z");
        assert_eq!(compared["items"][0]["difference"]["kwh"], Value::Null);
        let other = format!("againstFrom={from}&againstTo={middle}");
        let compared = compare(
            &city,
            &format!("building=school&from={middle}&to={to}&{other}"),
        )
        .await;
        assert_eq!(compared["items"][1]["kwh"], 47.0);
    });
}

#[test]
fn wrong_questions_and_others_buildings_are_refused() {
    run(|world, org| async move {
        let city = City::new(world, &org).await;
        for (query, name) in [
            ("building=rathaus", "?against"),
            ("building=rathaus&against=tomorrow", "?against"),
            (
                "building=rathaus&againstFrom=2026-01-01T00:00:00Z",
                "?againstTo",
            ),
            (
                "building=rathaus&againstTo=2026-01-01T00:00:00Z",
                "?againstFrom",
            ),
            ("buildings=a&building=b", "?buildings"),
        ] {
            let call = get(format!("{COMPARISON}?{query}")).token(&city.token);
            let problem = call.send(world).await.json();
            assert!(problem.to_string().contains(name), "{query}: {problem}");
        }
        let theirs = world.token(&format!("{org}-other"), Role::User);
        let call = get(format!("{COMPARISON}?buildings=rathaus,school")).token(&theirs);
        call.send(world).await.problem(404, "not-found");
    });
}
