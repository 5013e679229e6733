//! Another e-mail address.

use serde_json::{Value, json};

use crate::call::{Call, post};
use crate::somebody::{OTHER, PASSWORD, Somebody, mailed_to, me};
use crate::world::{World, run};

fn change(token: &str, email: &str, password: &str) -> Call {
    let body = json!({"newEmail": email, "password": password});
    post("/api/v1/auth/change-email", &body).token(token)
}

async fn confirm(world: &World, token: &str) -> crate::call::Reply {
    post("/api/v1/auth/verify-email", &json!({"token": token}))
        .send(world)
        .await
}

async fn login(world: &World, email: &str) -> crate::call::Reply {
    let body = json!({"email": email, "password": PASSWORD});
    post("/api/v1/auth/login", &body).send(world).await
}

/// What the organizations of a person know of its address is sealed: how often it was sealed anew.
async fn carried(world: &World, person: &str) -> i64 {
    let mut connection = world.owner().await;
    sqlx::query_scalar(
        "select count(*) from events where event_type = 'membership.personal-data-changed' \
         and split_part(aggregate_id, '/', 2) = $1 and payload ->> 'email' is not null",
    )
    .bind(person)
    .fetch_one(&mut connection)
    .await
    .unwrap()
}

#[test]
fn an_address_becomes_another_once_that_one_has_confirmed() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let new = format!("new-{}", anna.email);
        change(anna.access(), &new, OTHER)
            .send(world)
            .await
            .problem(401, "invalid-credentials");
        let same = change(anna.access(), &anna.email, PASSWORD)
            .send(world)
            .await;
        assert_eq!(
            same.problem(422, "invalid")["errors"][0]["pointer"],
            "/newEmail"
        );
        change(anna.access(), &new, PASSWORD)
            .send(world)
            .await
            .expect(200);
        // The present address is told, and stays until the new one has confirmed.
        mailed_to(world, &anna.email, "is about to change").await;
        login(world, &new).await.problem(401, "invalid-credentials");
        let letter = mailed_to(world, &new, "Confirm").await;
        let token = letter.token();
        // A link that was mailed to the old address is worth nothing afterwards.
        let forgot = json!({"email": anna.email});
        let forgot = post("/api/v1/auth/forgot-password", &forgot);
        forgot.send(world).await.expect(200);
        let reset = anna.mailed(world, "reset").await;
        confirm(world, &token).await.expect(200);
        let user = me(world, anna.access()).await.expect(200)["user"].clone();
        assert_eq!(
            (&user["email"], &user["emailVerified"]),
            (&json!(new), &json!(true))
        );
        assert_eq!(carried(world, &anna.id()).await, 1);
        mailed_to(world, &anna.email, "was changed").await;
        confirm(world, &token).await.problem(422, "token-not-good");
        let reset = json!({"token": reset, "password": OTHER});
        let reset = post("/api/v1/auth/reset-password", &reset)
            .send(world)
            .await;
        reset.problem(422, "token-not-good");
        login(world, &new).await.expect(200);
        anna.login(world, PASSWORD)
            .await
            .problem(401, "invalid-credentials");
        // The old address is free for anybody.
        let again = json!({"email": anna.email, "password": OTHER, "name": "Ben"});
        let again = post("/api/v1/auth/register", &again).send(world).await;
        again.expect(201);
    });
}

#[test]
fn nobody_learns_whether_an_address_is_somebodys() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let ben = Somebody::new(world, &format!("{org}-ben")).await;
        let free = format!("free-{}", anna.email);
        let known = change(anna.access(), &ben.email, PASSWORD)
            .send(world)
            .await;
        let unknown = change(anna.access(), &free, PASSWORD).send(world).await;
        assert_eq!(known.expect(200), unknown.expect(200));
        mailed_to(world, &ben.email, "one already").await;
    });
}

#[test]
fn an_address_that_became_somebodys_meanwhile_stays_theirs() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let new = format!("{org}-ben@example.org");
        change(anna.access(), &new, PASSWORD)
            .send(world)
            .await
            .expect(200);
        let letter = mailed_to(world, &new, "Confirm").await;
        Somebody::new(world, &format!("{org}-ben")).await;
        confirm(world, &letter.token())
            .await
            .problem(409, "already-exists");
        let user = me(world, anna.access()).await.expect(200)["user"].clone();
        assert_eq!(user["email"], anna.email);
        let odd: Value = json!({"newEmail": "x", "password": 7});
        post("/auth/change-email", &odd)
            .token(anna.access())
            .send(world)
            .await
            .problem(422, "invalid");
    });
}
