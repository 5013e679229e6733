//! All or nothing: what is wrong with one reading refuses all of them.

use axum::body::{Body, Bytes};
use axum::http::Request;
use flowgrid_bus::Role;
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::READINGS;
use super::city::{City, SENSORS};
use crate::call::{call, delete, tomorrow};
use crate::world::run;

fn pointers(problem: &Value) -> Vec<&str> {
    let errors = problem["errors"].as_array().unwrap();
    errors
        .iter()
        .map(|one| one["pointer"].as_str().unwrap())
        .collect()
}

#[test]
fn one_unknown_sensor_among_two_buildings_refuses_all() {
    run(|world, org| async move {
        let city = City::new(world, org.clone()).await;
        // Another organization has a sensor of that name.
        let other = City::new(world, format!("{org}-other")).await;
        other.install("theirs", "school").await;
        let body = "sensor,time,value\na,1970-01-02T00:00:00Z,1\nc,1970-01-02T00:00:00Z,1\n\
            theirs,1970-01-02T00:00:00Z,1\n\nghost,1970-01-02T00:00:00Z,1\ntheirs,1970-01-02T01:00:00Z,1\n";
        let problem = city.send("text/csv", body).await.problem(422, "invalid");
        assert_eq!(pointers(&problem), ["/2/sensorId", "/3/sensorId"]);
        assert_eq!(problem["errors"][0]["detail"], "line 4: names no sensor");
        assert_eq!(problem["errors"][1]["detail"], "line 6: names no sensor");
        assert_eq!(city.recorded().await, []);
        assert_eq!(other.recorded().await, []);
    });
}

#[test]
fn a_sensor_that_is_removed_takes_no_readings() {
    run(|world, org| async move {
        let city = City::new(world, org).await;
        let one = r#"[{"sensorId": "a", "timestamp": "1970-01-02T00:00:00Z", "value": 1}]"#;
        city.send("application/json", one).await.expect(201);
        let remove = delete(format!("{SENSORS}/a")).token(&city.manager());
        remove.send(world).await.expect(200);
        let problem = city
            .send("application/json", one)
            .await
            .problem(422, "invalid");
        assert_eq!(
            problem["errors"][0]["detail"],
            "names a sensor that is removed"
        );
        assert_eq!(city.recorded().await.len(), 1);
    });
}

#[test]
fn the_future_and_what_is_no_reading_are_named_by_line_and_field() {
    run(|world, org| async move {
        let city = City::new(world, org).await;
        let body = format!(
            "{{\"sensorId\":\"a\",\"timestamp\":\"1970-01-02T00:00:00Z\",\"value\":1}}\n\n\
             {{\"sensorId\":\"a\",\"timestamp\":\"{}\",\"value\":\"x\"}}\n\
             {{\"sensorId\":\"a\",\"timestamp\":\"{}\",\"value\":1}}\n",
            tomorrow(),
            tomorrow()
        );
        let problem = city
            .send("application/x-ndjson", body)
            .await
            .problem(422, "invalid");
        assert_eq!(pointers(&problem), ["/1/value", "/2/timestamp"]);
        let detail = problem["errors"][1]["detail"].as_str().unwrap();
        assert_eq!(detail, "line 4: is more than 300 seconds in the future");
        let bad = r#"{"value": "x"},"#.repeat(500);
        let problem = city.send("application/json", format!("[{bad}")).await;
        assert_eq!(pointers(&problem.problem(422, "invalid")).len(), 100);
        for empty in ["[]", "", "["] {
            city.send("application/json", empty)
                .await
                .problem(422, "invalid");
        }
        assert_eq!(city.recorded().await, []);
    });
}

#[test]
fn who_goes_away_half_way_leaves_nothing() {
    run(|world, org| async move {
        let city = City::new(world, org).await;
        let head = Bytes::from_static(b"sensor,time,value\na,1970-01-02T00:00:00Z,1\n");
        let broken = stream::iter([Ok(head.clone()), Err(std::io::Error::other("gone"))]);
        let request = |body: Body| {
            let request = Request::post(READINGS).header("content-type", "text/csv");
            let token = format!("Bearer {}", city.token);
            request.header("authorization", token).body(body).unwrap()
        };
        let reply = world
            .router
            .clone()
            .oneshot(request(Body::from_stream(broken)));
        assert_eq!(reply.await.unwrap().status(), 400);
        // Nobody waits for this answer any more.
        let endless = stream::iter([Ok::<_, std::io::Error>(head)]).chain(stream::pending());
        let reply = world
            .router
            .clone()
            .oneshot(request(Body::from_stream(endless)));
        let waited = tokio::time::timeout(std::time::Duration::from_millis(100), reply);
        assert!(waited.await.is_err());
        assert_eq!(city.recorded().await, []);
    });
}

#[test]
fn parameters_are_checked_and_only_managers_correct() {
    run(|world, org| async move {
        let city = City::new(world, org).await;
        let one = r#"[{"sensorId": "a", "timestamp": "1970-01-02T00:00:00Z", "value": 1}]"#;
        let send = |query: &str, token: &str| {
            let call = call("POST", format!("{READINGS}?{query}")).token(token);
            call.body(one)
        };
        for (query, name) in [
            ("onConflict=maybe", "?onConflict"),
            ("dry_run=yes", "?dryRun"),
        ] {
            let problem = send(query, &city.token)
                .send(world)
                .await
                .problem(400, "bad-input");
            assert_eq!(pointers(&problem), [name]);
        }
        let refused = send("on_conflict=correct", &city.token).send(world).await;
        refused.problem(403, "role-too-low");
        let viewer = world.token(&city.org, Role::Viewer);
        send("", &viewer)
            .send(world)
            .await
            .problem(403, "role-too-low");
        let taken = send("onConflict=correct", &city.manager())
            .send(world)
            .await;
        assert_eq!(taken.expect(201)["data"]["onConflict"], json!("correct"));
        let dry = send("dryRun=true", &city.token)
            .send(world)
            .await
            .expect(200);
        assert_eq!(
            (&dry["data"]["dryRun"], &dry["data"]["position"]),
            (&json!(true), &Value::Null)
        );
        assert_eq!(city.recorded().await.len(), 1);
    });
}
