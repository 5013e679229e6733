//! How much may come at once.

use std::fmt::Write;

use chrono::DateTime;

use super::city::{City, gzip};
use crate::world::run;

fn csv(readings: usize) -> String {
    let mut text = "sensor,time,value\n".to_owned();
    for n in 0..readings {
        let sensor = ["a", "b", "c"][n % 3];
        let time = DateTime::from_timestamp(i64::try_from(n).unwrap() * 60, 0).unwrap();
        let time = time.format("%Y-%m-%dT%H:%M:%SZ");
        writeln!(text, "{sensor},{time},{n}.25").unwrap();
    }
    text
}

#[test]
fn a_hundred_thousand_readings_come_at_once_and_not_one_more() {
    run(|world, org| async move {
        let city = City::new(world, org).await;
        let answer = city.send("text/csv", csv(100_000)).await.expect(201)["data"].clone();
        assert_eq!(answer["accepted"], 100_000);
        let recorded = city.recorded().await;
        assert_eq!(recorded.len(), 100_000);
        let values: f64 = recorded.iter().map(|one| one.3).sum();
        assert_eq!(values, 99_999.0 * 50_000.0 + 25_000.0);
        // Two thirds are of one building: no event holds more than 5,000.
        assert_eq!(city.events().await.len(), 14 + 7);
        let beyond = city
            .with("text/csv", gzip(csv(100_001)))
            .header("content-encoding", "gzip");
        let problem = beyond.send(world).await.problem(413, "too-large");
        assert!(problem["detail"].as_str().unwrap().contains("100000"));
        assert_eq!(city.events().await.len(), 21);
    });
}

#[test]
fn no_body_is_larger_than_its_limit_packed_or_unpacked() {
    run(|world, org| async move {
        let city = City::new(world, org).await;
        let limit = 16 * 1024 * 1024;
        let blank = |length: usize| vec![b'\n'; length];
        let large = city.send("application/x-ndjson", blank(limit + 1)).await;
        large.problem(413, "too-large");
        let bomb = gzip(blank(limit + 1));
        assert!(bomb.len() < limit / 100);
        let bomb = city
            .with("application/x-ndjson", bomb)
            .header("content-encoding", "gzip");
        bomb.send(world).await.problem(413, "too-large");
        let one = r#"{"sensorId":"a","timestamp":"1970-01-02T00:00:00Z","value":1}"#;
        let mut just = blank(limit - one.len());
        just.extend_from_slice(one.as_bytes());
        let just = city.with("application/x-ndjson", gzip(just));
        let just = just.header("content-encoding", "gzip").send(world).await;
        just.expect(201);
    });
}
