//! What a person is told comes to it alone, as it happens, and can be resumed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod push_common;

use flowgrid_bus::{Position, Role};
use push_common::{Client, Push, position};
use serde_json::{Value, json};

const ANNA: &str = "019a0b6e-7d1c-7c3e-9f58-0d6a4c1b2e3f";
const BEN: &str = "019a0b6e-7d1c-7c3e-9f58-0d6a4c1b2e40";

async fn client(push: &Push, person: &str, org: &str, role: Role) -> Client {
    let token = push.token(person, org, role);
    Client::bearer(push.process.address, &token).await
}

async fn tell(push: &Push, org: &str, person: &str, id: &str) -> Position {
    let sent =
        json!({"userId": person, "type": "note", "title": id, "message": null, "data": null});
    push.append(org, "notification", id, 0, "sent", sent).await
}

fn title(heard: &Value) -> &str {
    assert_eq!(heard["type"], "event", "{heard}");
    heard["data"]["title"].as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notification_comes_to_its_person_and_to_nobody_else() {
    let push = Push::on_the_identity_log().await;
    let mut anna = client(&push, ANNA, "acme", Role::Viewer).await;
    let mut ben = client(&push, BEN, "acme", Role::Admin).await;
    let mut elsewhere = client(&push, ANNA, "other", Role::Viewer).await;
    for one in [&mut anna, &mut ben, &mut elsewhere] {
        one.subscribe(1, "notifications").await;
    }
    tell(&push, "acme", ANNA, "first").await;
    let read = json!({"userId": ANNA, "at": "2026-05-01T10:05:00Z"});
    push.append("acme", "notification", "first", 1, "read", read)
        .await;
    let last = tell(&push, "acme", BEN, "his").await;
    push.reaches(last.n).await;
    let heard = anna.hear().await;
    assert_eq!(heard["event"], "notification.sent");
    assert_eq!(heard["channel"], "notifications");
    assert_eq!(heard["aggregateId"], "first");
    assert_eq!(title(&heard), "first");
    assert_eq!(anna.hear().await["event"], "notification.read");
    assert_eq!(title(&ben.hear().await), "his");
    for mut one in [anna, ben, elsewhere] {
        one.silence().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_back_gets_what_it_was_told_meanwhile() {
    let push = Push::on_the_identity_log().await;
    let mut anna = client(&push, ANNA, "acme", Role::Viewer).await;
    let stood = position(&anna.subscribe(1, "notifications").await, "position");
    drop(anna);
    for n in 0..400 {
        let person = if n % 2 == 0 { ANNA } else { BEN };
        let at = tell(&push, "acme", person, &format!("n-{n}")).await;
        push.reaches(at.n).await;
    }
    let mut anna = client(&push, ANNA, "acme", Role::Viewer).await;
    let answer = anna.resume(1, "notifications", &stood.to_string()).await;
    assert_eq!(answer["recovered"], true, "{answer}");
    for n in (0..400).step_by(2) {
        assert_eq!(title(&anna.hear().await), format!("n-{n}"));
    }
    anna.silence().await;
    tell(&push, "acme", ANNA, "live").await;
    assert_eq!(title(&anna.hear().await), "live");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_has_no_notifications_and_no_pattern_reaches_them() {
    let push = Push::on_the_identity_log().await;
    let mut program = client(&push, "exporter", "acme", Role::Admin).await;
    let answer = program.resume(1, "notifications", "1-00000000-0").await;
    assert_eq!(
        (&answer["type"], &answer["code"]),
        (&json!("error"), &json!("no-person"))
    );
    let mut ben = client(&push, BEN, "acme", Role::Admin).await;
    for pattern in ["subject:notification.>", "subject:notification.*.sent"] {
        let answer = ben.resume(1, pattern, "1-00000000-0").await;
        assert_eq!(answer["code"], "forbidden", "{answer}");
    }
}
