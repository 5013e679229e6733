//! Registering, signing in, going on, signing out: as the frontends do it.

use axum::http::header::SET_COOKIE;
use serde_json::json;

use crate::call::{delete, get, post};
use crate::second_factor;
use crate::somebody::{OTHER, PASSWORD, Somebody, eventually_refused, mailed_to, me, refreshed};
use crate::world::run;

#[test]
fn registering_makes_a_person_an_organization_and_its_admin() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        assert_eq!(anna.body["token"], anna.body["accessToken"]);
        assert_eq!(anna.body["expiresIn"], 900);
        let user = me(world, anna.access()).await.expect(200)["user"].clone();
        assert_eq!(user["email"], anna.email);
        assert_eq!(user["role"], "admin");
        assert_eq!(user["organization"], org);
        assert_eq!(
            user["permissions"],
            json!(["read", "write", "delete", "admin"])
        );
        assert_eq!(user["emailVerified"], false);
        let token = anna.mailed(world, "confirm").await;
        let verify = post("/api/v1/auth/verify-email", &json!({"token": token}));
        verify.clone().send(world).await.expect(200);
        verify.send(world).await.problem(422, "token-not-good");
        let user = me(world, anna.access()).await.expect(200)["user"].clone();
        assert_eq!(user["emailVerified"], true);
        let organizations = get("/api/v1/auth/organizations").token(anna.access());
        let organizations = organizations.send(world).await.expect(200);
        assert_eq!(organizations["data"][0]["slug"], org);
    });
}

#[test]
fn an_address_is_one_persons_and_a_slug_one_organizations() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let again = json!({"email": anna.email.to_uppercase(), "password": OTHER});
        let again = post("/api/v1/auth/register", &again).send(world).await;
        again.problem(409, "already-exists");
        let squat = json!({"email": format!("x-{}", anna.email), "password": OTHER, "organizationSlug": org});
        let squat = post("/api/v1/auth/register", &squat).send(world).await;
        squat.problem(409, "already-exists");
        // Without a slug of its own choice it gets another one.
        let other =
            json!({"email": format!("y-{}", anna.email), "password": OTHER, "organization": org});
        let other = post("/api/v1/auth/register", &other)
            .send(world)
            .await
            .expect(201);
        let slug = other["user"]["organization"].as_str().unwrap();
        assert!(slug.starts_with(&org) && slug != org, "{slug}");
    });
}

#[test]
fn weak_passwords_and_odd_input_are_refused_by_name() {
    run(|world, org| async move {
        let weak =
            json!({"email": format!("{org}@example.org"), "password": "password1", "name": "A"});
        let weak = post("/api/v1/auth/register", &weak).send(world).await;
        assert_eq!(
            weak.problem(422, "invalid")["errors"][0]["pointer"],
            "/password"
        );
        for body in [
            json!({}),
            json!({"email": "x", "password": 7}),
            json!({"email": "a@b.cd", "passwort": "x"}),
        ] {
            post("/api/v1/auth/register", &body)
                .send(world)
                .await
                .problem(422, "invalid");
            post("/api/v1/auth/login", &body)
                .send(world)
                .await
                .problem(422, "invalid");
        }
    });
}

#[test]
fn a_wrong_password_and_an_unknown_address_get_one_answer() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let wrong = anna
            .login(world, OTHER)
            .await
            .problem(401, "invalid-credentials");
        let unknown = json!({"email": format!("nobody-{}", anna.email), "password": OTHER});
        let unknown = post("/auth/login", &unknown).send(world).await;
        assert_eq!(unknown.header("deprecation"), "@1767225600");
        assert!(unknown.header("link").contains("</api/v1/auth/login>"));
        let unknown = unknown.problem(401, "invalid-credentials");
        assert_eq!(wrong["detail"], unknown["detail"]);
        let login = anna.login(world, PASSWORD).await;
        let cookies: Vec<&str> = login
            .headers
            .get_all(SET_COOKIE)
            .iter()
            .map(|cookie| cookie.to_str().unwrap())
            .collect();
        assert_eq!(cookies.len(), 2);
        for part in ["HttpOnly", "Secure", "SameSite=Lax", "Max-Age="] {
            assert!(cookies.iter().all(|cookie| cookie.contains(part)), "{part}");
        }
        let body = login.expect(200);
        me(world, body["token"].as_str().unwrap()).await.expect(200);
    });
}

#[test]
fn a_lost_answer_costs_no_login_and_a_stolen_token_ends_the_session() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        // The answer is lost: the same token once more.
        refreshed(world, anna.refresh()).await.expect(200);
        let second = refreshed(world, anna.refresh()).await.expect(200);
        let access = second["accessToken"].as_str().unwrap();
        me(world, access).await.expect(200);
        // Now the first one is old: whoever comes with it has stolen it.
        refreshed(world, anna.refresh())
            .await
            .problem(401, "token-reused");
        eventually_refused(world, access).await;
        let newest = second["refreshToken"].as_str().unwrap();
        refreshed(world, newest).await.problem(401, "session-ended");
        anna.login(world, PASSWORD).await.expect(200);
    });
}

#[test]
fn a_cookie_counts_for_pages_that_may_call_alone() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let cookie = format!("a=b; flowgrid_refresh={}", anna.refresh());
        let from = |origin: &str| {
            post("/api/v1/auth/refresh", &json!({}))
                .header("cookie", &cookie)
                .header("origin", origin)
        };
        from("https://evil.example")
            .send(world)
            .await
            .problem(401, "unauthenticated");
        from("https://app.example").send(world).await.expect(200);
        let nothing = post(
            "/api/v1/auth/refresh-token",
            &json!({"refreshToken": "fgr_x"}),
        );
        nothing.send(world).await.problem(401, "token-invalid");
    });
}

