//! What energy costs, reckoned by hand, and the CO2 in it.

use chrono::TimeDelta;
use flowgrid_bus::Role;
use serde_json::{Value, json};

use crate::call::{BUILDINGS, get, post};
use crate::energy::{City, at};
use crate::tariffs::TARIFFS;
use crate::world::{World, run};

const COSTS: &str = "/api/v1/citypulse/energy/costs";
/// Three days of Berlin; on the second, a Sunday, the clocks are put forward. 71 hours of the 743 of March.
const FROM: &str = "2026-03-27T23:00:00Z";
const TO: &str = "2026-03-30T22:00:00Z";
const MARCH: f64 = 743.0;

async fn define(city: &mut City, org: &str, body: &Value) {
    let manager = city.world.token(org, Role::Manager);
    let reply = post(TARIFFS, body).token(&manager).send(city.world).await;
    reply.expect(201);
    city.known = reply.header("x-event-position").to_owned();
}

fn office() -> Value {
    json!({"id": "office", "name": "Office", "carrier": "electricity", "currency": "EUR",
        "validFrom": "2020-01-01",
        "energy": [
            {"name": "night", "price": 0.1, "when": [{"from": "01:00", "to": "05:00"}]},
            {"name": "day", "price": 0.4, "when": [
                {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "08:00", "to": "20:00"}]},
            {"name": "rest", "price": 0.2},
        ],
        "demand": [{"name": "monthly", "price": 10}],
        "fees": [{"per": "month", "price": 31}]})
}

fn near(value: &Value, expected: f64) {
    let found = value.as_f64().unwrap_or(f64::NAN);
    assert!((found - expected).abs() < 1e-5, "{found} is not {expected}");
}

/// A kWh an hour, and one quarter hour of 5 kWh on Monday at noon.
async fn three_days(city: &mut City) {
    let spike = at("2026-03-30T10:00:00Z");
    city.report("main", at(FROM), spike, 0.25).await;
    let after = spike + TimeDelta::minutes(15);
    city.report("main", spike, after, 5.0).await;
    city.report("main", after, at(TO), 0.25).await;
}

#[test]
fn a_bill_by_time_of_use_is_the_one_reckoned_by_hand() {
    run(|world, org| async move {
        let mut city = City::new(world, &org).await;
        define(&mut city, &org, &office()).await;
        three_days(&mut city).await;
        city.report("lights", at(FROM), at(TO), 0.1).await;
        let query = format!("/costs?from={FROM}&to={TO}&bucket=day&carrier=electricity");
        let costs = city.ask(&query).await;
        let place = &costs["buildings"][0];
        assert_eq!(place["timezone"], "Europe/Berlin");
        let power = &place["carriers"][0];
        near(&power["drawnKwh"], 75.75);
        near(&power["coverage"], 1.0);
        let bill = &power["costs"][0];
        // Nights of 4, 3 and 4 hours; Monday's day of 12 hours and the 4.75 kWh more; the rest.
        let lines = bill["energy"].as_array().unwrap();
        for (line, (rate, kwh, cost)) in lines.iter().zip([
            ("day", 16.75, 6.7),
            ("night", 11.0, 1.1),
            ("rest", 48.0, 9.6),
        ]) {
            assert_eq!(
                (&line["rate"], &line["tariff"]),
                (&json!(rate), &json!("Office"))
            );
            near(&line["kwh"], kwh);
            near(&line["cost"], cost);
        }
        let part = 71.0 / MARCH;
        near(&bill["demand"][0]["kw"], 20.0);
        near(&bill["demand"][0]["cost"], 200.0 * part);
        assert_eq!(bill["demand"][0]["at"], "2026-03-30T10:00:00Z");
        assert_eq!(bill["demandIsEstimated"], false);
        near(&bill["fees"], 31.0 * part);
        let total = 17.4 + 231.0 * part;
        near(&bill["total"], total);
        near(&costs["totals"][0]["cost"], total);
        // The days add up to it; the peak falls to the third.
        let days: Vec<f64> = power["buckets"]
            .as_array()
            .unwrap()
            .iter()
            .map(|day| day["costs"][0]["cost"].as_f64().unwrap())
            .collect();
        assert_eq!(days.len(), 3);
        assert!((days.iter().sum::<f64>() - total).abs() < 1e-5, "{days:?}");
        near(
            &json!(days[1]),
            3.0 * 0.1 + 20.0 * 0.2 + 31.0 * 23.0 / MARCH,
        );
        // Germany's mix of the newest year that is known, and whose figure it is.
        near(&power["co2"]["kg"], 75.75 * 0.363);
        let factor = &power["co2"]["factors"][0];
        assert_eq!(factor["year"], 2024);
        assert!(factor["source"].as_str().unwrap().starts_with("UBA"));
    });
}

