//! Security events and threats, as admins see them.

use std::net::IpAddr;

use flowgrid_api::Clock;
use flowgrid_api::limits::{Limits, Proxies, Quotas};
use flowgrid_bus::Role;
use flowgrid_tests::TestLog;
use serde_json::{Value, json};

use crate::call::{Reply, get, post};
use crate::invitations::joined;
use crate::notifications::notified;
use crate::somebody::{OTHER, PASSWORD, Somebody, me, refreshed};
use crate::world::{World, run};

const EVENTS: &str = "/api/v1/security/events";
const LOG: &str = "/api/v1/security/log";
const THREATS: &str = "/api/v1/security/threats";

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

/// The security events of a type, once there are so many.
async fn recorded(world: &World, admin: &str, query: &str, least: usize) -> Vec<Value> {
    listed(world, admin, &format!("{EVENTS}?{query}"), |found| {
        found.len() >= least
    })
    .await
}

/// The threats, once they are as they should be.
async fn threats(
    world: &World,
    admin: &str,
    query: &str,
    ready: impl Fn(&[Value]) -> bool,
) -> Vec<Value> {
    listed(world, admin, &format!("{THREATS}?{query}"), ready).await
}

async fn listed(
    world: &World,
    admin: &str,
    path: &str,
    ready: impl Fn(&[Value]) -> bool,
) -> Vec<Value> {
    let mut last = Value::Null;
    for _ in 0..400 {
        let list = get(path).token(admin).send(world).await.expect(200);
        if list["data"].as_array().is_some_and(|found| ready(found)) {
            return list["data"].as_array().unwrap().clone();
        }
        last = list;
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{path}: {last}");
}

async fn login(world: &World, email: &str, password: &str, from: &str) -> Reply {
    let body = json!({"email": email, "password": password});
    let login = post("/api/v1/auth/login", &body).header("user-agent", "Phone/1");
    login.send_from(world, address(from)).await
}

#[test]
fn what_happens_to_people_is_recorded_with_where_it_came_from() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let (admin, person) = (anna.access(), &anna.body["user"]["id"]);
        let refused = login(world, &anna.email, "a wrong guess", "192.0.2.9").await;
        refused.problem(401, "invalid-credentials");
        let failed = recorded(world, admin, "type=login-failed", 1).await;
        assert_eq!(&failed[0]["userId"], person);
        assert_eq!(failed[0]["ipAddress"], "192.0.2.9");
        assert_eq!(failed[0]["userAgent"], "Phone/1");
        assert_eq!(failed[0]["reported"], false);
        login(world, &anna.email, PASSWORD, "192.0.2.9")
            .await
            .expect(200);
        // Registering signs in as well.
        recorded(world, admin, "type=login", 2).await;
        let forgot = json!({"email": anna.email});
        post("/api/v1/auth/forgot-password", &forgot)
            .send(world)
            .await
            .expect(200);
        recorded(world, admin, "type=password-reset-asked", 1).await;
        let key = json!({"name": "exporter"});
        let key = post("/api/v1/auth/api-keys", &key)
            .token(admin)
            .send(world)
            .await
            .expect(201);
        recorded(world, admin, "type=api-key-created", 1).await;
        // A key that moves.
        let text = key["data"]["key"].as_str().unwrap();
        let read = get("/api/v1/citypulse/buildings").header("x-api-key", text);
        read.clone()
            .send_from(world, address("192.0.2.1"))
            .await
            .expect(200);
        // The key's organization is refused to it: it lacks the scope.
        let denied = post("/api/v1/citypulse/buildings", &json!({"name": "x"}));
        let denied = denied.header("x-api-key", text).send(world).await;
        assert_eq!(denied.status, 403);
        let denied = recorded(world, admin, "type=permission-denied", 1).await;
        assert_eq!(&denied[0]["userId"], person);
        assert_eq!(denied[0]["details"]["key"], key["data"]["id"]);
        assert_eq!(denied[0]["details"]["code"], "role-too-low");
        assert_eq!(denied[0]["details"]["route"], "/api/v1/citypulse/buildings");
        let change = json!({"currentPassword": PASSWORD, "newPassword": OTHER});
        let change = post("/api/v1/auth/change-password", &change).token(admin);
        change.send(world).await.expect(200);
        recorded(world, admin, "type=password-changed", 1).await;
        recorded(world, admin, "type=session-ended", 1).await;
        // An address that nobody has is nobody's here.
        let unknown = format!("nobody-{}", anna.email);
        login(world, &unknown, "a wrong guess", "192.0.2.10")
            .await
            .problem(401, "invalid-credentials");
        login(world, &anna.email, "a wrong guess", "192.0.2.11")
            .await
            .problem(401, "invalid-credentials");
        let failed = recorded(world, admin, "type=login-failed", 2).await;
        assert!(failed.iter().all(|one| one["ipAddress"] != "192.0.2.10"));
    });
}

