//! How rate limits look from outside.

use std::net::IpAddr;

use chrono::TimeDelta;
use flowgrid_api::Clock;
use flowgrid_api::auth::Grant;
use flowgrid_api::limits::{Limits, Proxies, Quotas};
use flowgrid_bus::{Role, Tenant};
use flowgrid_domain::organizations::{Organization, OrganizationCommand};
use flowgrid_domain::values::Plan;
use flowgrid_tests::{TestLog, eventually};
use serde_json::json;

use crate::call::{BUILDINGS, Reply, get, post, put};
use crate::somebody::Somebody;
use crate::subscription::allow_personal_plans;
use crate::world::{ANNA, World};

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// Small limits, and a proxy at 10.0.0.1.
async fn limited() -> World {
    let test = TestLog::start().await;
    let mut quotas = Quotas::default();
    let settings =
        "rest.free=4/86400,rest.pro=9/86400,anonymous=3/86400,search=2/86400,outside=2/86400";
    quotas.change(settings).unwrap();
    let (limits, _) =
        Limits::start(&test.url, quotas, Clock::system(), test.stop.subscribe()).unwrap();
    World::limited(test, limits, Proxies::parse("10.0.0.1").unwrap()).await
}

fn told(reply: &Reply) -> (u32, u32) {
    let number = |name: &str| reply.header(name).parse().unwrap();
    assert!(number("ratelimit-reset") > 0);
    (number("ratelimit-limit"), number("ratelimit-remaining"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_are_told_and_refused() {
    let world = limited().await;
    members_count_by_plan(&world).await;
    keys_count_by_the_plan_of_their_person(&world).await;
    another_plan_of_the_organization_counts_at_once(&world).await;
    strangers_count_by_address(&world).await;
    bad_tokens_count_by_address(&world).await;
    what_everybody_may_ask_is_not_counted(&world).await;
    guesses_are_counted(&world).await;
    a_network_of_one_customer_guesses_as_one(&world).await;
    strangers_are_written_to_so_often_alone(&world).await;
    tests_of_services_are_counted(&world).await;
}

/// Five mails to one address within fifteen minutes, whoever asks for them.
async fn strangers_are_written_to_so_often_alone(world: &World) {
    let anna = json!({"email": "anna@example.net", "password": "correct horse battery staple"});
    let register = post("/api/v1/auth/register", &anna);
    let registered = register.send_from(world, address("198.51.100.77")).await;
    let user = registered.expect(201)["user"].clone();
    let (id, org) = (user["id"].as_str().unwrap(), user["organization"].as_str());
    let grant = Grant::member(id, org.unwrap(), Role::Admin, TimeDelta::hours(1));
    let token = world.issue(&grant.with_plan(Plan::Enterprise));
    let invitations = "/api/v1/organization/invitations";
    let invite = post(invitations, &json!({"email": "ben@example.net"})).token(&token);
    let sent = invite.send(world).await.expect(201);
    let again = format!(
        "{invitations}/{}/resend",
        sent["data"]["id"].as_str().unwrap()
    );
    let again = post(again, &json!({})).token(&token);
    for _ in 0..4 {
        again.clone().send(world).await.expect(200);
    }
    again.send(world).await.problem(429, "rate-limited");
    let other = post(invitations, &json!({"email": "cleo@example.net"})).token(&token);
    other.send(world).await.expect(201);
}

/// Whoever has others called in our name can't do it all the time.
async fn tests_of_services_are_counted(world: &World) {
    let grant = Grant::member(ANNA, "caller", Role::User, TimeDelta::hours(1));
    let token = world.issue(&grant.with_plan(Plan::Pro));
    let list = "/api/v1/users/integrations";
    let body = json!({"service": "x", "baseUrl": "http://10.0.0.1"});
    let made = post(list, &body)
        .token(&token)
        .send(world)
        .await
        .expect(201);
    let id = made["data"]["id"].as_str().unwrap();
    let test = post(format!("{list}/{id}/test"), &json!({})).token(&token);
    for _ in 0..2 {
        test.clone().send(world).await.expect(200);
    }
    test.send(world).await.problem(429, "rate-limited");
}

/// The sixth guess within fifteen minutes is refused, whatever is guessed at.
async fn guesses_are_counted(world: &World) {
    let guesses = [
        (
            "login",
            json!({"email": "a@example.org", "password": "a guess"}),
        ),
        ("forgot-password", json!({"email": "b@example.org"})),
        (
            "reset-password",
            json!({"token": "fgt_guess", "password": "correct horse battery staple"}),
        ),
    ];
    for (number, (path, body)) in guesses.iter().enumerate() {
        let peer = address(&format!("198.51.100.{}", number + 1));
        let guess = post(format!("/api/v1/auth/{path}"), body);
        for _ in 0..5 {
            let reply = guess.clone().send_from(world, peer).await;
            assert_ne!(reply.status, 429, "{path}");
        }
        let refused = guess.send_from(world, peer).await;
        refused.problem(429, "rate-limited");
        assert!(refused.headers.contains_key("retry-after"), "{path}");
    }
}

/// An attacker with an IPv6 network has more addresses than there are passwords.
async fn a_network_of_one_customer_guesses_as_one(world: &World) {
    let guess = json!({"email": "c@example.org", "password": "a guess"});
    let guess = post("/api/v1/auth/login", &guess);
    for number in 1..=5 {
        let peer = address(&format!("2001:db8:7:7::{number}"));
        let reply = guess.clone().send_from(world, peer).await;
        reply.problem(401, "invalid-credentials");
    }
    let sixth = guess
        .clone()
        .send_from(world, address("2001:db8:7:7:ffff::1"));
    sixth.await.problem(429, "rate-limited");
    let neighbour = guess.send_from(world, address("2001:db8:7:8::1")).await;
    neighbour.problem(401, "invalid-credentials");
}

/// Whoever is signed in needn't refresh to be on another plan.
async fn another_plan_of_the_organization_counts_at_once(world: &World) {
    let anna = Somebody::new(world, "plan-of-anna").await;
    let list = get(BUILDINGS).token(anna.access());
    assert_eq!(told(&list.clone().send(world).await).0, 4);
    let tenant = Tenant::from_slug("plan-of-anna").unwrap();
    for (plan, limit) in [(Plan::Pro, 9), (Plan::Free, 4)] {
        let change = OrganizationCommand::ChangePlan { plan };
        world
            .execute::<Organization>(&tenant, tenant.slug(), change)
            .await;
        let follows = || async { told(&list.clone().send(world).await).0 == limit };
        eventually("the limit is that of the plan", follows).await;
    }
}

/// And people see the limits of their plan.
async fn keys_count_by_the_plan_of_their_person(world: &World) {
    let anna = Somebody::new(world, "keys-of-anna").await;
    allow_personal_plans(world, "keys-of-anna").await;
    let premium = put("/api/v1/users/subscription", &json!({"plan": "premium"}));
    let premium = premium.token(anna.access()).send(world).await.expect(200);
    let limits = json!({"requests": 9, "seconds": 86_400});
    assert_eq!(premium["data"]["limits"]["rest"], limits);
    let key = post("/api/v1/auth/api-keys", &json!({"name": "x"})).token(anna.access());
    let key = key.send(world).await.expect(201);
    let key = key["data"]["key"].as_str().unwrap();
    let reply = get(BUILDINGS).header("x-api-key", key).send(world).await;
    assert_eq!(told(&reply), (9, 8));
}

async fn members_count_by_plan(world: &World) {
    let free = Grant::member("anna", "acme", Role::User, TimeDelta::hours(1));
    let free = world.issue(&free);
    for left in [3, 2, 1] {
        let reply = get(BUILDINGS).token(&free).send(world).await;
        reply.expect(200);
        assert_eq!(told(&reply), (4, left));
        assert!(!reply.headers.contains_key("retry-after"));
    }
    // A refusal counts as well.
    let missing = get(format!("{BUILDINGS}/none"))
        .token(&free)
        .send(world)
        .await;
    missing.problem(404, "not-found");
    assert_eq!(told(&missing), (4, 0));
    let made = post(BUILDINGS, &json!({"name": "B"})).token(&free);
    let refused = made.header("x-frontend-source", "flov7").send(world).await;
    let problem = refused.problem(429, "rate-limited");
    assert_eq!(problem["title"], "Too many requests");
    assert_eq!(told(&refused), (4, 0));
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!(wait > 0 && wait <= 2 * 86_400);
    // The other organization's Anna, and one who pays, are others.
    let other = Grant::member("anna", "other", Role::User, TimeDelta::hours(1));
    let other = get(BUILDINGS).token(&world.issue(&other)).send(world).await;
    assert_eq!(told(&other), (4, 3));
    let pays = Grant::member("paula", "acme", Role::User, TimeDelta::hours(1));
    let pays = world.issue(&pays.with_plan(Plan::Pro));
    assert_eq!(told(&get(BUILDINGS).token(&pays).send(world).await), (9, 8));
    // Operators aren't counted.
    let operator = world.operator();
    for _ in 0..6 {
        let reply = get("/metrics").token(&operator).send(world).await;
        assert_eq!(reply.status, 200);
    }
}

async fn strangers_count_by_address(world: &World) {
    let at = |peer, forwarded: Option<&'static str>| async move {
        let call = get("/api/v1/info");
        let call = match forwarded {
            Some(from) => call.header("x-forwarded-for", from),
            None => call,
        };
        call.send_from(world, address(peer)).await
    };
    for left in [2, 1, 0] {
        assert_eq!(told(&at("192.0.2.1", None).await), (3, left));
    }
    at("192.0.2.1", None).await.problem(429, "rate-limited");
    // Nobody gets more by claiming to be somebody else.
    at("192.0.2.1", Some("192.0.2.9"))
        .await
        .problem(429, "rate-limited");
    at("10.0.0.1", Some("192.0.2.1"))
        .await
        .problem(429, "rate-limited");
    assert_eq!(told(&at("10.0.0.1", Some("192.0.2.9")).await), (3, 2));
    assert_eq!(told(&at("2001:db8::1", None).await), (3, 2));
    assert_eq!(told(&at("2001:db8::2", None).await), (3, 1));
    assert_eq!(told(&at("2001:db8:0:1::1", None).await), (3, 2));
}

async fn bad_tokens_count_by_address(world: &World) {
    let guess = |peer| async move {
        let call = get(BUILDINGS).token("a.b.c");
        call.send_from(world, address(peer)).await
    };
    for left in [2, 1, 0] {
        let reply = guess("192.0.2.77").await;
        reply.problem(401, "token-invalid");
        assert_eq!(told(&reply), (3, left));
    }
    guess("192.0.2.77").await.problem(429, "rate-limited");
    // Nor does a token that nobody asks for hide who asks.
    let info = get("/api/v1/info").token("a.b.c");
    let info = info.header("x-frontend-source", "flov7");
    let refused = info.send_from(world, address("192.0.2.77")).await;
    let problem = refused.problem(429, "rate-limited");
    assert!(problem["error_id"].is_string());
    // Who holds a token is not kept out by those who guess from the same address.
    let grant = Grant::member("gina", "acme", Role::User, TimeDelta::hours(1));
    let call = get(BUILDINGS).token(&world.issue(&grant));
    let reply = call.send_from(world, address("192.0.2.77")).await;
    assert_eq!(told(&reply), (4, 3));
}

async fn what_everybody_may_ask_is_not_counted(world: &World) {
    for path in [
        "/health/live",
        "/openapi.json",
        "/api-docs",
        "/.well-known/jwks.json",
    ] {
        for _ in 0..5 {
            let reply = get(path).send_from(world, address("192.0.2.1")).await;
            assert_eq!(reply.status, 200, "{path}");
            assert!(!reply.headers.contains_key("ratelimit-limit"));
        }
    }
}