#[test]
fn sessions_are_listed_and_ended() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let other = anna.login(world, PASSWORD).await.expect(200);
        let other = other["accessToken"].as_str().unwrap();
        let listed = get("/api/v1/auth/sessions")
            .token(other)
            .header("user-agent", "x");
        let listed = listed.send(world).await.expect(200);
        let sessions = listed["data"].as_array().unwrap();
        assert_eq!(sessions.len(), 2);
        let first = sessions.iter().find(|one| one["current"] == false).unwrap();
        let path = format!("/api/v1/auth/sessions/{}", first["id"].as_str().unwrap());
        crate::call::delete(&path)
            .token(other)
            .send(world)
            .await
            .expect(200);
        eventually_refused(world, anna.access()).await;
        crate::call::delete(&path)
            .token(other)
            .send(world)
            .await
            .problem(404, "not-found");
        let out = post("/api/v1/auth/logout", &json!({}))
            .token(other)
            .send(world)
            .await;
        out.expect(200);
        eventually_refused(world, other).await;
    });
}

#[test]
fn another_persons_session_is_not_there() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let ben = Somebody::new(world, &format!("{org}-ben")).await;
        let listed = get("/api/v1/auth/sessions")
            .token(anna.access())
            .send(world)
            .await;
        let id = listed.expect(200)["data"][0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let end = crate::call::delete(format!("/api/v1/auth/sessions/{id}")).token(ben.access());
        end.send(world).await.problem(404, "not-found");
        let switch = post(
            "/api/v1/auth/switch-organization",
            &json!({"organization": org}),
        );
        switch
            .token(ben.access())
            .send(world)
            .await
            .problem(404, "not-found");
        me(world, anna.access()).await.expect(200);
    });
}

#[test]
fn a_password_is_changed_and_a_forgotten_one_reset() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let other = anna.login(world, PASSWORD).await.expect(200);
        let change = |present: &str, new: &str| {
            post(
                "/api/v1/auth/change-password",
                &json!({"current_password": present, "newPassword": new}),
            )
            .token(anna.access())
        };
        change(OTHER, OTHER)
            .send(world)
            .await
            .problem(401, "invalid-credentials");
        change(PASSWORD, "12345678")
            .send(world)
            .await
            .problem(422, "invalid");
        change(PASSWORD, OTHER).send(world).await.expect(200);
        eventually_refused(world, other["accessToken"].as_str().unwrap()).await;
        me(world, anna.access()).await.expect(200);
        anna.login(world, PASSWORD)
            .await
            .problem(401, "invalid-credentials");
        let forgot = |email: &str| post("/api/v1/auth/forgot-password", &json!({"email": email}));
        let known = forgot(&anna.email).send(world).await.expect(200);
        let unknown = forgot("nobody@example.org").send(world).await.expect(200);
        assert_eq!(known, unknown);
        let token = anna.mailed(world, "reset").await;
        let reset = |password: &str| {
            post(
                "/api/v1/auth/reset-password",
                &json!({"token": token, "password": password}),
            )
        };
        reset("password").send(world).await.problem(422, "invalid");
        reset(PASSWORD).send(world).await.expect(200);
        reset(OTHER)
            .send(world)
            .await
            .problem(422, "token-not-good");
        eventually_refused(world, anna.access()).await;
        anna.login(world, PASSWORD).await.expect(200);
    });
}

#[test]
fn all_other_sessions_are_ended_at_once() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let mut others = Vec::new();
        for _ in 0..2 {
            others.push(anna.login(world, PASSWORD).await.expect(200));
        }
        let end = || delete("/api/v1/auth/sessions").token(anna.access());
        let ended = end().send(world).await.expect(200);
        assert_eq!(ended["data"]["ended"], 2);
        for other in &others {
            eventually_refused(world, other["accessToken"].as_str().unwrap()).await;
        }
        me(world, anna.access()).await.expect(200);
        let again = end().send(world).await.expect(200);
        assert_eq!(again["data"]["ended"], 0);
    });
}

#[test]
fn whoever_changes_how_it_signs_in_is_mailed() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let change = json!({"currentPassword": PASSWORD, "newPassword": OTHER});
        let change = post("/api/v1/auth/change-password", &change).token(anna.access());
        change.send(world).await.expect(200);
        let mail = async |about: &str| mailed_to(world, &anna.email, about).await;
        mail("password was changed").await;
        let codes = second_factor::turned_on(world, anna.access()).await;
        mail("login was turned on").await;
        let off = json!({"password": OTHER, "code": codes[0]});
        let off = post("/api/v1/auth/2fa/disable", &off).token(anna.access());
        off.send(world).await.expect(200);
        mail("login was turned off").await;
        // Of another address, `email.rs` reads the mails.
    });
}

#[test]
fn no_secret_stands_in_the_log() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        refreshed(world, anna.refresh()).await.expect(200);
        let mut connection = world.owner().await;
        let all: Vec<String> = sqlx::query_scalar(
            "select payload::text || metadata::text from events where log_id = 0",
        )
        .fetch_all(&mut connection)
        .await
        .unwrap();
        let all = all.join("\n");
        assert!(all.contains("person.registered") || all.contains("emailIndex"));
        for secret in [PASSWORD, &anna.email, "Anna", anna.refresh(), anna.access()] {
            assert!(!all.contains(secret), "{secret}");
        }
    });
}