#[test]
fn guessing_at_one_account_from_everywhere_is_one_threat_until_it_is_dismissed() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let admin = anna.access();
        let guess = async |from: usize| {
            let from = format!("203.0.113.{from}");
            login(world, &anna.email, "a wrong guess", &from)
                .await
                .problem(401, "invalid-credentials");
        };
        for from in 0..10 {
            guess(from).await;
        }
        let query = "threatType=brute-force-account";
        let found = threats(world, admin, query, |found| !found.is_empty()).await;
        assert_eq!(found.len(), 1);
        assert_eq!(
            (&found[0]["status"], &found[0]["severity"]),
            (&json!("open"), &json!("high"))
        );
        let failed = recorded(world, admin, "type=login-failed&sort=timestamp", 10).await;
        let ids: Vec<&Value> = failed.iter().map(|one| &one["id"]).collect();
        assert_eq!(json!(ids), found[0]["evidence"]);
        let told = notified(world, admin, "security-threat", 1).await;
        assert_eq!(told[0]["data"]["threatId"], found[0]["id"]);
        assert_eq!(told[0]["message"], "10 failed logins within 15 minutes");
        guess(10).await;
        let more = |found: &[Value]| found[0]["count"] == 11;
        let found = threats(world, admin, query, more).await;
        assert_eq!(
            (found.len(), found[0]["evidence"].as_array().unwrap().len()),
            (1, 11)
        );
        let dismiss = format!("{THREATS}/{}/dismiss", found[0]["id"].as_str().unwrap());
        let dismissed = post(&dismiss, &json!({}))
            .token(admin)
            .send(world)
            .await
            .expect(200);
        assert_eq!(dismissed["data"]["status"], "dismissed");
        post(&dismiss, &json!({}))
            .token(admin)
            .send(world)
            .await
            .expect(200);
        // It goes on: that is another one.
        guess(11).await;
        let open = |found: &[Value]| !found.is_empty();
        let again = threats(world, admin, "status=open&severity=high", open).await;
        assert_ne!(again[0]["id"], found[0]["id"]);
        notified(world, admin, "security-threat", 2).await;
        // Nobody else hears of it.
        let other = Somebody::new(world, &format!("{org}-other")).await;
        let path = dismiss.clone();
        post(path, &json!({}))
            .token(other.access())
            .send(world)
            .await
            .problem(404, "not-found");
    });
}

#[test]
fn who_is_attacked_is_told_as_well_as_its_admins() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let ben = joined(world, &anna, "ben", "user").await;
        for from in 0..12 {
            let from = format!("203.0.113.{from}");
            let guess = login(world, &ben.email, "a wrong guess", &from).await;
            guess.problem(401, "invalid-credentials");
        }
        let told = notified(world, ben.access(), "security-threat", 1).await;
        assert_eq!(told[0]["title"], "Somebody is guessing your password");
        assert_eq!(told[0]["data"]["subject"], ben.body["user"]["id"]);
        let told = notified(world, anna.access(), "security-threat", 1).await;
        assert_eq!(told[0]["title"], "Somebody is guessing a member's password");
    });
}

