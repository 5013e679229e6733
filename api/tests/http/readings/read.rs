//! Readings read again: as they came, by buckets, and as the newest of their sensors.

use serde_json::{Value, json};

use super::READINGS;
use super::city::{City, SENSORS};
use crate::call::{call, get};
use crate::world::{World, run};

/// Every quarter of an hour of a day, each with the value 1 but for the last.
async fn a_day(city: &City) -> String {
    let mut csv = "time,value\n".to_owned();
    for n in 0..96 {
        let value = if n == 95 { 5 } else { 1 };
        csv += &format!("2026-03-01T{:02}:{:02}:00Z,{value}\n", n / 4, n % 4 * 15);
    }
    let path = format!("{SENSORS}/a/readings");
    let call = call("POST", path).token(&city.token).body(csv);
    let reply = call
        .header("content-type", "text/csv")
        .send(city.world)
        .await;
    reply.expect(201);
    reply.header("x-event-position").to_owned()
}

async fn read(world: &World, city: &City, position: &str, query: &str) -> Value {
    let path = format!("{SENSORS}/a/readings?{query}");
    let call = get(path).token(&city.token);
    let reply = call.header("x-min-position", position).send(world).await;
    reply.expect(200)
}

#[test]
fn readings_come_back_page_by_page() {
    run(|world, org| async move {
        let city = City::new(world, org).await;
        let position = a_day(&city).await;
        let range = "from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z&limit=50";
        let first = read(world, &city, &position, range).await;
        assert_eq!(first["data"].as_array().unwrap().len(), 50);
        assert_eq!(first["pagination"]["hasMore"], true);
        let one = json!({"sensorId": "a", "timestamp": "2026-03-01T00:15:00Z", "value": 1.0, "quality": "measured"});
        assert_eq!(first["data"][1], one);
        let cursor = first["pagination"]["cursor"].as_str().unwrap();
        let rest = read(world, &city, &position, &format!("{range}&cursor={cursor}")).await;
        assert_eq!(rest["data"].as_array().unwrap().len(), 46);
        assert_eq!(rest["data"][0]["timestamp"], "2026-03-01T12:30:00Z");
        assert_eq!(
            (&rest["data"][45]["value"], &rest["pagination"]["hasMore"]),
            (&json!(5.0), &json!(false))
        );
        let none = read(world, &city, &position, "timeRange=1h").await;
        assert_eq!(
            (&none["data"], &none["pagination"]["cursor"]),
            (&json!([]), &Value::Null)
        );
        let ghost = get(format!("{SENSORS}/ghost/readings")).token(&city.token);
        ghost.send(world).await.problem(404, "not-found");
        for wrong in ["bucket=year", "limit=0", "timeRange=1y", "cursor=x"] {
            let wrong = get(format!("{SENSORS}/a/readings?{wrong}")).token(&city.token);
            wrong.send(world).await.problem(400, "bad-input");
        }
    });
}

#[test]
fn buckets_say_what_readings_come_to() {
    run(|world, org| async move {
        let city = City::new(world, org).await;
        let position = a_day(&city).await;
        let range = "from=2026-03-01T00:00:00Z&to=2026-03-03T00:00:00Z";
        let days = read(world, &city, &position, &format!("{range}&bucket=day")).await;
        let expected = json!([
            {"start": "2026-03-01T00:00:00Z", "end": "2026-03-02T00:00:00Z", "sum": 100.0, "mean": null, "min": 1.0,
                "max": 5.0, "first": 1.0, "last": 5.0, "count": 96, "coverage": 1.0},
            {"start": "2026-03-02T00:00:00Z", "end": "2026-03-03T00:00:00Z", "sum": 0.0, "mean": null, "min": null,
                "max": null, "first": null, "last": null, "count": 0, "coverage": 0.0},
        ]);
        assert_eq!(days["data"], expected);
        let hours = read(
            world,
            &city,
            &position,
            &format!("{range}&interval=hour&limit=24"),
        )
        .await;
        assert_eq!(hours["data"][23]["sum"], 8.0);
        assert_eq!(
            hours["pagination"],
            json!({"limit": 24, "cursor": "2026-03-02T00:00:00Z", "hasMore": true})
        );
        let months = read(world, &city, &position, &format!("{range}&bucket=month")).await;
        assert_eq!(
            (&months["data"][0]["count"], &months["data"][0]["end"]),
            (&json!(96), &json!("2026-04-01T00:00:00Z"))
        );
        let weeks = read(world, &city, &position, &format!("{range}&bucket=week")).await;
        assert_eq!(
            (&weeks["data"][0]["start"], &weeks["data"][0]["sum"]),
            (&json!("2026-02-23T00:00:00Z"), &json!(100.0))
        );
    });
}

