//! Sensors: installed, read, changed, calibrated, removed.

use flowgrid_bus::Role;
use serde_json::{Value, json};

use crate::call::{BUILDINGS, Reply, delete, get, post, put};
use crate::world::{World, run};

const SENSORS: &str = "/api/v1/citypulse/sensors";

/// A building of the organization.
async fn building(world: &World, org: &str, id: &str) {
    let token = world.token(org, Role::User);
    let made = post(BUILDINGS, &json!({"id": id, "name": id}));
    made.token(&token).send(world).await.expect(201);
}

fn meter(id: &str, building: &str) -> Value {
    json!({"id": id, "name": format!("Meter {id}"), "buildingId": building, "kind": "electricity",
        "unit": "kWh", "mode": "interval", "periodSeconds": 900})
}

async fn install(world: &World, org: &str, body: &Value) -> Reply {
    let token = world.token(org, Role::User);
    post(SENSORS, body).token(&token).send(world).await
}

fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

#[test]
fn a_sensor_is_installed_changed_calibrated_and_removed() {
    run(|world, org| async move {
        building(world, &org, "rathaus").await;
        let manager = world.token(&org, Role::Manager);
        let made = install(world, &org, &meter("main", "rathaus")).await;
        let answer = made.expect(201)["data"].clone();
        assert_eq!(
            (&answer["status"], &answer["revision"]),
            (&Value::Null, &json!(1))
        );
        install(world, &org, &meter("main", "rathaus"))
            .await
            .problem(409, "already-exists");
        let path = format!("{SENSORS}/main");
        let read = |after: &Reply| {
            let position = after.header("x-event-position").to_owned();
            get(&path)
                .token(&manager)
                .header("x-min-position", &position)
        };
        let shown = read(&made).send(world).await.expect(200)["data"].clone();
        assert_eq!(
            (&shown["status"], &shown["lastReading"]),
            (&json!("offline"), &Value::Null)
        );

        // The whole object as it was read, with a name and a calibration.
        let mut body = shown.clone();
        body["name"] = json!("Main meter");
        body["calibration"] = json!({"factor": 40, "validFrom": "2026-05-01T00:00:00Z"});
        let changed = put(&path, &body).token(&manager).send(world).await;
        assert_eq!(changed.expect(200)["data"]["revision"], 3);
        let shown = read(&changed).send(world).await.expect(200)["data"].clone();
        assert_eq!(shown["name"], "Main meter");
        let calibration =
            json!({"factor": 40.0, "offset": 0.0, "validFrom": "2026-05-01T00:00:00Z"});
        assert_eq!(shown["calibrations"], json!([calibration]));
        let moved = put(&path, &json!({"unit": "MWh"})).token(&manager);
        moved.send(world).await.problem(422, "invalid");

        let removed = delete(&path).token(&manager).send(world).await;
        assert_eq!(removed.expect(200)["data"]["status"], "removed");
        let shown = read(&removed).send(world).await.expect(200)["data"].clone();
        assert_eq!(shown["status"], "removed");
        let late = put(&path, &json!({"name": "x"})).token(&manager);
        late.send(world).await.problem(409, "sensor-removed");
    });
}

#[test]
fn a_sensor_sits_in_a_building_behind_a_meter_of_the_same() {
    run(|world, org| async move {
        for id in ["rathaus", "school"] {
            building(world, &org, id).await;
        }
        let refused = |reply: Reply, pointer: &str| {
            let problem = reply.problem(422, "invalid");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
        };
        let nowhere = install(world, &org, &meter("x", "nowhere")).await;
        refused(nowhere, "/buildingId");
        install(world, &org, &meter("main", "rathaus"))
            .await
            .expect(201);
        let orphan = with(meter("sub", "rathaus"), "parentId", json!("ghost"));
        refused(install(world, &org, &orphan).await, "/parentId");
        let abroad = with(meter("sub", "school"), "parentId", json!("main"));
        refused(install(world, &org, &abroad).await, "/parentId");
        let sub = with(meter("sub", "rathaus"), "parentId", json!("main"));
        install(world, &org, &sub).await.expect(201);
        // In a circle nothing would be a main meter.
        let token = world.token(&org, Role::User);
        let circle = put(format!("{SENSORS}/main"), &json!({"parentId": "sub"})).token(&token);
        refused(circle.send(world).await, "/parentId");

        let manager = world.token(&org, Role::Manager);
        let retire = delete(format!("{BUILDINGS}/school")).token(&manager);
        retire.send(world).await.expect(200);
        refused(
            install(world, &org, &meter("y", "school")).await,
            "/buildingId",
        );
    });
}

#[test]
fn sensors_are_listed_by_building_and_kind() {
    run(|world, org| async move {
        for id in ["rathaus", "school"] {
            building(world, &org, id).await;
        }
        let token = world.token(&org, Role::Viewer);
        install(world, &org, &meter("b", "rathaus"))
            .await
            .expect(201);
        install(world, &org, &meter("c", "school"))
            .await
            .expect(201);
        let hall = json!({"id": "a", "name": "Hall", "buildingId": "rathaus", "kind": "temperature",
            "unit": "C", "mode": "instantaneous"});
        let last = install(world, &org, &hall).await;
        assert_eq!(last.expect(201)["data"]["unit"], "°C");
        let position = last.header("x-event-position").to_owned();
        let ids = async |path: String| {
            let call = get(path).token(&token).header("x-min-position", &position);
            let answer = call.send(world).await.expect(200);
            let items = answer["data"].as_array().unwrap();
            let ids = items.iter().map(|item| item["id"].as_str().unwrap());
            ids.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(ids(SENSORS.to_owned()).await, "a b c");
        assert_eq!(ids(format!("{SENSORS}?building=rathaus")).await, "a b");
        assert_eq!(ids(format!("{SENSORS}?buildingId=school")).await, "c");
        assert_eq!(
            ids(format!("{SENSORS}?kind=electricity&sort=-name")).await,
            "c b"
        );
        assert_eq!(ids(format!("{SENSORS}?limit=1&page=2")).await, "b");
        assert_eq!(ids(format!("{BUILDINGS}/rathaus/sensors")).await, "a b");
        let unknown = get(format!("{BUILDINGS}/ghost/sensors")).token(&token);
        unknown.send(world).await.problem(404, "not-found");
        let odd = get(format!("{SENSORS}?sort=colour")).token(&token);
        odd.send(world).await.problem(400, "bad-input");
    });
}
