//! Readings that are replaced or voided.

use flowgrid_domain::readings::{Quality, ReadingsEvent};
use serde_json::{Value, json};

use super::city::{City, SENSORS};
use crate::call::{Call, delete, post};
use crate::world::run;

const CORRECTIONS: &str = "/api/v1/citypulse/readings/corrections";

fn body() -> Value {
    json!({
        "reason": "the meter was read wrongly",
        "replace": [{"sensorId": "a", "timestamp": "1970-01-02T00:00:00Z", "value": 2}],
        "void": [{"sensorId": "c", "timestamp": "1970-01-02T00:00:00Z"}],
    })
}

#[test]
fn a_manager_replaces_and_voids_with_a_reason() {
    run(|world, org| async move {
        let city = City::new(world, org).await;
        let manager = city.manager();
        let send = |body: &Value| post(CORRECTIONS, body).token(&manager);
        let keyed = |call: Call| call.header("idempotency-key", "k");
        let first = keyed(send(&body())).send(world).await;
        let answer = first.expect(201)["data"].clone();
        assert_eq!(
            (&answer["replaced"], &answer["voided"]),
            (&json!(1), &json!(1))
        );
        assert_eq!(answer["position"], first.header("x-event-position"));
        assert_eq!(
            keyed(send(&body())).send(world).await.expect(201)["data"],
            answer
        );
        let events = city.events().await;
        let [
            (first, ReadingsEvent::Corrected(one)),
            (second, ReadingsEvent::Corrected(other)),
        ] = &events[..]
        else {
            panic!("{events:?}");
        };
        assert_eq!((&**first, &**second), ("rathaus", "school"));
        assert_eq!(one.series[0].quality, Quality::Corrected);
        assert_eq!(one.reason.as_deref(), Some("the meter was read wrongly"));
        assert_eq!(other.voided[0].sensor_id, "c");
        // What a sensor said can be corrected when it is gone.
        let remove = delete(format!("{SENSORS}/a")).token(&manager);
        remove.send(world).await.expect(200);
        send(&body()).send(world).await.expect(201);
        assert_eq!(city.events().await[2].0, "rathaus");
    });
}

#[test]
fn wrong_corrections_change_nothing() {
    run(|world, org| async move {
        let city = City::new(world, org).await;
        let manager = city.manager();
        let pointers = async |body: &Value| {
            let call = post(CORRECTIONS, body).token(&manager);
            let problem = call.send(world).await.problem(422, "invalid");
            let errors = problem["errors"].as_array().unwrap().clone();
            let pointers = errors.into_iter().map(|one| one["pointer"].clone());
            Value::Array(pointers.collect())
        };
        let mut ghost = body();
        ghost["void"][0]["sensorId"] = json!("ghost");
        assert_eq!(pointers(&ghost).await, json!(["/void/0/sensorId"]));
        let mut twice = body();
        twice["void"][0]["sensorId"] = json!("a");
        assert_eq!(pointers(&twice).await, json!(["/void/0/timestamp"]));
        assert_eq!(pointers(&json!({"reason": "x"})).await, json!(["/replace"]));
        let user = post(CORRECTIONS, &body()).token(&city.token);
        user.send(world).await.problem(403, "role-too-low");
        assert_eq!(city.events().await, []);
    });
}
