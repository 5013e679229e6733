//! Alert rules: created, read, changed, listed, deleted.

use flowgrid_bus::Role;
use serde_json::{Value, json};

use crate::call::{BUILDINGS, Reply, delete, get, post, put};
use crate::world::{World, run};

const RULES: &str = "/api/v1/citypulse/alert-rules";
const SENSORS: &str = "/api/v1/citypulse/sensors";

/// Two buildings, the first with an electricity meter and a thermometer.
async fn city(world: &World, org: &str) {
    let token = world.token(org, Role::User);
    let make = async |path: &str, body: Value| {
        post(path, &body)
            .token(&token)
            .send(world)
            .await
            .expect(201);
    };
    for id in ["rathaus", "school"] {
        make(BUILDINGS, json!({"id": id, "name": id})).await;
    }
    for (id, kind, unit) in [("main", "power", "kW"), ("hall", "temperature", "C")] {
        make(
            SENSORS,
            json!({"id": id, "name": id, "buildingId": "rathaus", "kind": kind,
            "unit": unit, "mode": "instantaneous"}),
        )
        .await;
    }
}

fn peak(id: &str) -> Value {
    json!({"id": id, "name": format!("Peak {id}"), "kind": "threshold", "condition": {"above": 80},
        "target": {"sensorId": "main"}})
}

async fn create(world: &World, org: &str, body: &Value) -> Reply {
    let token = world.token(org, Role::Manager);
    post(RULES, body).token(&token).send(world).await
}

#[test]
fn a_rule_is_created_read_changed_and_deleted() {
    run(|world, org| async move {
        city(world, &org).await;
        let manager = world.token(&org, Role::Manager);
        let made = create(world, &org, &peak("peak")).await;
        let answer = made.expect(201)["data"].clone();
        assert_eq!(answer["target"]["buildingId"], "rathaus");
        assert_eq!(
            (&answer["status"], &answer["severity"]),
            (&json!("enabled"), &json!("medium"))
        );
        create(world, &org, &peak("peak"))
            .await
            .problem(409, "already-exists");

        let path = format!("{RULES}/peak");
        let read = |after: &Reply| {
            let position = after.header("x-event-position").to_owned();
            get(&path)
                .token(&manager)
                .header("x-min-position", &position)
        };
        let mut shown = read(&made).send(world).await.expect(200)["data"].clone();
        shown["hold"] = json!({"forSeconds": 300});
        shown["enabled"] = json!(false);
        let changed = put(&path, &shown).token(&manager).send(world).await;
        assert_eq!(changed.expect(200)["data"]["revision"], 2);
        let shown = read(&changed).send(world).await.expect(200)["data"].clone();
        assert_eq!(
            (&shown["status"], &shown["hold"]["forSeconds"]),
            (&json!("disabled"), &json!(300))
        );

        let gone = delete("/api/v1/alert-rules/peak")
            .token(&manager)
            .send(world)
            .await;
        assert_eq!(gone.expect(200)["data"]["status"], "deleted");
        read(&gone).send(world).await.problem(404, "not-found");
        let late = put(&path, &json!({"name": "x"})).token(&manager);
        late.send(world).await.problem(404, "not-found");
        create(world, &org, &peak("peak"))
            .await
            .problem(409, "already-exists");
    });
}

#[test]
fn what_a_rule_names_must_be_there() {
    run(|world, org| async move {
        city(world, &org).await;
        for (field, value, pointer) in [
            ("target", json!({"sensorId": "ghost"}), "/target/sensorId"),
            (
                "target",
                json!({"sensorId": "main", "buildingId": "school"}),
                "/target/buildingId",
            ),
            (
                "target",
                json!({"buildingId": "ghost", "sensorKind": "power"}),
                "/target/buildingId",
            ),
            ("notify", json!({"members": ["nobody"]}), "/notify/members"),
            ("clear", json!({"below": 90}), "/clear/below"),
        ] {
            let mut body = peak("peak");
            body[field] = value;
            let problem = create(world, &org, &body).await.problem(422, "invalid");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
        }
        let mut formula = json!({"name": "Both", "kind": "expression",
            "condition": {"expression": "value.main > 80.0 && value.ghost < 20.0"},
            "target": {"buildingId": "rathaus"}});
        let problem = create(world, &org, &formula).await.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/condition/expression");
        formula["condition"] = json!({"expression": "value.main > 80.0 && value.hall < 20.0"});
        create(world, &org, &formula).await.expect(201);
    });
}

