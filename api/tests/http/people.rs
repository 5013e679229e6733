//! Registering, signing in, going on, signing out: as the frontends do it.

use axum::http::header::SET_COOKIE;
use serde_json::{Value, json};

use crate::call::{Reply, get, post};
use crate::world::{World, run};

const PASSWORD: &str = "correct horse battery staple";
const OTHER: &str = "Zwölf Boxkämpfer jagen Viktor";

/// Somebody who has just registered, in an organization that nobody else uses.
struct Somebody {
    email: String,
    body: Value,
}

impl Somebody {
    async fn new(world: &World, org: &str) -> Self {
        let email = format!("{org}@example.org");
        let body =
            json!({"email": email, "password": PASSWORD, "name": "Anna", "organization": org});
        let registered = post("/api/v1/auth/register", &body).send(world).await;
        Self {
            email,
            body: registered.expect(201),
        }
    }

    fn access(&self) -> &str {
        self.body["accessToken"].as_str().unwrap()
    }

    fn refresh(&self) -> &str {
        self.body["refreshToken"].as_str().unwrap()
    }

    async fn login(&self, world: &World, password: &str) -> Reply {
        let body = json!({"email": self.email, "password": password, "rememberMe": true});
        post("/api/v1/auth/login", &body).send(world).await
    }

