//! Forecasts that a worker has fitted and kept.

use chrono::{DateTime, Utc};
use flowgrid_bus::Role;
use flowgrid_workers::forecasts::Forecaster;
use serde_json::{Value, json};

use crate::call::{get, post};
use crate::given::{Given, METERS, series};
use crate::world::{World, run};

const FORECAST: &str = "/api/v1/citypulse/energy/forecast";
const RULES: &str = "/api/v1/citypulse/alert-rules";

/// Fits all that is due, until there is an answer: another test's worker may have taken ours.
async fn fitted(world: &World, given: &Given, path: &str) -> Value {
    let (store, read) = (world.test.store.clone(), world.read.clone());
    let stop = world.test.stop.subscribe();
    let forecaster = Forecaster::open(&world.test.url, store, read, stop).unwrap();
    for _ in 0..600 {
        forecaster.look().await.unwrap();
        let now: DateTime<Utc> = std::time::SystemTime::now().into();
        while forecaster.fit_next(now).await.unwrap() {}
        let reply = given.get(path).send(world).await;
        if reply.status == 200 {
            return reply.json()["data"].clone();
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("no forecast of {path}");
}

#[test]
fn a_forecast_comes_with_what_it_has_earned() {
    run(|world, org| async move {
        let mut given = Given::new(world, &org, &METERS).await;
        let path = format!("{FORECAST}?building={}", METERS[0]);
        // All of it is read before anything is fitted.
        let savings = format!(
            "/api/v1/citypulse/energy/savings?building={}&blackoutFrom=2016-12-26",
            METERS[0]
        );
        given.ask(&savings).await;
        let problem = given.get(&path).send(world).await;
        let problem = problem.problem(409, "not-yet-fitted");
        assert!(
            problem["detail"]
                .as_str()
                .unwrap()
                .contains("no forecast yet")
        );

        for meter in METERS {
            let path = format!("{FORECAST}?building={meter}");
            let forecast = fitted(world, &given, &path).await;
            let earned = &forecast["earned"];
            println!("{meter}: {} {earned}", forecast["family"]);
            let number = |name: &str| earned[name].as_f64().unwrap();
            assert!(number("mase") < number("naiveMase"), "{earned}");
            assert!((0.85..=0.95).contains(&number("coverage")), "{earned}");
        }
        let forecast = given.ask(&path).await;
        let points = forecast["points"].as_array().unwrap();
        assert_eq!(points.len(), 48);
        assert_eq!(points[0]["timestamp"], forecast["validFrom"]);
        let (last, _) = *series(METERS[0], 1.0).last().unwrap();
        let origin: DateTime<Utc> = serde_json::from_value(forecast["validFrom"].clone()).unwrap();
        assert_eq!(origin, last.to_utc() + chrono::TimeDelta::hours(1));
        for point in points {
            let of = |name: &str| point[name].as_f64().unwrap();
            assert!(of("lower") <= of("predicted") && of("predicted") <= of("upper"));
        }
        assert_eq!(forecast["notes"][0]["note"], "temperatureContinued");
        let week = given.ask(&format!("{path}&horizon=168")).await;
        assert_eq!(week["points"].as_array().unwrap().len(), 168);

        // A building of which hardly anything is known.
        let sensor = json!({"id": "new", "name": "New", "buildingId": "station", "kind": "electricity",
            "unit": "kWh", "mode": "interval", "periodSeconds": 3600});
        given.send("/api/v1/citypulse/sensors", &sensor).await;
        let few: Vec<_> = series(METERS[0], 1.0).into_iter().take(10).collect();
        given.report("new", &few).await;
        given.ask("/api/v1/citypulse/energy?building=station").await;
        fitted(world, &given, &path).await;
        let none = given
            .get(&format!("{FORECAST}?building=station"))
            .send(world)
            .await;
        let problem = none.problem(409, "not-yet-fitted");
        let said = problem["detail"].as_str().unwrap();
        assert!(said.contains("10 hours of the 96"), "{said}");
        for (query, status) in [
            (format!("building={}&horizon=169", METERS[0]), 400),
            (format!("building={}&horizon=soon", METERS[0]), 400),
            (format!("building=station&meter={}", METERS[0]), 400),
            ("horizon=5".to_owned(), 400),
            ("building=nowhere".to_owned(), 404),
            ("meter=nowhere".to_owned(), 404),
            // Nobody compares it with anything.
            (format!("meter={}", METERS[0]), 409),
        ] {
            let reply = given.get(&format!("{FORECAST}?{query}")).send(world).await;
            assert_eq!(reply.status, status, "{query}: {}", reply.json());
        }
    });
}

#[test]
fn a_rule_is_tried_against_forecasts_of_the_past() {
    run(|world, org| async move {
        let mut given = Given::new(world, &org, &METERS[..1]).await;
        let manager = world.token(&org, Role::Manager);
        let rule = json!({"id": "odd", "name": "Odd", "kind": "forecastDeviation",
            "condition": {"percent": 300, "atLeast": 5}, "target": {"sensorId": METERS[0]}});
        post(RULES, &rule)
            .token(&manager)
            .send(world)
            .await
            .expect(201);
        let listed = get(RULES).token(&manager);
        for _ in 0..200 {
            if listed.clone().send(world).await.expect(200)["pagination"]["total"] == 1 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        given.ask("/api/v1/citypulse/energy").await;
        let forecast = fitted(world, &given, &format!("{FORECAST}?meter={}", METERS[0])).await;
        assert_eq!(
            (&forecast["unit"], &forecast["sensorId"]),
            (&json!("kWh"), &json!(METERS[0]))
        );
        let (last, _) = *series(METERS[0], 1.0).last().unwrap();
        let hour = |hours: i64| last + chrono::TimeDelta::hours(hours);
        let usual = forecast["points"][0]["predicted"].as_f64().unwrap();
        let after = vec![(hour(1), usual), (hour(2), 900.0), (hour(3), usual)];
        given.report(METERS[0], &after).await;
        given.ask("/api/v1/citypulse/energy").await;
        let times = json!({"from": hour(-48).to_utc(), "to": hour(24).to_utc()});
        let tried = post(format!("{RULES}/odd/test"), &times).token(&manager);
        let tried = tried.send(world).await.expect(200)["data"].clone();
        let excursions = tried["excursions"].as_array().unwrap();
        assert_eq!(excursions.len(), 1, "{tried}");
        assert_eq!(excursions[0]["value"], 900.0);
    });
}