#[test]
fn rules_are_listed_by_what_they_look_at() {
    run(|world, org| async move {
        city(world, &org).await;
        create(world, &org, &peak("b")).await.expect(201);
        create(world, &org, &peak("gone")).await.expect(201);
        let cold = json!({"id": "a", "name": "Cold", "kind": "noData", "enabled": false,
            "condition": {"forSeconds": 3600}, "severity": "low",
            "target": {"buildingId": "school", "sensorKind": "temperature"}});
        create(world, &org, &cold).await.expect(201);
        let manager = world.token(&org, Role::Manager);
        let last = delete(format!("{RULES}/gone"))
            .token(&manager)
            .send(world)
            .await;
        let position = last.header("x-event-position").to_owned();
        let viewer = world.token(&org, Role::Viewer);
        let ids = async |path: String| {
            let call = get(path).token(&viewer).header("x-min-position", &position);
            let answer = call.send(world).await.expect(200);
            let items = answer["data"].as_array().unwrap();
            assert_eq!(answer["pagination"]["total"], items.len());
            let ids = items.iter().map(|item| item["id"].as_str().unwrap());
            ids.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(ids(RULES.to_owned()).await, "a b");
        for (query, found) in [
            ("building=rathaus", "b"),
            ("sensor=main", "b"),
            ("kind=noData", "a"),
            ("severity=low", "a"),
            ("enabled=true", "b"),
            ("sort=-name", "b a"),
        ] {
            assert_eq!(ids(format!("{RULES}?{query}")).await, found, "{query}");
        }
        for query in [
            "kind=smell",
            "enabled=perhaps",
            "severity=awful",
            "sort=colour",
        ] {
            let odd = get(format!("{RULES}?{query}")).token(&viewer);
            odd.send(world).await.problem(400, "bad-input");
        }
    });
}

#[test]
fn a_rule_is_tried_on_readings_of_the_past() {
    run(|world, org| async move {
        city(world, &org).await;
        let mut rule = peak("peak");
        rule["enabled"] = json!(false);
        rule["hold"] = json!({"forSeconds": 600});
        let made = create(world, &org, &rule).await;
        let user = world.token(&org, Role::User);
        // Where the sensors are known, which readings on their own log don't wait for.
        let known = get("/api/v1/citypulse/sensors/main").token(&user);
        let known = known.header("x-min-position", made.header("x-event-position"));
        known.send(world).await.expect(200);
        let reading = |minute: u32, value: f64| {
            json!({"sensorId": "main", "value": value,
                "timestamp": format!("2026-05-01T10:{minute:02}:00Z")})
        };
        let all = json!([
            reading(0, 70.0),
            reading(5, 90.0),
            reading(10, 90.0),
            reading(20, 85.0),
            reading(30, 60.0),
            reading(40, 90.0)
        ]);
        let sent = post("/api/v1/citypulse/readings", &all).token(&user);
        let sent = sent.send(world).await;
        assert!(sent.status.is_success(), "{:?}", sent.bytes);
        let manager = world.token(&org, Role::Manager);
        let period = json!({"from": "2026-05-01T10:00:00Z", "to": "2026-05-01T11:00:00Z"});
        let position = sent.header("x-event-position").to_owned();
        let tried = post(format!("{RULES}/peak/test"), &period)
            .token(&manager)
            .header("x-min-position", &position);
        let tried = tried.send(world).await.expect(200)["data"].clone();
        assert_eq!(
            (&tried["sensors"], &tried["readings"]),
            (&json!(1), &json!(6))
        );
        let excursions = tried["excursions"].as_array().unwrap();
        assert_eq!(excursions.len(), 2, "{tried}");
        let first = &excursions[0];
        assert_eq!(first["since"], "2026-05-01T10:05:00Z");
        assert_eq!(first["raisedAt"], "2026-05-01T10:15:00Z");
        assert_eq!(first["clearedAt"], "2026-05-01T10:30:00Z");
        assert_eq!(excursions[1]["raisedAt"], "2026-05-01T10:50:00Z");
        assert_eq!(excursions[1]["clearedAt"], Value::Null);

        let backwards = json!({"from": "2026-05-02T00:00:00Z", "to": "2026-05-01T00:00:00Z"});
        let odd = post(format!("{RULES}/peak/test"), &backwards).token(&manager);
        odd.send(world).await.problem(422, "invalid");
    });
}