#[test]
fn asking_again_and_again_for_what_one_may_not_is_a_threat() {
    run(|world, org| async move {
        let viewer = world.token(&org, Role::Viewer);
        for _ in 0..64 {
            let asked = get(EVENTS).token(&viewer).send(world).await;
            asked.problem(403, "role-too-low");
        }
        let admin = world.token(&org, Role::Admin);
        let query = "threatType=privilege-probing";
        let found = threats(world, &admin, query, |found| !found.is_empty()).await;
        assert_eq!(found[0]["subject"], crate::world::ANNA);
        // A flood of refusals is a few records.
        let denied = recorded(world, &admin, "type=permission-denied&sort=timestamp", 3).await;
        let counts: Vec<&Value> = denied.iter().map(|one| &one["count"]).collect();
        assert_eq!(counts, [1, 15, 48]);
        assert_eq!(found[0]["evidence"].as_array().unwrap().len(), 3);
    });
}

#[test]
fn a_login_from_a_network_that_one_never_used_is_noticed() {
    run(|world, org| async move {
        let email = format!("{org}@example.org");
        let body = json!({"email": email, "password": PASSWORD, "organization": org});
        let register = post("/api/v1/auth/register", &body);
        let registered = register
            .send_from(world, address("192.0.2.1"))
            .await
            .expect(201);
        let admin = registered["accessToken"].as_str().unwrap();
        // The same network is nothing new.
        login(world, &email, PASSWORD, "192.0.2.200")
            .await
            .expect(200);
        recorded(world, admin, "type=login", 2).await;
        login(world, &email, PASSWORD, "198.51.100.1")
            .await
            .expect(200);
        let query = "threatType=unusual-address";
        let found = threats(world, admin, query, |found| !found.is_empty()).await;
        assert_eq!((found.len(), &found[0]["count"]), (1, &json!(1)));
        let logins = recorded(world, admin, "type=login", 3).await;
        assert_eq!(found[0]["evidence"], json!([logins[0]["id"]]));
        assert_eq!(logins[0]["ipAddress"], "198.51.100.1");
    });
}

#[test]
fn a_refresh_token_that_comes_back_is_a_threat_with_its_evidence() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let first = refreshed(world, anna.refresh()).await.expect(200);
        // The successor is used: the first one is no longer good.
        me(world, first["accessToken"].as_str().unwrap())
            .await
            .expect(200);
        refreshed(world, anna.refresh())
            .await
            .problem(401, "token-reused");
        let admin = world.token(&org, Role::Admin);
        let query = "threatType=token-reuse";
        let found = threats(world, &admin, query, |found| !found.is_empty()).await;
        let reused = recorded(world, &admin, "type=token-reused", 1).await;
        assert_eq!(found[0]["evidence"], json!([reused[0]["id"]]));
        assert_eq!(found[0]["subject"], reused[0]["details"]["session"]);
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attacker_is_slowed_down_and_the_owner_gets_in_all_the_while() {
    let test = TestLog::start().await;
    let stop = test.stop.subscribe();
    let quotas = Quotas::default();
    let (limits, _) = Limits::start(&test.url, quotas, Clock::system(), stop).unwrap();
    let world = World::limited(test, limits, Proxies::default()).await;
    let anna = Somebody::new(&world, "acme").await;
    let guess = async |from: &str| login(&world, &anna.email, "a wrong guess", from).await;
    for _ in 0..5 {
        guess("203.0.113.1")
            .await
            .problem(401, "invalid-credentials");
    }
    guess("203.0.113.1").await.problem(429, "rate-limited");
    // The right password doesn't help there either: that would tell it from a wrong one.
    let right = login(&world, &anna.email, PASSWORD, "203.0.113.1").await;
    right.problem(429, "rate-limited");
    // From elsewhere it may go on, and is as slow there.
    for other in 2..20 {
        guess(&format!("203.0.113.{other}"))
            .await
            .problem(401, "invalid-credentials");
    }
    for _ in 0..3 {
        login(&world, &anna.email, PASSWORD, "192.0.2.1")
            .await
            .expect(200);
    }
    let locked = recorded(&world, anna.access(), "type=login-locked", 1).await;
    assert_eq!(locked[0]["ipAddress"], "203.0.113.1");
    let threat = "threatType=brute-force-account";
    threats(&world, anna.access(), threat, |found| found.len() == 1).await;
}
