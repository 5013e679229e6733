//! Everything that people do with secrets, and what they are refused.

use serde_json::{Value, json};

use crate::call::{Call, Reply, delete, get, post, put};
use crate::needles::Needles;
use crate::service::Service;
use crate::somebody::{OTHER, PASSWORD, Somebody, me};
use crate::world::World;

const NAME: &str = "Annegret Zwirbelbach";
const NEWEST: &str = "vierundzwanzig Kolibris am Feldweg";

/// Runs all of them; answers every error's body.
pub async fn all(world: &World, org: &str, needles: &mut Needles) -> Vec<String> {
    let mut errors = Vec::new();
    for (what, text) in [
        ("password", PASSWORD),
        ("password", OTHER),
        ("password", NEWEST),
    ] {
        needles.secret(what, text);
    }
    let anna = register(world, org, needles, &mut errors).await;
    signs_in(world, &anna, needles, &mut errors).await;
    uses_two_factors(world, &anna, needles, &mut errors).await;
    has_a_key(world, &anna, needles, &mut errors).await;
    invites(world, org, &anna, needles, &mut errors).await;
    connects_a_service(world, &anna, needles, &mut errors).await;
    changes_passwords(world, &anna, needles, &mut errors).await;
    errors
}

async fn refused(world: &World, call: Call, errors: &mut Vec<String>) {
    let reply: Reply = call.send(world).await;
    assert!(reply.status.is_client_error(), "{:?}", reply.bytes);
    errors.push(String::from_utf8_lossy(&reply.bytes).into_owned());
}

fn tokens(body: &Value, needles: &mut Needles) {
    for name in ["accessToken", "refreshToken"] {
        needles.secret(name, body[name].as_str().unwrap());
    }
}

async fn register(
    world: &World,
    org: &str,
    needles: &mut Needles,
    errors: &mut Vec<String>,
) -> Somebody {
    let email = format!("annegret-{org}@zwirbelbach.example");
    needles.personal(&email);
    needles.personal(NAME);
    let body = json!({"email": email, "password": PASSWORD, "name": NAME, "organization": org});
    let register = post("/api/v1/auth/register", &body).header("idempotency-key", "first");
    let registered = register.clone().send(world).await.expect(201);
    refused(world, register, errors).await;
    refused(world, post("/api/v1/auth/register", &body), errors).await;
    let weak = json!({"email": format!("x{email}"), "password": "annegret", "name": NAME});
    refused(world, post("/api/v1/auth/register", &weak), errors).await;
    tokens(&registered, needles);
    let anna = Somebody {
        email,
        body: registered,
    };
    let token = anna.mailed(world, "confirm").await;
    needles.secret("mailed token", &token);
    let verify = post("/api/v1/auth/verify-email", &json!({"token": token}));
    verify.clone().send(world).await.expect(200);
    refused(world, verify, errors).await;
    anna
}

async fn signs_in(world: &World, anna: &Somebody, needles: &mut Needles, errors: &mut Vec<String>) {
    let body = json!({"email": anna.email, "password": OTHER});
    refused(world, post("/auth/login", &body), errors).await;
    let unreadable = post("/auth/login", &json!({})).body(format!("{{\"password\": \"{OTHER}\""));
    refused(world, unreadable, errors).await;
    let unknown = json!({"email": anna.email, "password": PASSWORD, "totp": 7, "x": PASSWORD});
    refused(world, post("/auth/login", &unknown), errors).await;
    let first = anna.login(world, PASSWORD).await.expect(200);
    tokens(&first, needles);
    let old = first["refreshToken"].as_str().unwrap();
    let refresh = || post("/auth/refresh", &json!({"refreshToken": old}));
    let second = refresh().send(world).await.expect(200);
    tokens(&second, needles);
    let access = second["accessToken"].as_str().unwrap();
    me(world, access).await.expect(200);
    // Stolen, it seems.
    refused(world, refresh(), errors).await;
    let newest = json!({"refreshToken": second["refreshToken"]});
    refused(world, post("/auth/refresh", &newest), errors).await;
    let forged = format!("{}x", anna.access());
    refused(world, get("/auth/me").token(&forged), errors).await;
}