    /// The token in the newest mail to this address about `subject`.
    async fn mailed(&self, world: &World, subject: &str) -> String {
        for _ in 0..800 {
            let letters = world.mailbox.list(500).await.unwrap();
            let mine = letters
                .iter()
                .find(|one| one.to.contains(&self.email) && one.text.contains(subject));
            if let Some((_, rest)) = mine.and_then(|letter| letter.text.split_once("#token=")) {
                return rest.split_whitespace().next().unwrap().to_owned();
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        panic!("no mail with {subject}");
    }
}

async fn me(world: &World, token: &str) -> Reply {
    get("/api/v1/auth/me").token(token).send(world).await
}

async fn refreshed(world: &World, token: &str) -> Reply {
    post("/api/v1/auth/refresh", &json!({"refreshToken": token}))
        .send(world)
        .await
}

/// Ended sessions take up to a second to be ended everywhere.
async fn eventually_refused(world: &World, token: &str) {
    for _ in 0..800 {
        let reply = me(world, token).await;
        if reply.status == 401 {
            reply.problem(401, "token-revoked");
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("the token is still good");
}

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
fn a_key_lets_a_program_in_as_far_as_its_scopes_go() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let make = |body: Value| post("/api/v1/auth/api-keys", &body).token(anna.access());
        make(json!({"name": "x", "scopes": ["root"]}))
            .send(world)
            .await
            .problem(422, "invalid");
        let past = json!({"name": "x", "expiresAt": "2020-01-01T00:00:00Z"});
        make(past).send(world).await.problem(422, "invalid");
        let made = make(json!({"name": "exporter", "scopes": ["read"]}))
            .send(world)
            .await
            .expect(201);
        let (id, key) = (
            made["data"]["id"].as_str().unwrap(),
            made["data"]["key"].as_str().unwrap(),
        );
        assert!(key.starts_with("fg_") && key.contains(&id.replace('-', "")[..8]));
        let read = get("/api/v1/citypulse/buildings").header("x-api-key", key);
        read.clone().send(world).await.expect(200);
        let write =
            post("/api/v1/citypulse/buildings", &json!({"name": "B"})).header("x-api-key", key);
        write.send(world).await.problem(403, "role-too-low");
        get("/api/v1/auth/me")
            .header("x-api-key", key)
            .send(world)
            .await
            .problem(403, "no-person");
        let at = key.len() - 12;
        let other = if key.as_bytes()[at] == b'A' { "B" } else { "A" };
        let tampered = format!("{}{other}{}", &key[..at], &key[at + 1..]);
        let tampered = get("/api/v1/citypulse/buildings").header("x-api-key", &tampered);
        tampered.send(world).await.problem(401, "api-key-unknown");
        let list = get("/api/v1/auth/api-keys")
            .token(anna.access())
            .header("x-min-position", made["data"]["position"].as_str().unwrap());
        let listed = list.clone().send(world).await;
        assert!(!String::from_utf8_lossy(&listed.bytes).contains(key));
        let listed = listed.expect(200);
        assert_eq!(listed["data"][0]["name"], "exporter");
        assert!(listed["data"][0]["lastUsedAt"].is_string());
        // A model that follows other logs alone has nothing to wait for.
        let position = made["data"]["position"].as_str().unwrap();
        let buildings = get("/api/v1/citypulse/buildings").header("x-min-position", position);
        buildings.token(anna.access()).send(world).await.expect(200);
        // Another organization's admin knows of none, and revokes none.
        let ben = Somebody::new(world, &format!("{org}-ben")).await;
        let path = format!("/api/v1/auth/api-keys/{id}");
        let foreign = crate::call::delete(&path)
            .token(ben.access())
            .send(world)
            .await;
        foreign.problem(404, "not-found");
        let revoked = crate::call::delete(&path)
            .token(anna.access())
            .send(world)
            .await
            .expect(200);
        assert_eq!(revoked["data"]["status"], "revoked");
        for _ in 0..800 {
            if read.clone().send(world).await.status == 401 {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        panic!("the key is still good");
    });
}

fn code(secret: &str, ahead: u64) -> String {
    let secret = totp_rs::Secret::Encoded(secret.to_owned())
        .to_bytes()
        .unwrap();
    let totp = totp_rs::TOTP::new(totp_rs::Algorithm::SHA1, 6, 1, 30, secret).unwrap();
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    totp.generate(now.as_secs() + 30 * ahead)
}

#[test]
fn a_second_factor_is_asked_for_and_each_code_is_good_once() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let setup = post("/api/v1/auth/2fa/setup", &json!({})).token(anna.access());
        let setup = setup.send(world).await.expect(200)["data"].clone();
        assert!(setup["qr"].as_str().unwrap().contains("<svg"));
        let secret = setup["secret"].as_str().unwrap();
        let verify = |body: Value| post("/api/v1/auth/2fa/verify", &body);
        verify(json!({"code": "000000"}))
            .token(anna.access())
            .send(world)
            .await
            .problem(422, "wrong-code");
        // Kept: a moment later it could be another one.
        let first = code(secret, 0);
        let on = verify(json!({"code": first})).token(anna.access());
        on.send(world).await.expect(200);
        let asked = anna.login(world, PASSWORD).await.expect(200);
        assert_eq!(asked["requiresTwoFactor"], true);
        assert!(asked.get("accessToken").is_none());
        let challenge = asked["challengeToken"].as_str().unwrap();
        let replayed = verify(json!({"challengeToken": challenge, "code": first}));
        replayed
            .send(world)
            .await
            .problem(401, "invalid-credentials");
        let next = verify(json!({"challengeToken": challenge, "code": code(secret, 1)}));
        let signed_in = next.send(world).await.expect(200);
        let user = me(world, signed_in["accessToken"].as_str().unwrap())
            .await
            .expect(200);
        assert_eq!(user["user"]["twoFactorEnabled"], true);
        let recovery = setup["recoveryCodes"][0].as_str().unwrap();
        let with_code = json!({"email": anna.email, "password": PASSWORD, "totp": recovery});
        post("/api/v1/auth/login", &with_code)
            .send(world)
            .await
            .expect(200);
        let again = post("/api/v1/auth/login", &with_code).send(world).await;
        again.problem(401, "invalid-credentials");
        let off = json!({"password": PASSWORD, "code": setup["recoveryCodes"][1]});
        let off = post("/api/v1/auth/2fa/disable", &off)
            .token(anna.access())
            .send(world)
            .await;
        off.expect(200);
        assert!(anna.login(world, PASSWORD).await.expect(200)["accessToken"].is_string());
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