#[test]
fn a_sensor_shows_its_newest_reading_and_how_it_reports() {
    run(|world, org| async move {
        let city = City::new(world, org).await;
        a_day(&city).await;
        let now: chrono::DateTime<chrono::Utc> = std::time::SystemTime::now().into();
        let now = now.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        let body = json!([{"sensorId": "b", "timestamp": now, "value": 7}]).to_string();
        let sent = city.send("application/json", body).await;
        sent.expect(201);
        let position = sent.header("x-event-position").to_owned();
        let see = async |path: String| {
            let call = get(path).token(&city.token);
            call.header("x-min-position", &position)
                .send(world)
                .await
                .expect(200)
        };
        let sensor = see(format!("{SENSORS}/b")).await["data"].clone();
        assert_eq!(
            sensor["lastReading"],
            json!({"timestamp": now, "value": 7.0})
        );
        assert_eq!(sensor["status"], "online");
        let ids = async |query: &str| {
            let page = see(format!("{SENSORS}?{query}")).await;
            let items = page["data"].as_array().unwrap().clone();
            let ids: Vec<String> = items
                .iter()
                .map(|one| one["id"].as_str().unwrap().to_owned())
                .collect();
            (ids.join(" "), page["pagination"]["total"].clone())
        };
        assert_eq!(ids("status=online").await, ("b".to_owned(), json!(1)));
        assert_eq!(ids("status=offline").await, ("a c".to_owned(), json!(2)));
        assert_eq!(
            ids("status=offline&limit=1&offset=1").await,
            ("c".to_owned(), json!(2))
        );
        assert_eq!(ids("status=stale").await, (String::new(), json!(0)));
        let odd = get(format!("{SENSORS}?status=asleep")).token(&city.token);
        odd.send(world).await.problem(400, "bad-input");
    });
}

#[test]
fn what_is_stored_is_counted_by_a_dry_run_and_refuses_where_asked() {
    run(|world, org| async move {
        let city = City::new(world, org).await;
        let position = a_day(&city).await;
        let send = async |query: &str| {
            let csv = "sensor,time,value\na,2026-03-01T00:00:00Z,1\na,2026-03-01T00:15:00Z,2\nb,2026-03-01T00:00:00Z,1\n";
            let call = call("POST", format!("{READINGS}?{query}"))
                .token(&city.token)
                .body(csv);
            let call = call.header("content-type", "text/csv");
            call.header("x-min-position", &position).send(world).await
        };
        let dry = send("dryRun=true").await.expect(200)["data"].clone();
        assert_eq!(
            (&dry["accepted"], &dry["stored"]),
            (&json!(3), &json!({"same": 1, "other": 1}))
        );
        let refused = send("onConflict=reject").await.problem(422, "invalid");
        let error = json!({"pointer": "/1/value", "detail": "line 3: is not 1, which is stored"});
        assert_eq!(refused["errors"], json!([error]));
        let taken = send("onConflict=ignore").await.expect(201)["data"].clone();
        assert_eq!(taken["stored"], Value::Null);
        assert_eq!(city.recorded().await.len(), 96 + 3);
    });
}