async fn uses_two_factors(
    world: &World,
    anna: &Somebody,
    needles: &mut Needles,
    errors: &mut Vec<String>,
) {
    let setup = post("/api/v1/auth/2fa/setup", &json!({})).token(anna.access());
    let setup = setup.send(world).await.expect(200)["data"].clone();
    let secret = setup["secret"].as_str().unwrap();
    needles.secret("second factor", secret);
    let codes: Vec<&str> = setup["recoveryCodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|code| code.as_str().unwrap())
        .collect();
    for code in &codes {
        needles.secret("recovery code", code);
    }
    let verify = |body: Value| post("/api/v1/auth/2fa/verify", &body);
    refused(
        world,
        verify(json!({"code": "000000"})).token(anna.access()),
        errors,
    )
    .await;
    let on = verify(json!({"code": code_of(secret)})).token(anna.access());
    on.send(world).await.expect(200);
    let asked = anna.login(world, PASSWORD).await.expect(200);
    let challenge = asked["challengeToken"].as_str().unwrap();
    needles.secret("challenge", challenge);
    let answer = |code: &str| verify(json!({"challengeToken": challenge, "code": code}));
    refused(world, answer("000000"), errors).await;
    let signed_in = answer(codes[0]).send(world).await.expect(200);
    tokens(&signed_in, needles);
    refused(world, answer(codes[1]), errors).await;
    let off = |code: &str| {
        let body = json!({"password": PASSWORD, "code": code});
        post("/api/v1/auth/2fa/disable", &body).token(anna.access())
    };
    refused(world, off(codes[0]), errors).await;
    off(codes[2]).send(world).await.expect(200);
}

fn code_of(secret: &str) -> String {
    let secret = totp_rs::Secret::Encoded(secret.to_owned());
    let secret = secret.to_bytes().unwrap();
    let totp = totp_rs::TOTP::new(totp_rs::Algorithm::SHA1, 6, 1, 30, secret).unwrap();
    totp.generate_current().unwrap()
}

async fn has_a_key(
    world: &World,
    anna: &Somebody,
    needles: &mut Needles,
    errors: &mut Vec<String>,
) {
    let body = json!({"name": "exporter", "scopes": ["read"]});
    let made = post("/api/v1/auth/api-keys", &body).token(anna.access());
    let made = made.send(world).await.expect(201);
    let key = made["data"]["key"].as_str().unwrap();
    needles.secret("key", key);
    needles.secret("key's secret", key.splitn(3, '_').last().unwrap());
    let list = || get("/api/v1/citypulse/buildings").header("x-api-key", key);
    list().send(world).await.expect(200);
    let id = made["data"]["id"].as_str().unwrap();
    let revoke = delete(format!("/api/v1/auth/api-keys/{id}")).token(anna.access());
    revoke.send(world).await.expect(200);
    let forged = format!("{key}0");
    let forged = get("/api/v1/citypulse/buildings").header("x-api-key", &forged);
    refused(world, forged, errors).await;
}

async fn invites(
    world: &World,
    org: &str,
    anna: &Somebody,
    needles: &mut Needles,
    errors: &mut Vec<String>,
) {
    let ben = Somebody {
        email: format!("ben-{org}@zwirbelbach.example"),
        body: Value::Null,
    };
    needles.personal(&ben.email);
    let invite = json!({"email": ben.email, "role": "user"});
    let invite = post("/api/v1/organization/invitations", &invite).token(anna.access());
    invite.send(world).await.expect(201);
    let token = ben.mailed(world, "invited").await;
    needles.secret("invitation", &token);
    let join =
        json!({"email": ben.email, "password": NEWEST, "name": "Ben", "invitationToken": token});
    let join = post("/api/v1/auth/register", &join);
    tokens(&join.clone().send(world).await.expect(201), needles);
    refused(world, join, errors).await;
}

/// The service hears the credentials; nobody else does.
async fn connects_a_service(
    world: &World,
    anna: &Somebody,
    needles: &mut Needles,
    errors: &mut Vec<String>,
) {
    const LIST: &str = "/api/v1/users/integrations";
    let (token, hook) = ("ghp_Zwirbelbach0815", "T0/Kolibri4711");
    needles.secret("credential", token);
    needles.secret("credential in an address", hook);
    let service = Service::start().await;
    let wrong = json!({"service": "x", "baseUrl": service.url(), "password": token,
        "credentials": {"token": [token]}, "settings": {"token": token}});
    refused(world, post(LIST, &wrong).token(anna.access()), errors).await;
    let in_address = json!({"service": "x", "baseUrl": format!("{}/?{token}", service.url())});
    refused(world, post(LIST, &in_address).token(anna.access()), errors).await;
    let body =
        json!({"service": "github", "baseUrl": service.url(), "credentials": {"token": token}});
    let make = post(LIST, &body).header("idempotency-key", "service");
    let made = make.token(anna.access()).send(world).await.expect(201);
    let one = format!("{LIST}/{}", made["data"]["id"].as_str().unwrap());
    let test = || post(format!("{one}/test"), &json!({})).token(anna.access());
    test().send(world).await.expect(200);
    assert!(service.heard().unwrap().contains(token));
    service.answers("500 Oops", &format!("X-Echo: {token}\r\n"));
    test().send(world).await.expect(200);
    let secret = format!("{}/{hook}", service.url());
    let moved = json!({"baseUrl": null, "credentials": {"url": secret}});
    let moved = put(&one, &moved).token(anna.access());
    moved.send(world).await.expect(200);
    test().send(world).await.expect(200);
    assert!(service.heard().unwrap().contains(hook));
    let elsewhere = json!({"baseUrl": "https://elsewhere.example"});
    refused(world, put(&one, &elsewhere).token(anna.access()), errors).await;
    // Until here, so that the vault has them while it is looked at.
}

async fn changes_passwords(
    world: &World,
    anna: &Somebody,
    needles: &mut Needles,
    errors: &mut Vec<String>,
) {
    let change = |present: &str, new: &str| {
        let body = json!({"currentPassword": present, "newPassword": new});
        post("/api/v1/auth/change-password", &body).token(anna.access())
    };
    refused(world, change(NEWEST, OTHER), errors).await;
    change(PASSWORD, OTHER).send(world).await.expect(200);
    let forgot = json!({"email": anna.email});
    let forgot = post("/api/v1/auth/forgot-password", &forgot);
    forgot.send(world).await.expect(200);
    let token = anna.mailed(world, "reset").await;
    needles.secret("mailed token", &token);
    let reset = json!({"token": token, "password": NEWEST});
    let reset = post("/api/v1/auth/reset-password", &reset);
    reset.clone().send(world).await.expect(200);
    refused(world, reset, errors).await;
    let last = anna.login(world, NEWEST).await.expect(200);
    tokens(&last, needles);
    let access = last["accessToken"].as_str().unwrap();
    let out = post("/api/v1/auth/logout", &json!({})).token(access);
    out.send(world).await.expect(200);
}
