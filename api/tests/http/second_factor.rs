//! The second factor.

use serde_json::{Value, json};

use crate::call::post;
use crate::somebody::{OTHER, PASSWORD, Somebody, me};
use crate::world::{World, run};

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

/// Turns it on; answers the recovery codes.
pub async fn turned_on(world: &World, token: &str) -> Vec<String> {
    let setup = post("/api/v1/auth/2fa/setup", &json!({})).token(token);
    let setup = setup.send(world).await.expect(200)["data"].clone();
    let body = json!({"code": code(setup["secret"].as_str().unwrap(), 0)});
    let on = post("/api/v1/auth/2fa/verify", &body).token(token);
    on.send(world).await.expect(200);
    let codes = setup["recoveryCodes"].as_array().unwrap().iter();
    codes
        .map(|code| code.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_reset_password_is_no_way_around_the_second_factor() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let codes = turned_on(world, anna.access()).await;
        let forgot = json!({"email": anna.email});
        post("/api/v1/auth/forgot-password", &forgot)
            .send(world)
            .await
            .expect(200);
        let token = anna.mailed(world, "reset").await;
        let reset = json!({"token": token, "password": OTHER});
        let reset = post("/api/v1/auth/reset-password", &reset);
        let reset = reset.send(world).await.expect(200);
        assert!(reset.get("accessToken").is_none());
        let asked = anna.login(world, OTHER).await.expect(200);
        assert_eq!(asked["requiresTwoFactor"], true);
        assert!(asked.get("accessToken").is_none());
        let body = json!({"challengeToken": asked["challengeToken"], "code": codes[0]});
        let signed_in = post("/api/v1/auth/2fa/verify", &body).send(world).await;
        assert!(signed_in.expect(200)["accessToken"].is_string());
    });
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
