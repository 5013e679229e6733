//! What the figures of a building say, in words and numbers.

use chrono::{DateTime, FixedOffset, TimeDelta, Timelike};
use flowgrid_bus::Role;
use serde_json::{Value, json};

use crate::call::{get, post};
use crate::given::{Given, METERS};
use crate::world::run;

const ANALYTICS: &str = "/api/v1/citypulse/analytics";
const RECOMMENDATIONS: &str = "/api/v1/citypulse/energy/recommendations";
const SENSORS: &str = "/api/v1/citypulse/sensors";

/// A Monday in Illinois.
fn hour(nth: i64) -> DateTime<FixedOffset> {
    let monday: DateTime<FixedOffset> = "2025-01-06T00:00:00-06:00".parse().unwrap();
    monday + TimeDelta::hours(nth)
}

/// Kilowatts of an office that is left on on most nights; from its ninth week on it uses half as much again.
fn office(nth: i64) -> f64 {
    let (day, hour) = (nth / 24, hour(nth).hour());
    let wobble = (nth * 7_919 % 101) as f64 / 100.0;
    let factor = if day >= 56 { 1.5 } else { 1.0 };
    let kw = match hour {
        _ if nth == 70 * 24 + 11 => 300.0,
        0..5 if day % 4 > 0 => 30.0,
        8..18 if day % 7 < 5 => 40.0,
        _ => 5.0,
    };
    kw * factor + wobble
}

/// An office of twelve weeks, with a thermometer that stood still for two days.
async fn furnish(given: &mut Given) {
    let building =
        json!({"id": "office", "name": "Office", "area": 1000, "timezone": "America/Chicago"});
    given.send("/api/v1/citypulse/buildings", &building).await;
    for (id, kind, unit, mode) in [
        ("main", "electricity", "kWh", "interval"),
        ("hall", "temperature", "°C", "instantaneous"),
    ] {
        let sensor = json!({"id": id, "name": id, "buildingId": "office", "kind": kind, "unit": unit,
            "mode": mode, "periodSeconds": 3600});
        given.send(SENSORS, &sensor).await;
    }
    let hours = 0..84 * 24;
    let main = hours.clone().map(|nth| (hour(nth), office(nth))).collect();
    given.report("main", &main).await;
    let hall = |nth: i64| match nth {
        500..548 => 21.5,
        nth => 20.0 + (nth * 31 % 97) as f64 / 50.0,
    };
    let hall = hours.map(|nth| (hour(nth), hall(nth))).collect();
    given.report("hall", &hall).await;
}

fn span(from: i64, to: i64) -> String {
    let time = |nth: i64| {
        hour(24 * nth)
            .to_utc()
            .format("%Y-%m-%dT%H:%M:%SZ")
            .to_string()
    };
    format!("from={}&to={}", time(from), time(to))
}

fn kinds(list: &Value) -> Vec<&str> {
    let all = list.as_array().unwrap().iter();
    all.map(|one| one["kind"].as_str().unwrap()).collect()
}

#[test]
fn findings_come_ranked_with_figures_words_and_confidence() {
    run(|world, org| async move {
        let mut given = Given::new(world, &org, &METERS[..1]).await;
        furnish(&mut given).await;
        let path = format!("{RECOMMENDATIONS}?building=office&{}", span(0, 84));
        let found = given.ask(&path).await;
        println!("{found:#}");
        assert_eq!(kinds(&found)[0], "nightLoad");
        let night = &found[0];
        assert_eq!(
            (&night["rank"], &night["carrier"]),
            (&json!(1), &json!("electricity"))
        );
        assert_eq!(night["moneyPerYear"], Value::Null);
        assert!(night["kwhPerYear"].as_f64().unwrap() > 20_000.0, "{night}");
        assert!(night["confidence"].as_f64().unwrap() > 0.5, "{night}");
        assert_eq!(night["evidence"]["nights"], 84);
        assert!(
            night["text"].as_str().unwrap().contains("84 nights"),
            "{night}"
        );
        let stuck = found
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["kind"] == "stuckSensor");
        let stuck = stuck.unwrap();
        assert_eq!(
            (&stuck["sensorId"], &stuck["evidence"]["hours"]),
            (&json!("hall"), &json!(48))
        );
        assert_eq!(stuck["evidence"]["unit"], "°C");
        assert!(!kinds(&found).contains(&"anomaly"));

        // By a tariff, the same comes to money, and peaks to their demand charge.
        let tariff = json!({"name": "T", "carrier": "electricity", "currency": "EUR", "validFrom": "2024-01-01",
            "energy": [{"name": "all", "price": 0.3}], "demand": [{"name": "peak", "price": 10}]});
        let manager = world.token(&org, Role::Manager);
        let defined = post("/api/v1/citypulse/tariffs", &tariff).token(&manager);
        let defined = defined.send(world).await;
        defined.expect(201);
        let priced = get(&path).token(&manager);
        let priced = priced.header("x-min-position", defined.header("x-event-position"));
        let priced = priced.send(world).await.expect(200)["data"].clone();
        let of = |kind: &str| {
            let all = priced.as_array().unwrap().iter();
            let one = all.into_iter().find(|one| one["kind"] == kind).unwrap();
            (
                one["kwhPerYear"].as_f64().unwrap(),
                one["moneyPerYear"].as_f64().unwrap(),
            )
        };
        let (kwh, money) = of("nightLoad");
        assert!((money - 0.3 * kwh).abs() < 1e-6, "{priced}");
        assert!(of("peaks").1 > 0.0, "{priced}");
        assert_eq!(priced[0]["currency"], "EUR");

        // The year before the work of a meter that heats and cools: 40 % each, by its metadata.
        let year = "from=2015-12-27T06:00:00Z&to=2016-12-26T06:00:00Z";
        let found = given
            .ask(&format!("{RECOMMENDATIONS}?building={}&{year}", METERS[0]))
            .await;
        for kind in ["heatingSensitivity", "coolingSensitivity"] {
            let one = found
                .as_array()
                .unwrap()
                .iter()
                .find(|one| one["kind"] == kind);
            let share = one.unwrap()["evidence"]["share"].as_f64().unwrap();
            assert!((share - 0.4).abs() < 0.05, "{kind}: {share}");
        }
        let page = given
            .get(&format!("{path}&limit=1&offset=1"))
            .send(world)
            .await
            .expect(200);
        assert_eq!(page["data"][0]["rank"], 2);
        assert_eq!(page["pagination"]["hasMore"], true);
    });
}