#[test]
fn energy_shows_the_same_costs_beside_its_kwh() {
    run(|world, org| async move {
        let mut city = City::new(world, &org).await;
        define(&mut city, &org, &office()).await;
        three_days(&mut city).await;
        let span = format!("from={FROM}&to={TO}");
        let energy = city.ask(&format!("?{span}&bucket=day")).await;
        let days = energy["series"][0]["buckets"].as_array().unwrap();
        near(
            &days[1]["cost"],
            3.0 * 0.1 + 20.0 * 0.2 + 31.0 * 23.0 / MARCH,
        );
        assert_eq!(days[1]["currency"], "EUR");
        near(&days[1]["co2Kg"], 23.0 * 0.363);
        // With gas beside it, of which nobody said what it costs, there is no whole cost.
        city.report("gas", at(FROM), at(TO), 0.5).await;
        let energy = city.ask(&format!("?{span}&bucket=day&groupBy=total")).await;
        let day = &energy["series"][0]["buckets"][1];
        assert_eq!(
            (&day["cost"], &day["currency"]),
            (&Value::Null, &Value::Null)
        );
        near(&day["co2Kg"], 23.0 * 0.363 + 23.0 * 19.0 * 0.181_081);
        let by = city
            .ask(&format!("?{span}&bucket=month&groupBy=carrier"))
            .await;
        let month = &by["series"][0]["buckets"][0];
        // What nobody measured still pays its fees.
        near(&month["cost"], 17.4 + 200.0 + 31.0);
        assert_eq!(by["series"][1]["buckets"][0]["cost"], Value::Null);
        let meters = city.ask(&format!("?{span}&groupBy=meter")).await;
        assert_eq!(meters["series"][0]["buckets"][0]["cost"], Value::Null);
        let costs = city.ask(&format!("/costs?{span}&bucket=day")).await;
        let gas = &costs["buildings"][0]["carriers"][1];
        assert_eq!(
            (&gas["carrier"], &gas["costs"]),
            (&json!("gas"), &json!([]))
        );
        assert_eq!(gas["withoutTariff"][0]["from"], FROM);
        assert_eq!(gas["withoutTariff"][0]["to"], TO);
        near(&gas["withoutTariff"][0]["kwh"], 71.0 * 19.0);
        assert_eq!(costs["unconverted"], json!(["old-gas"]));
    });
}

#[test]
fn today_and_this_month_have_a_price() {
    run(|world, org| async move {
        let mut city = City::new(world, &org).await;
        let now: chrono::DateTime<chrono::Utc> = std::time::SystemTime::now().into();
        let start = at("2026-01-01T00:00:00Z");
        let now = start + TimeDelta::minutes((now - start).num_minutes() / 15 * 15);
        let flat = json!({"name": "Flat", "carrier": "electricity", "currency": "EUR",
            "validFrom": "2020-01-01", "energy": [{"name": "all", "price": 0.25}]});
        define(&mut city, &org, &flat).await;
        city.report("main", now - TimeDelta::days(2), now, 0.5)
            .await;
        let summary = city.ask("/summary?building=rathaus").await;
        for period in ["today", "month"] {
            let period = &summary[period];
            near(&period["cost"], period["kwh"].as_f64().unwrap() * 0.25);
            assert_eq!(period["currency"], "EUR");
            near(&period["co2Kg"], period["kwh"].as_f64().unwrap() * 0.363);
        }
    });
}

