//! `Idempotency-Key` where the answer is secret, or nothing is written to a log.

use serde_json::{Value, json};

use crate::call::{Call, delete, post};
use crate::somebody::{OTHER, PASSWORD, Somebody, me};
use crate::world::{World, run};

fn keyed(path: &str, key: &str, body: &Value) -> Call {
    post(path, body).header("idempotency-key", key)
}

#[test]
fn who_registers_twice_under_one_key_is_told() {
    run(|world, org| async move {
        let email = format!("{org}@example.org");
        let body = json!({"email": email, "password": PASSWORD, "organization": org});
        let key = format!("register-{org}");
        let register = keyed("/api/v1/auth/register", &key, &body);
        let first = register.clone().send(world).await.expect(201);
        // Over the older path as well, and whatever process it comes to.
        register.send(world).await.problem(409, "already-done");
        let alias = keyed("/auth/register/", &key, &body);
        alias.send(world).await.problem(409, "already-done");
        let other = json!({"email": email, "password": OTHER, "organization": org});
        let other = keyed("/api/v1/auth/register", &key, &other);
        let other = other.send(world).await;
        other.problem(422, "idempotency-key-reused");
        me(world, first["token"].as_str().unwrap())
            .await
            .expect(200);
        // Without the key it is another request.
        let again = post("/api/v1/auth/register", &body).send(world).await;
        again.problem(409, "already-exists");
    });
}

#[test]
fn what_failed_may_be_done_again_under_its_key() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let key = format!("login-{org}");
        let login = |password: &str| {
            let body = json!({"email": anna.email, "password": password});
            keyed("/api/v1/auth/login", &key, &body)
        };
        for _ in 0..2 {
            let wrong = login(OTHER).send(world).await;
            wrong.problem(401, "invalid-credentials");
        }
        login(PASSWORD).send(world).await.expect(200);
        login(PASSWORD)
            .send(world)
            .await
            .problem(409, "already-done");
        let wrong = login(OTHER).send(world).await;
        wrong.problem(422, "idempotency-key-reused");
    });
}

#[test]
fn a_key_of_a_program_is_made_once_and_shown_once() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let body = json!({"name": "exporter", "scopes": ["read"]});
        let make = || keyed("/api/v1/auth/api-keys", "make", &body).token(anna.access());
        let made = make().send(world).await.expect(201);
        make().send(world).await.problem(409, "already-done");
        let id = made["data"]["id"].as_str().unwrap();
        // Another person's key of the same text is another key.
        let ben = Somebody::new(world, &format!("{org}-ben")).await;
        let make = keyed("/api/v1/auth/api-keys", "make", &body).token(ben.access());
        make.send(world).await.expect(201);
        // What is no secret is answered again.
        let revoke = || {
            let call = delete(format!("/api/v1/auth/api-keys/{id}")).token(anna.access());
            call.header("idempotency-key", "revoke")
        };
        let first = revoke().send(world).await.expect(200);
        assert_eq!(revoke().send(world).await.expect(200), first);
    });
}

#[test]
fn a_mail_is_asked_for_once() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let verify = anna.mailed(world, "confirm").await;
        let body = json!({"token": verify});
        let key = format!("verify-{org}");
        let verify = || keyed("/api/v1/auth/verify-email", &key, &body).send(world);
        let first = verify().await.expect(200);
        // The token is used up; the answer is the first one's all the same.
        assert_eq!(verify().await.expect(200), first);
    });
}

#[test]
fn many_at_once_under_one_key_are_one() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let body = json!({"name": "exporter", "scopes": ["read"]});
        let one = || {
            let call = keyed("/api/v1/auth/api-keys", "many", &body).token(anna.access());
            call.send(world)
        };
        let replies = futures_util::future::join_all((0..8).map(|_| one())).await;
        let made = replies.iter().filter(|reply| reply.status == 201);
        assert_eq!(made.count(), 1);
        for reply in replies.iter().filter(|reply| reply.status != 201) {
            let code = reply.expect(409)["code"].clone();
            assert!(code == "already-done" || code == "in-progress", "{code}");
        }
    });
}

#[test]
fn a_bad_key_is_refused_before_anything_happens() {
    run(|world, org| async move {
        let body = json!({"email": format!("{org}@example.org"), "password": PASSWORD});
        let long = "k".repeat(256);
        let bad = keyed("/api/v1/auth/register", &long, &body)
            .send(world)
            .await;
        bad.problem(400, "malformed");
        post("/api/v1/auth/register", &body)
            .send(world)
            .await
            .expect(201);
        assert_eq!(remembered_as(world, PASSWORD).await, 0);
    });
}

/// Rows that hold this text, or its plain hash.
async fn remembered_as(world: &World, text: &str) -> i64 {
    let mut owner = world.owner().await;
    sqlx::query_scalar(
        "select count(*) from vault.repeats where request = sha256($1::bytea) \
         or position($1::bytea in coalesce(answer, '')) > 0",
    )
    .bind(text.as_bytes())
    .fetch_one(&mut owner)
    .await
    .unwrap()
}
