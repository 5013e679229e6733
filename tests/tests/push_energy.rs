//! What buildings use, told as readings come.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod push_common;

use chrono::{DateTime, Timelike, Utc};
use push_common::city::City;
use push_common::{Client, position};
use serde_json::{Value, json};

/// When the quarter of an hour began that it is in.
fn quarter() -> DateTime<Utc> {
    let now = DateTime::<Utc>::from(std::time::SystemTime::now());
    let minute = now.minute() / 15 * 15;
    now.with_minute(minute)
        .unwrap()
        .with_second(0)
        .unwrap()
        .with_nanosecond(0)
        .unwrap()
}

/// The next update of a building in which so many kWh were used this month.
async fn hears(client: &mut Client, building: &str, month: f64) -> Value {
    loop {
        let heard = client.hear().await;
        assert_eq!(heard["event"], "energy:update", "{heard}");
        let data = &heard["data"];
        if data["buildingId"] == building && data["energyKwh"]["month"] == month {
            return heard;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_building_uses_is_told_as_readings_come() {
    let city = City::start().await;
    let (mut one, mut all) = (city.viewer("acme").await, city.viewer("acme").await);
    one.subscribe(1, "energy:rathaus").await;
    all.subscribe(1, "energy").await;
    let begin = hears(&mut one, "rathaus", 0.0).await;
    assert_eq!(begin["data"]["powerKw"], Value::Null);
    assert_eq!(begin["data"]["stale"], true);
    for building in ["rathaus", "school"] {
        hears(&mut all, building, 0.0).await;
    }

    let time = quarter();
    city.reports("rathaus", time, 2.0).await;
    let heard = hears(&mut one, "rathaus", 2.0).await;
    assert_eq!(heard["channel"], "energy:rathaus");
    let data = &heard["data"];
    assert_eq!(data["energyKwh"], json!({"today": 2.0, "month": 2.0}));
    assert_eq!(
        data["byCarrier"],
        json!({"electricity": {"today": 2.0, "month": 2.0}})
    );
    assert_eq!(
        (&data["powerKw"], &data["stale"]),
        (&json!(8.0), &json!(false))
    );
    hears(&mut all, "rathaus", 2.0).await;

    city.reports("school", time, 5.0).await;
    hears(&mut all, "school", 5.0).await;
    one.silence().await;

    // Whoever comes back is told how things stand.
    let last = position(&heard, "position").to_string();
    city.reports("rathaus", time, 3.0).await;
    hears(&mut one, "rathaus", 3.0).await;
    let mut back = city.viewer("acme").await;
    let answer = back.resume(1, "energy", &last).await;
    assert_eq!(answer["recovered"], true, "{answer}");
    let (mut rathaus, mut school) = (false, false);
    while !(rathaus && school) {
        let data = back.hear().await["data"].clone();
        rathaus |= data["buildingId"] == "rathaus" && data["energyKwh"]["month"] == 3.0;
        school |= data["buildingId"] == "school" && data["energyKwh"]["month"] == 5.0;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_use_is_not_told() {
    let city = City::start().await;
    let mut stranger = city.viewer("other").await;
    for channel in ["energy:rathaus", "energy:nowhere"] {
        let subscribe = json!({"type": "subscribe", "id": 1, "channel": channel});
        stranger.say(subscribe).await;
        let answer = stranger.hear().await;
        assert_eq!(
            (&answer["type"], &answer["code"]),
            (&json!("error"), &json!("not-found"))
        );
    }
    stranger.subscribe(1, "energy").await;
    let mut viewer = city.viewer("acme").await;
    viewer.subscribe(1, "energy").await;
    city.reports("rathaus", quarter(), 2.0).await;
    hears(&mut viewer, "rathaus", 2.0).await;
    stranger.silence().await;
}