#[test]
fn a_later_tariff_takes_over_and_currencies_stay_apart() {
    run(|world, org| async move {
        let mut city = City::new(world, &org).await;
        let flat = |id: &str, from: &str, currency: &str, price: f64| {
            json!({"id": id, "name": id, "carrier": "electricity", "currency": currency,
                "validFrom": from, "energy": [{"name": "all", "price": price}],
                "feedIn": {"kind": "paid", "price": 0.08},
                "co2": {"kgPerKwh": 0.02, "source": "the supplier"}})
        };
        define(&mut city, &org, &flat("old", "2026-03-29", "EUR", 0.3)).await;
        define(&mut city, &org, &flat("new", "2026-03-30", "CHF", 0.5)).await;
        // Of another building alone.
        let house = json!({"id": "school", "name": "S"});
        city.send(BUILDINGS, &house).await;
        let mut other = flat("other", "2026-03-01", "EUR", 9.0);
        other["buildingIds"] = json!(["school"]);
        define(&mut city, &org, &other).await;
        // Sold to the network: no main meter is above it.
        city.meter("roof", json!({"direction": "generation"})).await;
        city.report("main", at(FROM), at(TO), 0.25).await;
        city.report("roof", at(FROM), at(TO), 0.5).await;
        let query =
            format!("/costs?from={FROM}&to={TO}&bucket=day&building=rathaus&carrier=electricity");
        let costs = city.ask(&query).await;
        let power = &costs["buildings"][0]["carriers"][0];
        near(&power["fedInKwh"], 142.0);
        let shown: Vec<(&str, f64)> = costs["totals"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                (
                    one["currency"].as_str().unwrap(),
                    one["cost"].as_f64().unwrap(),
                )
            })
            .collect();
        assert_eq!(shown.len(), 2, "{shown:?}");
        near(&json!(shown[0].1), 24.0 * 0.5 - 48.0 * 0.08);
        near(&json!(shown[1].1), 23.0 * 0.3 - 46.0 * 0.08);
        assert_eq!((shown[0].0, shown[1].0), ("CHF", "EUR"));
        // The first day has no tariff, so it has the published factor.
        near(&power["withoutTariff"][0]["kwh"], 24.0);
        near(&power["co2"]["kg"], 24.0 * 0.363 + 47.0 * 0.02);
        let energy = city
            .ask(&format!(
                "?from={FROM}&to={TO}&bucket=week&groupBy=total&carrier=electricity"
            ))
            .await;
        let weeks = energy["series"][0]["buckets"].as_array().unwrap();
        assert_eq!(weeks[0]["cost"], Value::Null, "a day of it has no tariff");
        assert_eq!(weeks[1]["currency"], "CHF");
    });
}

#[test]
fn without_a_place_there_is_no_factor_and_it_is_said() {
    run(|world, org| async move {
        let mut city = City::new(world, &org).await;
        let house = json!({"id": "depot", "name": "D"});
        city.send(BUILDINGS, &house).await;
        city.meter("depot-main", json!({"buildingId": "depot"}))
            .await;
        city.report("depot-main", at(FROM), at(TO), 0.25).await;
        let query = format!("/costs?from={FROM}&to={TO}&bucket=day&buildings=depot");
        let costs = city.ask(&query).await;
        let co2 = &costs["buildings"][0]["carriers"][0]["co2"];
        assert_eq!((&co2["kg"], &costs["co2Kg"]), (&Value::Null, &Value::Null));
        assert!(
            co2["reason"].as_str().unwrap().contains("time zone"),
            "{co2}"
        );
    });
}

#[test]
fn wrong_questions_and_others_buildings_are_refused() {
    run(|world, org| async move {
        let mut city = City::new(world, &org).await;
        define(&mut city, &org, &office()).await;
        let other = format!("{org}-other");
        let theirs = world.token(&other, Role::User);
        for path in [
            format!("{COSTS}?building=rathaus"),
            format!("{COSTS}?buildings=rathaus"),
        ] {
            let call = get(path).token(&theirs);
            call.send(world).await.problem(404, "not-found");
        }
        // Another organization's tariff prices nothing here.
        let mut neighbour = City::new(world, &other).await;
        neighbour.report("main", at(FROM), at(TO), 0.25).await;
        let costs = neighbour
            .ask(&format!("/costs?from={FROM}&to={TO}&bucket=day"))
            .await;
        assert_eq!(costs["totals"], json!([]));
        for (query, name) in [
            ("bucket=year", "?bucket"),
            ("carrier=coal", "?carrier"),
            ("buildings=,", "?buildings"),
            ("buildings=a&building=b", "?buildings"),
            ("bucket=hour&from=2001-01-01T00:00:00Z", "?from"),
            ("bucket=month&from=2005-01-01T00:00:00Z", "?from"),
        ] {
            refused(world, &city.token, query, name).await;
        }
    });
}

async fn refused(world: &World, token: &str, query: &str, name: &str) {
    let reply = get(format!("{COSTS}?{query}"))
        .token(token)
        .send(world)
        .await;
    let problem = reply.json();
    assert!(reply.status.is_client_error(), "{query}: {problem}");
    assert!(problem.to_string().contains(name), "{query}: {problem}");
}
