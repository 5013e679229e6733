//! Consumption in kWh, on the calendar of the building, each kWh once.

use chrono::{DateTime, TimeDelta, Utc};
use flowgrid_bus::Role;
use serde_json::{Value, json};

use crate::call::{BUILDINGS, Reply, get, post};
use crate::world::{World, run};

const ENERGY: &str = "/api/v1/citypulse/energy";
const SENSORS: &str = "/api/v1/citypulse/sensors";
const READINGS: &str = "/api/v1/citypulse/readings";

pub struct City {
    pub world: &'static World,
    pub token: String,
    /// Of the last command to the domain's log, and of the last readings.
    pub known: String,
    pub position: String,
}

impl City {
    /// Berlin's clocks; a main meter with a sub-meter, and gas.
    pub async fn new(world: &'static World, org: &str) -> Self {
        let token = world.token(org, Role::User);
        let mut city = Self {
            world,
            token,
            known: String::new(),
            position: String::new(),
        };
        city.send(
            BUILDINGS,
            &json!({"id": "rathaus", "name": "R", "timezone": "Europe/Berlin"}),
        )
        .await;
        city.meter("main", json!({})).await;
        city.meter("lights", json!({"parentId": "main"})).await;
        city.meter(
            "gas",
            json!({"kind": "gas", "unit": "m3", "calorificValue": 10.0, "stateNumber": 0.95}),
        )
        .await;
        city.meter("old-gas", json!({"kind": "gas", "unit": "m3"}))
            .await;
        city
    }

    pub async fn meter(&mut self, id: &str, with: Value) {
        let mut body = json!({"id": id, "name": id, "buildingId": "rathaus", "kind": "electricity",
            "unit": "kWh", "mode": "interval", "periodSeconds": 900});
        body.as_object_mut()
            .unwrap()
            .extend(with.as_object().unwrap().clone());
        self.send(SENSORS, &body).await;
    }

    pub async fn send(&mut self, path: &str, body: &Value) {
        let reply = post(path, body).token(&self.token).send(self.world).await;
        reply.expect(201);
        let position = reply.header("x-event-position").to_owned();
        if path == READINGS {
            self.position = position;
        } else {
            self.known = position;
        }
    }

    /// The same value every quarter of an hour.
    pub async fn report(
        &mut self,
        sensor: &str,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        value: f64,
    ) {
        let quarters = (to - from).num_minutes() / 15;
        let reading = |n: i64| {
            let time = from + TimeDelta::minutes(15 * n);
            json!({"sensorId": sensor, "timestamp": time, "value": value})
        };
        let all: Vec<Value> = (0..quarters).map(reading).collect();
        self.send(READINGS, &json!(all)).await;
    }

    pub async fn ask(&self, query: &str) -> Value {
        let reply = self.read(&format!("{ENERGY}{query}")).await;
        reply.expect(200)["data"].clone()
    }

    /// What sensors mean is of one log, what they report of another: both are waited for.
    pub async fn read(&self, path: &str) -> Reply {
        let call = get(path).token(&self.token);
        let known = call.clone().header("x-min-position", &self.known);
        let reply = known.send(self.world).await;
        if self.position.is_empty() {
            return reply;
        }
        let reported = call.header("x-min-position", &self.position);
        reported.send(self.world).await
    }
}

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn kwh(series: &Value) -> Vec<f64> {
    let buckets = series["buckets"].as_array().unwrap();
    buckets
        .iter()
        .map(|bucket| bucket["kwh"].as_f64().unwrap())
        .collect()
}

#[test]
fn every_kwh_is_counted_once_on_the_buildings_calendar() {
    run(|world, org| async move {
        let mut city = City::new(world, &org).await;
        // Three days of Berlin; on the second the clocks are put forward.
        let (from, to) = (at("2026-03-27T23:00:00Z"), at("2026-03-30T22:00:00Z"));
        city.report("main", from, to, 0.25).await;
        city.report("lights", from, to, 0.1).await;
        city.report("gas", from, to, 0.5).await;
        let span = "from=2026-03-27T23:00:00Z&to=2026-03-30T22:00:00Z";
        let days = city.ask(&format!("?{span}&carrier=electricity")).await;
        assert_eq!(kwh(&days["series"][0]), [24.0, 23.0, 24.0]);
        assert_eq!(days["series"][0]["buildingId"], "rathaus");
        assert_eq!(days["series"][0]["coverage"], 1.0);
        assert_eq!(days["unconverted"], json!(["old-gas"]));
        // A cubic metre holds 9.5 kWh: 19 kWh an hour.
        let carriers = city
            .ask(&format!("?{span}&groupBy=carrier&bucket=month"))
            .await;
        let carriers = carriers["series"].as_array().unwrap();
        let shown: Vec<_> = carriers
            .iter()
            .map(|one| (one["carrier"].as_str().unwrap(), kwh(one)))
            .collect();
        assert_eq!(
            shown,
            [("electricity", vec![71.0]), ("gas", vec![71.0 * 19.0])]
        );
        let meters = city
            .ask(&format!("?{span}&groupBy=meter&bucket=week"))
            .await;
        let names: Vec<_> = meters["series"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["meterId"].clone())
            .collect();
        assert_eq!(names, ["gas", "lights", "main"]);
        let hours = city
            .ask("?from=2026-03-29T00:00:00Z&to=2026-03-29T03:00:00Z&bucket=hour&meter=main")
            .await;
        assert_eq!(kwh(&hours["series"][0]), [1.0, 1.0, 1.0]);
        assert_eq!(
            hours["series"][0]["buckets"][1]["start"],
            "2026-03-29T01:00:00Z"
        );
        let compared =
            "from=2026-03-29T22:00:00Z&to=2026-03-30T22:00:00Z&groupBy=total&carrier=electricity";
        let compared = city.ask(&format!("?{compared}&compare=previous")).await;
        let total = &compared["series"][0];
        assert_eq!(total["kwh"], 24.0);
        // The 24 hours before touch two days: both are whole.
        assert_eq!(total["previous"]["kwh"], 47.0);
    });
}

