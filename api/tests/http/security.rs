//! Security events and threats, as admins see them.

use std::net::IpAddr;

use flowgrid_bus::Role;
use serde_json::{Value, json};

use crate::call::{Reply, get, post};
use crate::somebody::Somebody;
use crate::world::{World, run};

const EVENTS: &str = "/api/v1/security/events";
const LOG: &str = "/api/v1/security/log";

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

async fn report(world: &World, who: &Somebody, from: &str, body: Value) -> Reply {
    post(LOG, &body)
        .token(who.access())
        .header("user-agent", "Dashboard/7")
        .send_from(world, address(from))
        .await
}

#[test]
fn what_a_member_reports_is_kept_sealed_and_shown_to_admins() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let body = json!({"event_type": "LOGIN_ODD", "details": {"who": "bert@example.org"}});
        let reported = report(world, &anna, "192.0.2.7", body).await;
        let position = reported.header("x-event-position").to_owned();
        let reported = reported.expect(201)["data"].clone();
        let person = anna.body["user"]["id"].clone();
        assert_eq!(reported["userId"], person);
        assert_eq!(reported["eventType"], "LOGIN_ODD");
        assert_eq!(reported["details"], json!({"who": "bert@example.org"}));
        assert_eq!(reported["ipAddress"], "192.0.2.7");
        assert_eq!(reported["userAgent"], "Dashboard/7");
        assert_eq!(reported["reported"], true);
        let listed = get(format!("{EVENTS}?type=LOGIN_ODD"))
            .token(anna.access())
            .header("x-min-position", &position);
        let listed = listed.send(world).await.expect(200);
        let mut shown = reported;
        shown.as_object_mut().unwrap().remove("position");
        assert_eq!(listed["data"], json!([shown]));
        assert_eq!(listed["pagination"]["total"], 1);
        // In the log, nothing of it can be read.
        let events = get("/api/v1/events?log=identity&limit=500&subject=security.%3E");
        let events = events.token(anna.access()).send(world).await;
        let text = String::from_utf8_lossy(&events.bytes).into_owned();
        assert!(text.contains("LOGIN_ODD"), "{text}");
        for personal in ["bert@example.org", "192.0.2.7", "Dashboard/7"] {
            assert!(!text.contains(personal), "{personal}");
        }
        // Whoever runs the place without being an admin sees none of it.
        let manager = world.token(&org, Role::Manager);
        let events = get("/api/v1/events?log=identity&limit=500").token(&manager);
        let events = events.send(world).await.expect(200);
        assert!(!events.to_string().contains("security.recorded"));
    });
}

#[test]
fn security_events_are_found_by_type_person_address_and_time() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let mut times = Vec::new();
        let mut position = String::new();
        for (kind, from) in [("A", "192.0.2.1"), ("B", "192.0.2.2"), ("A", "2001:db8::1")] {
            let reply = report(world, &anna, from, json!({"eventType": kind})).await;
            position = reply.header("x-event-position").to_owned();
            let made = reply.expect(201)["data"]["createdAt"].clone();
            times.push(made.as_str().unwrap().to_owned());
        }
        let person = anna.body["user"]["id"].as_str().unwrap();
        let list = async |query: &str| {
            let list = get(format!("{EVENTS}?{query}"))
                .token(anna.access())
                .header("x-min-position", &position);
            let listed = list.send(world).await.expect(200);
            let kinds = listed["data"].as_array().unwrap().iter();
            // What the system has seen is not what this test is about.
            let kinds = kinds.filter(|one| one["reported"] == true);
            let kinds = kinds.map(|one| one["eventType"].as_str().unwrap().to_owned());
            kinds.collect::<Vec<String>>()
        };
        assert_eq!(list("").await, ["A", "B", "A"]);
        assert_eq!(list("sort=timestamp&type=A").await, ["A", "A"]);
        assert_eq!(list("eventType=B").await, ["B"]);
        assert_eq!(list(&format!("userId={person}&type=B")).await, ["B"]);
        assert!(list("userId=nobody").await.is_empty());
        assert_eq!(list("ip_address=192.0.2.2").await, ["B"]);
        assert_eq!(list("ipAddress=2001:db8::1").await, ["A"]);
        assert!(list("ipAddress=192.0.2.3").await.is_empty());
        let (from, to) = (&times[1], &times[2]);
        assert_eq!(list(&format!("from={from}&to={to}")).await, ["B"]);
        let refused = async |query: &str| {
            let list = get(format!("{EVENTS}?{query}")).token(anna.access());
            list.send(world).await.problem(400, "bad-input");
        };
        for query in [
            "ipAddress=here",
            "from=yesterday",
            "sort=colour",
            "limit=501",
        ] {
            refused(query).await;
        }
    });
}

#[test]
fn a_report_that_cannot_be_read_is_refused_and_one_repeated_is_one() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        for bad in [
            json!({}),
            json!({"eventType": "no spaces"}),
            json!({"eventType": "A", "details": "text"}),
            json!({"eventType": "A", "details": {"long": "x".repeat(4_100)}}),
            json!({"eventType": "A", "severity": "high"}),
        ] {
            report(world, &anna, "192.0.2.1", bad)
                .await
                .problem(422, "invalid");
        }
        let once = |path: &str| {
            post(path, &json!({"eventType": "A"}))
                .token(anna.access())
                .header("idempotency-key", "k-1")
        };
        let first = once(LOG).send(world).await.expect(201);
        let again = once(LOG).send(world).await.expect(201);
        assert_eq!(first["data"]["id"], again["data"]["id"]);
        // Older frontends look elsewhere, and are told.
        let old = once("/api/security/log").send(world).await;
        assert_eq!(old.header("deprecation"), "@1767225600");
        assert_eq!(
            old.header("link"),
            "</api/v1/security/log>; rel=\"successor-version\""
        );
        assert_eq!(old.expect(201)["data"]["id"], first["data"]["id"]);
    });
}

#[test]
fn threats_are_filtered_by_what_there_is() {
    run(|world, org| async move {
        let admin = world.token(&org, Role::Admin);
        let list = |query: &str| get(format!("/api/v1/security/threats?{query}")).token(&admin);
        for query in [
            "status=open&severity=high&threatType=token-reuse",
            "type=unusual-address",
        ] {
            let listed = list(query).send(world).await.expect(200);
            assert_eq!(listed["data"], json!([]));
        }
        for query in [
            "status=new",
            "severity=grave",
            "threatType=rain",
            "sort=severity",
        ] {
            list(query).send(world).await.problem(400, "bad-input");
        }
    });
}