#[test]
fn what_changed_and_what_is_odd_is_said_with_its_numbers() {
    run(|world, org| async move {
        let mut given = Given::new(world, &org, &[]).await;
        furnish(&mut given).await;
        // Four weeks, and the four before.
        let weeks = format!("building=office&{}", span(56, 84));
        let changed = given.ask(&format!("{ANALYTICS}/insights?{weeks}")).await;
        println!("{changed:#}");
        let consumption = changed
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["kind"] == "consumption");
        let consumption = consumption.unwrap();
        let percent = consumption["changePercent"].as_f64().unwrap();
        assert!((48.0..53.0).contains(&percent), "{consumption}");
        let text = consumption["text"].as_str().unwrap();
        assert!(
            text.contains("Office") && text.contains("more than in the 28"),
            "{text}"
        );
        assert!(kinds(&changed).contains(&"nightLoad"), "{changed}");
        // Nothing was different in the weeks before.
        let quiet = format!("building=office&{}", span(28, 56));
        let quiet = given.ask(&format!("{ANALYTICS}/insights?{quiet}")).await;
        assert_eq!(quiet, json!([]));

        let odd = given
            .ask(&format!("{ANALYTICS}/anomalies?{weeks}&minScore=6"))
            .await;
        let strangest = &odd[0];
        assert_eq!(strangest["timestamp"], json!(hour(70 * 24 + 11).to_utc()));
        assert_eq!(strangest["type"], "highConsumption");
        assert_eq!(strangest["severity"], "high");
        let of = |name: &str| strangest[name].as_f64().unwrap();
        assert!(
            (of("measuredKwh") - office(70 * 24 + 11)).abs() < 1e-6,
            "{strangest}"
        );
        assert!(
            (55.0..65.0).contains(&of("expectedKwh")) && of("score") > 20.0,
            "{strangest}"
        );
        let none = given
            .ask(&format!("{ANALYTICS}/anomalies?{weeks}&minScore=100000"))
            .await;
        assert_eq!(none, json!([]));

        let all = given.ask(&format!("{ANALYTICS}?{weeks}")).await;
        let used: f64 = (56 * 24..84 * 24).map(office).sum();
        assert!(
            (all["totalKwh"].as_f64().unwrap() - used).abs() < 1e-3,
            "{all}"
        );
        let building = &all["buildings"][0];
        assert_eq!(building["buildingId"], "office");
        assert_eq!(building["coverage"], 1.0);
        assert!((building["kwhPerM2"].as_f64().unwrap() - used / 1_000.0).abs() < 1e-6);
        assert_eq!(building["peakAt"], strangest["timestamp"]);
        assert_eq!(
            all["insights"].as_array().unwrap().len(),
            changed.as_array().unwrap().len()
        );
        assert_eq!(all["anomalies"][0]["score"], strangest["score"]);
        // The same of all buildings with meters, of which it is the only one.
        let everywhere = given.ask(&format!("{ANALYTICS}?{}", span(56, 84))).await;
        assert_eq!(everywhere["totalKwh"], all["totalKwh"]);
    });
}

#[test]
fn wrong_questions_for_analytics_are_named() {
    run(|world, org| async move {
        let given = Given::new(world, &org, &[]).await;
        for path in ["", "/insights", "/anomalies"] {
            for (query, name) in [
                ("from=2025-01-02T00:00:00Z&to=2025-01-01T00:00:00Z", "?to"),
                ("from=2025-01-02T00:00:00Z&to=2025-01-02T01:00:00Z", "?from"),
                ("from=2015-01-02T00:00:00Z&to=2025-01-02T01:00:00Z", "?from"),
                ("from=1950-01-02T00:00:00Z&to=1951-01-02T01:00:00Z", "?from"),
                ("timeRange=2h", "?timeRange"),
                ("carrier=coal", "?carrier"),
            ] {
                let reply = given
                    .get(&format!("{ANALYTICS}{path}?{query}"))
                    .send(world)
                    .await;
                let problem = reply.problem(400, "bad-input");
                assert_eq!(problem["errors"][0]["pointer"], name, "{query}");
            }
            let nowhere = given.get(&format!("{ANALYTICS}{path}?building=nowhere"));
            nowhere.send(world).await.problem(404, "not-found");
        }
        let odd = given
            .get(&format!("{ANALYTICS}/anomalies?minScore=-1"))
            .send(world)
            .await;
        odd.problem(400, "bad-input");
        let nowhere = given.get(&format!("{RECOMMENDATIONS}?building=nowhere"));
        nowhere.send(world).await.problem(404, "not-found");
    });
}