#[test]
fn a_summary_compares_with_the_same_time_before() {
    run(|world, org| async move {
        let mut city = City::new(world, &org).await;
        let now: DateTime<Utc> = std::time::SystemTime::now().into();
        let quarter = at("2026-01-01T00:00:00Z");
        let now_quarter = quarter + TimeDelta::minutes((now - quarter).num_minutes() / 15 * 15);
        city.report("main", now_quarter - TimeDelta::days(3), now_quarter, 0.5)
            .await;
        let summary = city.ask("/summary?building=rathaus").await;
        assert_eq!(summary["buildingId"], "rathaus");
        let power = summary["powerKw"].as_f64().unwrap();
        assert!((power - 2.0).abs() < 0.001, "{summary}");
        let today = &summary["today"];
        let (kwh, before) = (
            today["kwh"].as_f64().unwrap(),
            today["previous"]["kwh"].as_f64().unwrap(),
        );
        // The hour that has begun is whole on the day before.
        assert!(kwh <= before && before <= kwh + 2.0 + 2.0, "{summary}");
        let all = city.ask("/summary").await;
        assert_eq!(all["today"]["kwh"], today["kwh"]);
        assert_eq!(all["buildingId"], Value::Null);
    });
}

#[test]
fn a_building_shows_what_it_uses_now_and_has_used() {
    run(|world, org| async move {
        let mut city = City::new(world, &org).await;
        let building = format!("{BUILDINGS}/rathaus");
        let nothing = city.read(&building).await.expect(200);
        let energy = &nothing["data"]["energy"];
        assert_eq!(
            *energy,
            json!({"powerKw": null, "todayKwh": null, "monthKwh": null})
        );
        let now: DateTime<Utc> = std::time::SystemTime::now().into();
        let start = at("2026-01-01T00:00:00Z");
        let now = start + TimeDelta::minutes((now - start).num_minutes() / 15 * 15);
        city.report("main", now - TimeDelta::days(2), now, 0.5)
            .await;
        let reply = city.read(&building).await;
        let energy = reply.expect(200)["data"]["energy"].clone();
        let shown = |name: &str| energy[name].as_f64().unwrap();
        assert!((shown("powerKw") - 2.0).abs() < 0.001, "{energy}");
        let summary = city.ask("/summary?building=rathaus").await;
        // Just after midnight nothing was measured yet: null there, nothing here.
        for (name, period) in [("todayKwh", "today"), ("monthKwh", "month")] {
            let kwh = energy[name].as_f64().unwrap_or_default();
            assert_eq!(json!(kwh), summary[period]["kwh"], "{name}");
        }
        // What is tagged with more than the revision still changes by the revision.
        let tag = reply.header("etag").to_owned();
        assert!(tag.starts_with("\"1."), "{tag}");
        let change = crate::call::put(format!("{BUILDINGS}/rathaus"), &json!({"name": "Rathaus"}));
        let change = change.token(&city.token).header("if-match", &tag);
        change.send(world).await.expect(200);
    });
}

#[test]
fn wrong_questions_are_named() {
    run(|world, org| async move {
        let city = City::new(world, &org).await;
        for (query, name) in [
            ("bucket=year", "?bucket"),
            ("groupBy=floor", "?groupBy"),
            ("carrier=coal", "?carrier"),
            ("compare=next", "?compare"),
            ("from=2026-03-29T00:00:00Z&to=2026-03-29T00:00:00Z", "?to"),
            ("bucket=hour&from=2001-01-01T00:00:00Z", "?from"),
        ] {
            let reply = get(format!("{ENERGY}?{query}"))
                .token(&city.token)
                .send(world)
                .await;
            let problem = reply.json();
            assert!(reply.status.is_client_error(), "{query}: {problem}");
            assert!(problem.to_string().contains(name), "{query}: {problem}");
        }
        let unknown = get(format!("{ENERGY}?building=nowhere")).token(&city.token);
        unknown.send(world).await.problem(404, "not-found");
        let unknown = get(format!("{ENERGY}/summary?building=nowhere")).token(&city.token);
        unknown.send(world).await.problem(404, "not-found");
    });
}
