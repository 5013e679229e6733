//! Every format, packed or not, says the same.

use serde_json::{Value, json};

use super::city::{City, SENSORS, found, gzip};
use crate::call::call;
use crate::world::run;

const JSON: &str = r#"[{"sensorId": "a", "timestamp": "1970-01-02T00:00:00Z", "value": 1.5},
    {"sensor_id": "c", "time": "1970-01-02T02:00:00+01:00", "value": -2, "quality": "estimated"},
    {"sensorId": "a", "timestamp": "1970-01-02T00:15:00Z", "value": 3}]"#;
const NDJSON: &str = concat!(
    r#"{"sensorId": "a", "timestamp": "1970-01-02T00:00:00Z", "value": 1.5}"#,
    "\n",
    r#"{"sensorId": "c", "timestamp": "1970-01-02T01:00:00Z", "value": -2, "quality": "estimated"}"#,
    "\n",
    r#"{"sensorId": "a", "timestamp": "1970-01-02T00:15:00Z", "value": 3}"#,
);
const CSV: &str = "sensorId,timestamp,value,quality\na,1970-01-02T00:00:00Z,1.5,\n\
    c,1970-01-02T01:00:00Z,-2,estimated\na,1970-01-02T00:15:00Z,3,measured\n";

#[test]
fn json_ndjson_and_csv_say_the_same_packed_or_not() {
    run(|world, org| async move {
        let city = City::new(world, org).await;
        let expected = [
            found("rathaus", "a", 86_400, 1.5),
            found("rathaus", "a", 87_300, 3.0),
            found("school", "c", 90_000, -2.0),
        ];
        let mut so_far = 0;
        for (kind, body) in [
            ("application/json", JSON),
            ("text/plain", JSON),
            ("application/x-ndjson", NDJSON),
            ("text/csv; charset=utf-8", CSV),
        ] {
            let plain = city.with(kind, body);
            let packed = city
                .with(kind, gzip(body))
                .header("content-encoding", "gzip");
            for call in [plain, packed] {
                let reply = call.send(world).await;
                let answer = reply.expect(201)["data"].clone();
                assert_eq!(answer["position"], reply.header("x-event-position"));
                let by_sensor =
                    json!([{"sensorId": "a", "accepted": 2}, {"sensorId": "c", "accepted": 1}]);
                assert_eq!(answer["bySensor"], by_sensor);
                let counts = (&answer["accepted"], &answer["sensors"], &answer["dryRun"]);
                assert_eq!(counts, (&json!(3), &json!(2), &json!(false)));
                let recorded = city.recorded().await;
                assert_eq!(recorded[so_far..], expected, "{kind}");
                so_far += 3;
            }
        }
    });
}

#[test]
fn a_sensors_path_says_whose_the_readings_are() {
    run(|world, org| async move {
        let city = City::new(world, org).await;
        let path = format!("{SENSORS}/b/readings");
        let send = async |kind: &str, body: &str| {
            let call = call("POST", &*path).token(&city.token).body(body);
            call.header("content-type", kind).send(world).await
        };
        let one = r#"{"timestamp": "1970-01-02T00:00:00Z", "value": 1}"#;
        send("application/json", one).await.expect(201);
        let csv = "time;value\n1970-01-02T00:15:00Z;2,5\n";
        send("text/csv", csv).await.expect(201);
        let recorded = city.recorded().await;
        let expected = [
            found("rathaus", "b", 86_400, 1.0),
            found("rathaus", "b", 87_300, 2.5),
        ];
        assert_eq!(recorded, expected);
        let other = r#"[{"sensorId": "a", "timestamp": "1970-01-02T00:00:00Z", "value": 1}]"#;
        let refused = send("application/json", other)
            .await
            .problem(422, "invalid");
        assert_eq!(refused["errors"][0]["pointer"], "/0/sensorId");
        let nowhere = call("POST", format!("{SENSORS}/ghost/readings")).token(&city.token);
        nowhere
            .body(one)
            .send(world)
            .await
            .problem(404, "not-found");
    });
}

#[test]
fn kinds_of_bodies_that_hold_no_readings_are_refused() {
    run(|world, org| async move {
        let city = City::new(world, org).await;
        let html = city.send("text/html", JSON).await;
        let problem = html.problem(415, "unsupported-media-type");
        assert!(problem["detail"].as_str().unwrap().contains("text/csv"));
        for coding in ["br", "gzip, gzip"] {
            let packed = city
                .with("text/csv", CSV)
                .header("content-encoding", coding);
            let reply = packed.send(world).await;
            reply.problem(415, "unsupported-media-type");
        }
        let damaged = city
            .with("text/csv", CSV)
            .header("content-encoding", "gzip");
        damaged.send(world).await.problem(400, "malformed");
        let cut = gzip(CSV)[..40].to_vec();
        let cut = city
            .with("text/csv", cut)
            .header("content-encoding", "gzip");
        cut.send(world).await.problem(400, "malformed");
        assert_eq!(city.recorded().await, []);
        let snake = city
            .with("text/csv", CSV)
            .header("x-frontend-source", "flov7");
        let answer = snake.send(world).await.expect(201)["data"].clone();
        assert_eq!(answer["by_sensor"][0]["sensor_id"], Value::from("a"));
    });
}
